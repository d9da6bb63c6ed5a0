"""Fetching a version's files, and refusing them when they are not what was registered."""

import shutil
import tempfile
from pathlib import Path

from groundway import signing
from groundway.errors import InvalidInput, Refused
from groundway.registry import manifest
from groundway.registry.connection import Registry, asking
from groundway.registry.signature import signature
from groundway.registry.versions import ARTIFACTS, ModelVersion, show


def download(registry: Registry, name: str, alias_or_version: str | int, dest: Path, public: str | None = None) -> Path:
    """Fetch a version into the new directory `dest` and return it.

    The files are compared with the digest that the registry holds and, where there is a `public` key (what
    `signing.public` says of the environment), with the signature that this key must have made. Raises `Refused`, naming
    the file, on any difference; `dest` does not exist then.
    """
    if dest.exists():
        raise InvalidInput(f"{dest} exists already; name a directory that does not")
    version = show(registry, name, alias_or_version)
    what = f"{name} version {version.version}"
    dest.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".download-") as d:
        with asking(registry, f"downloading {what}"):
            fetched = Path(registry.client.download_artifacts(version.run_id, ARTIFACTS, d))
        manifest.verify(fetched, version.digest, what)
        manifest.check_formats(fetched)
        if public:
            _verify(registry, version, fetched, public, what)
        shutil.move(fetched, dest)
    return dest


def signed(registry: Registry, version: ModelVersion, public: str) -> bool:
    """Whether the version is what was registered, and the key `public` signed it."""
    with tempfile.TemporaryDirectory() as d:
        try:
            download(registry, version.name, version.version, Path(d) / "model", public)
        except Refused:
            return False
        return True


def _verify(registry: Registry, version: ModelVersion, directory: Path, public: str, what: str) -> None:
    found = signature(registry, version)
    if found is None:
        raise Refused(
            f"{what} is not signed, and models here are signed with the key {signing.fingerprint(public)}. It is not "
            f"used. Whoever trusts it signs it: groundway registry sign {version.name} {version.version}"
        )
    signing.verify(directory, found, public, what)
