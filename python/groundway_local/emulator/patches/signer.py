"""Signer: profiles of container images; what is not there is said so; a canceled name is used up for ever."""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.signer.models import SignerBackend, SigningProfile

put_signing_profile = SignerBackend.put_signing_profile
NOTATION = {
    "platformId": "Notation-OCI-SHA384-ECDSA",
    "displayName": "Notation for container registries",
    "partner": "Notation",
    "target": "SHA384-ECDSA",
    "category": "AWS",
    "signingConfiguration": {
        "encryptionAlgorithmOptions": {"allowedValues": ["ECDSA"], "defaultValue": "ECDSA"},
        "hashAlgorithmOptions": {"allowedValues": ["SHA384"], "defaultValue": "SHA384"},
    },
    "signingImageFormat": {"supportedFormats": ["JSONDetached"], "defaultFormat": "JSONDetached"},
    "maxSizeInMB": 0,
    "revocationSupported": True,
}


class Problem(JsonRESTError):  # type: ignore[misc]  # moto is not typed
    """An error of the service."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.code = status
        self.description = json.dumps({"code": code, "message": message})


def put(self: SignerBackend, profile_name: str, *arguments: Any, **named: Any) -> SigningProfile:
    if profile_name in self.signing_profiles or profile_name in _canceled(self):
        raise Problem("ValidationException", f"A signing profile named {profile_name} exists or was canceled.", 400)
    return put_signing_profile(self, profile_name, *arguments, **{**named, "tags": named.get("tags") or {}})


def get(self: SignerBackend, profile_name: str) -> SigningProfile:
    if profile_name not in self.signing_profiles:
        raise Problem("ResourceNotFoundException", f"The signing profile {profile_name} was not found.", 404)
    return self.signing_profiles[profile_name]


def cancel(self: SignerBackend, profile_name: str) -> None:
    del self.signing_profiles[get(self, profile_name).name]
    _canceled(self).add(profile_name)


def _canceled(backend: Any) -> set[str]:
    names: set[str] = backend.__dict__.setdefault("canceled_profiles", set())
    return names


def apply() -> None:
    SignerBackend.platforms = [*SignerBackend.platforms, NOTATION]
    SignerBackend.put_signing_profile = put
    SignerBackend.get_signing_profile = get
    SignerBackend.cancel_signing_profile = cancel
