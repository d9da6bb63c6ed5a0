"""What a release pins."""

import hashlib
import json
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
ReleaseName = Annotated[str, StringConstraints(pattern=r"^r-\d{8}t\d{6}z-[0-9a-f]{6}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ModelPin(_Part):
    """One model version, by content: whoever fetches it checks its files and its signature."""

    version: Annotated[int, Field(ge=1)]
    """Its number in the registry that it was registered in."""
    digest: Digest
    """Over all its files."""
    signer: str
    """The public key that its signature must verify with: SubjectPublicKeyInfo, base64."""
    dataset: str
    """What it was trained on: name@version."""
    features: str
    """Digest of the feature definitions."""


class Release(_Part):
    """What runs in `environment`. A release is never changed: another one takes its place."""

    name: ReleaseName
    """r-<time>-<start of its content's digest>."""
    environment: str
    """Where it runs."""
    origin: str | None = None
    """The environment and release that it was promoted from, as dev/r-...; none for one that was cut."""
    created: AwareDatetime
    """When it was made, UTC."""
    by: str
    """Who made it: the identity that AWS knew."""
    revision: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
    """The commit of the blueprint."""
    blueprint: Digest
    """Over the code that decides the stacks and the runtime."""
    configuration: Digest
    """Over environment.yaml."""
    policies: Digest
    """Over the policies that it was judged by."""
    models: dict[str, ModelPin] = {}
    """By name."""
    images: dict[str, Digest] = {}
    """Container images, by purpose."""
    sbom: Digest | None = None
    """Over its software bill of materials."""

    @property
    def subject(self) -> str:
        """sha256:<hex> over what is pinned, whoever made the release and when: what approvals are given to."""
        kept = {"environment", "blueprint", "configuration", "policies", "models", "images", "sbom"}
        return digest(self.model_dump(mode="json", include=kept))


def digest(document: object) -> str:
    """sha256:<hex> over a JSON document, keys sorted, without spaces."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def name(created: datetime, subject: str) -> str:
    """The name of a release of that content made at that time."""
    return f"r-{created:%Y%m%dt%H%M%Sz}-{subject.removeprefix('sha256:')[:6]}"
