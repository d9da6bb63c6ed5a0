"""A release: everything that runs in one environment, pinned. `environments/<env>/release.yaml` says what shall run."""

from groundway.release.blueprint import blueprint, configuration
from groundway.release.deployed import Deployed, deployed, record
from groundway.release.document import FILE, pinned, write
from groundway.release.model import ModelPin, Release
from groundway.release.pin import AHEAD, require_pinned

__all__ = [
    "AHEAD",
    "FILE",
    "Deployed",
    "ModelPin",
    "Release",
    "blueprint",
    "configuration",
    "deployed",
    "pinned",
    "record",
    "require_pinned",
    "write",
]
