"""Fetching a version's files, and refusing them when they are not what was registered."""

import shutil
import tempfile
from pathlib import Path

from groundway.errors import InvalidInput
from groundway.registry import manifest
from groundway.registry.connection import Registry, asking
from groundway.registry.versions import ARTIFACTS, show


def download(registry: Registry, name: str, alias_or_version: str | int, dest: Path) -> Path:
    """Fetch a version into the new directory `dest` and return it.

    The files are compared with the digest that the registry holds. Raises `Refused`, naming the file, on any
    difference; `dest` does not exist then.
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
        shutil.move(fetched, dest)
    return dest
