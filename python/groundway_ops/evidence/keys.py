"""The ed25519 key that signs an environment's evidence. `groundway bootstrap` makes it; here it is only read."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from groundway import signing
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.platform import client
from groundway.signing.keys import private_key
from groundway_ops.evidence.place import DENIED, Forbidden


def parameter(environment: str) -> str:
    """The name of the SSM parameter with the public key."""
    return signing.parameter_name(environment, "evidence")


@dataclass(frozen=True)
class Signer:
    """`public`: SubjectPublicKeyInfo, base64."""

    public: str
    _private: Any = field(repr=False)

    def sign(self, text: bytes) -> str:
        """The signature over `text`, base64."""
        return base64.b64encode(self._private.sign(text)).decode()


def verifies(public: str, signature: str, text: bytes) -> bool:
    """Whether the key `public` made this signature over `text`; False too for what is no signature at all.

    Raises `ValueError` when `public` is no ed25519 key.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        _public(public).verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _public(text: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except UnsupportedAlgorithm:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is no ed25519 key")
    return key


def public(environment: str, region: str) -> str | None:
    """The public key in SSM; None when there is none. Raises `Unavailable` when it cannot be read or is no key."""
    name = parameter(environment)
    found = _read("ssm", region, "get_parameter", "ParameterNotFound", Name=name)
    if found is None:
        return None
    key: str = found["Parameter"]["Value"]
    try:
        _public(key)
    except ValueError:
        raise Unavailable(f"SSM parameter {name} holds no ed25519 public key; {mend(environment)}") from None
    return key


def signer(environment: str, region: str, public: str) -> Signer:
    """The private key in Secrets Manager. Raises `Unavailable` without it, `Refused` when `public` is not its pair."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = signing.secret_name(environment, "evidence")
    found = _read("secretsmanager", region, "get_secret_value", "ResourceNotFoundException", SecretId=secret)
    if found is None:
        raise Unavailable(f"there is no secret {secret} to sign evidence with; {mend(environment)}")
    try:
        private = private_key(found["SecretString"])
    except (KeyError, InvalidInput):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise Unavailable(f"secret {secret} holds no ed25519 private key (PEM); {mend(environment)}")
    if signing.public_of(found["SecretString"]) != public:
        raise Refused(f"secret {secret} is not the key that {parameter(environment)} publishes; {mend(environment)}")
    return Signer(public, private)


def mend(environment: str) -> str:
    return f"mend it with: groundway bootstrap {environment}"


def _read(service: str, region: str, operation: str, missing: str, **arguments: Any) -> dict[str, Any] | None:
    from botocore.exceptions import BotoCoreError, ClientError

    what = next(iter(arguments.values()))
    try:
        answer: dict[str, Any] = getattr(client(service, region), operation)(**arguments)
        return answer
    except ClientError as e:
        if e.response["Error"]["Code"] == missing:
            return None
        kind = Forbidden if e.response["Error"]["Code"] in DENIED else Unavailable
        raise kind(f"AWS refused to read {what}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(
            f"{what} cannot be read: {e}. For the local cloud: groundway local up, then "
            'eval "$(groundway local env ENV)"; for AWS: set credentials and AWS_DEFAULT_REGION.'
        ) from None
