"""What a model directory may hold, and one digest over all of it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from groundway.errors import InvalidInput, Refused
from groundway.lineage import sha256

NAME = "manifest.json"

# Formats that cannot run code when read. skops can name any type, so it is held to sklearn's when it is loaded.
ALLOWED = frozenset({".skops", ".json", ".parquet", ".csv", ".txt", ".md", ".html", ".onnx", ".safetensors"})
ALLOWED_NAMES = frozenset({"MLmodel"})
REQUIRED = ("model.skops", "contract.json")

Manifest = dict[str, str]


def check_formats(directory: Path) -> None:
    """Raise `Refused` for a file of a format that may carry code, `InvalidInput` for a missing or a strange one."""
    for name in REQUIRED:
        if not (directory / name).is_file():
            raise InvalidInput(f"{directory} is no model directory: it has no {name}")
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InvalidInput(f"{path} is neither a file nor a directory")
        if path.is_file() and path.suffix.lower() not in ALLOWED and path.name not in ALLOWED_NAMES:
            raise Refused(
                f"{path} may not be registered: its format is not one of {', '.join(sorted(ALLOWED))}. Pickles, joblib "
                "files and the like run code when they are loaded; save models with skops.io.dump."
            )


def of(directory: Path) -> Manifest:
    """Relative path -> sha256 of every file but the manifest itself."""
    files = sorted(p for p in directory.rglob("*") if p.is_file())
    return {name: sha256(p) for p in files if (name := p.relative_to(directory).as_posix()) != NAME}


def digest(manifest: Mapping[str, str]) -> str:
    """sha256 over the manifest in canonical form."""
    return hashlib.sha256(_canonical(manifest)).hexdigest()


def write(directory: Path) -> str:
    """Write `manifest.json` for the files in `directory`; returns the digest."""
    manifest = of(directory)
    (directory / NAME).write_bytes(_canonical(manifest))
    return digest(manifest)


def verify(directory: Path, expected: str, what: str) -> None:
    """Raise `Refused`, naming the file, unless `directory` holds exactly the files of the digest `expected`."""
    found = of(directory)
    if digest(found) == expected:
        return
    raise Refused(f"{what} is not what was registered: {_difference(directory, found, expected)}. It is not used.")


def _difference(directory: Path, found: Manifest, expected: str) -> str:
    if recorded(directory / NAME) != expected:
        return f"{NAME} is missing or was changed (registered digest {expected[:12]}, found {digest(found)[:12]})"
    registered: Manifest = json.loads((directory / NAME).read_bytes())
    for name in sorted(registered.keys() | found.keys()):
        if name not in found:
            return f"{name} is missing"
        if name not in registered:
            return f"{name} was added"
        if found[name] != registered[name]:
            return f"{name} was changed (sha256 {found[name][:12]}, registered {registered[name][:12]})"
    raise AssertionError("equal manifests have equal digests")


def _canonical(manifest: Mapping[str, str]) -> bytes:
    return json.dumps(dict(sorted(manifest.items())), indent=1).encode()


def recorded(path: Path) -> str | None:
    """The digest of a written manifest; None for one that cannot be read."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return digest(content) if isinstance(content, dict) else None
