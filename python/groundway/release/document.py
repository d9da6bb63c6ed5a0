"""`environments/<env>/release.yaml`: read, check, write whole."""

import json
import os
from pathlib import Path

import yaml
from pydantic import ValidationError

from groundway.environment.document import read
from groundway.errors import GroundwayError, InvalidInput
from groundway.release.model import Release

FILE = "release.yaml"
HEAD = "# What runs here: written by `groundway release cut`, `promote` and `rollback`, not by hand.\n"


def path(root: Path, environment: str) -> Path:
    return root / "environments" / environment / FILE


def pinned(root: Path, environment: str) -> Release | None:
    """What release.yaml pins; None where there is no such file: the environment is not pinned yet.

    Raises `InvalidInput`, naming file, line and key, for one that is not right.
    """
    file = path(root, environment)
    if not file.exists():
        return None
    document = read(file)
    try:
        release = Release.model_validate_json(json.dumps(document.data))
    except ValidationError as e:
        wrong = [
            f"{file}:{document.line(p['loc'])}: {'.'.join(map(str, p['loc'])) or 'the file'}: {p['msg']}"
            for p in e.errors()
        ]
        raise InvalidInput("\n".join([*wrong, f"take it back as it was committed: git checkout -- {file}"])) from None
    if release.environment != environment:
        line = document.line(("environment",))
        raise InvalidInput(f"{file}:{line}: it is a release of {release.environment}, not of {environment}")
    return release


def write(root: Path, release: Release) -> Path:
    """Make `release` what its environment pins: the old file or the new one is there, never a half."""
    file = path(root, release.environment)
    text = HEAD + yaml.safe_dump(release.model_dump(mode="json", exclude_none=True), sort_keys=False, width=120)
    partial = file.with_name(f".{FILE}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.replace(partial, file)
    except OSError as e:
        partial.unlink(missing_ok=True)
        raise GroundwayError(f"{file} cannot be written: {e.strerror}; what was pinned stays") from None
    return file
