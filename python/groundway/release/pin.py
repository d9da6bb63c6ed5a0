"""The app's question before it synthesizes: is this checkout what the environment pins?"""

import os
import sys
from pathlib import Path

from groundway.errors import Refused
from groundway.release.blueprint import blueprint, configuration
from groundway.release.document import FILE, pinned
from groundway.release.model import Release

AHEAD = "GROUNDWAY_AHEAD"


def require_pinned(root: Path, environment: str) -> None:
    """Return if the checkout at `root` is the one that the environment's release pins, or if none is pinned yet.

    `GROUNDWAY_AHEAD=<environment>` is the explicit word to go ahead of the pin, and is said loudly. Raises `Refused`.
    """
    release = pinned(root, environment)
    if release is None or not (differences := differing(root, release)):
        return
    if os.environ.get(AHEAD) == environment:
        print(f"release: {AHEAD}={environment}: AHEAD OF {release.name}, WHICH IS PINNED", file=sys.stderr)  # noqa: T201
        return
    raise Refused(
        f"environments/{environment}/{FILE} pins {release.name}, but {' and '.join(differences)}. To deploy what is "
        f"pinned: groundway release deploy {environment}. {_onwards(release)}"
    )


def differing(root: Path, release: Release) -> list[str]:
    """How the checkout differs from what the release pins, in words."""
    found = []
    if blueprint(root) != release.blueprint:
        found.append(f"the code here is not that of commit {release.revision[:12]}")
    if configuration(root, release.environment) != release.configuration:
        found.append(f"environments/{release.environment}/environment.yaml has changed since")
    return found


def _onwards(release: Release) -> str:
    name = release.environment
    if release.origin:
        return f"To move it on: groundway promote {release.origin.partition('/')[0]} {name}"
    return f"To move it on: {AHEAD}={name} cdktf deploy '{name}-*', then groundway release cut {name}"
