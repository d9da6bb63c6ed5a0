"""`Lineage`: everything a model version was made from, so that it can be explained and made again."""

import hashlib
import platform as machine
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from groundway.errors import InvalidInput
from groundway.tags import CostTags

Parameter = str | int | float | bool | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(_Part):
    """The revision the code was at; `dirty` when files differed from it. Both None outside a git checkout."""

    revision: str | None
    dirty: bool | None


class Window(_Part):
    """A span of event time: `start` inclusive, `end` exclusive, both UTC."""

    start: datetime
    end: datetime


class Lineage(_Part):
    """What a version was made from. `requirements` and `script` are sha256 of the file; `run` made it;
    `features` is the digest of the feature definitions.
    """

    code: Code
    dataset: str
    dataset_version: str
    features: str
    windows: dict[str, Window]
    parameters: dict[str, Parameter]
    seed: int
    requirements: str
    python: str
    script: str
    tags: CostTags
    run: str

    def identity(self) -> str:
        """sha256 over all but the run: two runs with the same identity were asked for the same model."""
        same = self.model_copy(update={"run": "", "tags": self.tags.using(run="standing")})
        return hashlib.sha256(same.model_dump_json().encode()).hexdigest()


def capture(
    *,
    dataset: str,
    dataset_version: str,
    features: str,
    windows: Mapping[str, tuple[datetime, datetime]],
    parameters: Mapping[str, Parameter],
    seed: int,
    script: Path,
    requirements: Path,
    tags: CostTags,
    run: str,
) -> Lineage:
    """Take down the lineage of a training that is about to run, of the code around `script` as it is now.

    `features` is the digest of the feature definitions. Raises `InvalidInput` for a file that is not there and for a
    window without a time zone or that ends before it starts.
    """
    spans = {name: _window(name, *span) for name, span in windows.items()}
    return Lineage(
        code=git(script.parent),
        dataset=dataset,
        dataset_version=dataset_version,
        features=features,
        windows=dict(sorted(spans.items())),
        parameters=dict(sorted(parameters.items())),
        seed=seed,
        requirements=sha256(requirements),
        python=machine.python_version(),
        script=sha256(script),
        tags=tags,
        run=run,
    )


def git(where: Path) -> Code:
    """Revision and cleanliness of the checkout around `where`; untracked files count, ignored ones do not."""
    revision = _git(where, "rev-parse", "HEAD")
    changes = _git(where, "status", "--porcelain") if revision is not None else None
    return Code(revision=revision, dirty=None if changes is None else bool(changes))


def sha256(path: Path) -> str:
    """Hex digest of a file. Raises `InvalidInput` when it cannot be read."""
    try:
        with path.open("rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise InvalidInput(f"lineage needs {path}: {e.strerror}") from None


def _git(where: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(where), *arguments], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _window(name: str, start: datetime, end: datetime) -> Window:
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidInput(f"window {name!r}: {start} to {end} has no time zone; give UTC")
    if end <= start:
        raise InvalidInput(f"window {name!r} ends ({end}) before it starts ({start})")
    return Window(start=start, end=end)
