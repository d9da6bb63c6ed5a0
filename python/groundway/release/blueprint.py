"""Digests of what decides an environment: the code, the same for all of them, and the environment's own file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from groundway.errors import InvalidInput

# Whatever lies below these decides what is deployed, or runs there.
FOLDERS = ("infra", "stacks", "python/groundway", "policies/iam")
FILES = ("cdktf.json", "package-lock.json", "requirements/groundway.txt")
PASSED_OVER = frozenset({"__pycache__", "node_modules"})


def blueprint(root: Path) -> str:
    """sha256:<hex> over the code of the checkout at `root`, committed or not. Raises `InvalidInput` without one."""
    total = hashlib.sha256()
    for file in sorted(_files(root), key=lambda f: f.relative_to(root).as_posix()):
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return f"sha256:{total.hexdigest()}"


def configuration(root: Path, environment: str) -> str:
    """sha256:<hex> over `environments/<environment>/environment.yaml`."""
    file = root / "environments" / environment / "environment.yaml"
    try:
        return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError as e:
        raise InvalidInput(f"{file} cannot be read: {e.strerror}") from None


def _files(root: Path) -> Iterator[Path]:
    for name in FILES:
        if not (root / name).is_file():
            raise InvalidInput(f"{root} has no {name}: it is no checkout of a blueprint")
        yield root / name
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            hidden = any(part in PASSED_OVER or part.startswith(".") for part in path.relative_to(root).parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                yield path
