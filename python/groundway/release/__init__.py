"""A release: everything that runs in one environment, pinned. `environments/<env>/release.yaml` says what shall run."""

from groundway.release.blueprint import blueprint, configuration
from groundway.release.deployed import Deployed, deployed, record
from groundway.release.document import FILE, pinned, write
from groundway.release.model import ModelPin, Release

__all__ = [
    "FILE",
    "Deployed",
    "ModelPin",
    "Release",
    "blueprint",
    "configuration",
    "deployed",
    "pinned",
    "record",
    "write",
]
