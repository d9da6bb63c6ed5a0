"""How old the stacks are, and whether what they are made of has changed since: stale ones are not what is deployed."""

import time
from collections.abc import Iterator
from pathlib import Path

from groundway.errors import InvalidInput

# What the app reads and runs, below the checkout.
SOURCES = (
    "environments/*/environment.yaml",
    "environments/teams.yaml",
    "infra/**/*.py",
    "policies/iam/*.json",
    "python/groundway/environment/*.py",
    "python/groundway/*.py",
    "stacks/**/*.py",
)


def age(folder: Path) -> str:
    """How long ago the oldest of the stacks in `folder` was written, in words."""
    seconds = time.time() - min(_times(folder.glob("*/cdk.tf.json")), default=time.time())
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit} ago"
    return f"{max(seconds, 0):.0f} seconds ago"


def check(folder: Path, checkout: Path) -> None:
    """Raise `InvalidInput` if a source in the checkout is younger than a stack in `folder`."""
    written = min(_times(folder.glob("*/cdk.tf.json")), default=None)
    if written is None:
        return  # there is nothing to judge, which is said elsewhere
    sources = [file for pattern in SOURCES for file in checkout.glob(pattern)]
    if changed := [file for file in sources if file.stat().st_mtime > written]:
        youngest = max(changed, key=lambda file: file.stat().st_mtime)
        raise InvalidInput(
            f"{folder}: these stacks are older than {youngest.relative_to(checkout)}, so they are not what would be "
            "deployed: synthesize again (cdktf synth), or judge them as they are with --stacks"
        )


def _times(files: Iterator[Path]) -> Iterator[float]:
    return (file.stat().st_mtime for file in files)
