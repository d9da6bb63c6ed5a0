"""Tell whoever keeps account of an environment what happens in it. The runtime knows no keeper: they are entry points.

A keeper is a function of one `Happening`, in the group `groundway.events`. Where it cannot keep what it must, it
raises: what is being done stops there, rather than leaving no trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

GROUP = "groundway.events"


@dataclass(frozen=True)
class Happening:
    """`id` says which it is, so that telling it again makes no second one. `details` is JSON: numbers are finite."""

    kind: str
    environment: str
    id: str
    reason: str
    details: Mapping[str, Any]


def publish(kind: str, environment: str, *, id: str, reason: str = "", **details: Any) -> None:
    """Hand what happens in `environment` to every keeper. Raises what a keeper raises."""
    happening = Happening(kind, environment, id, reason, details)
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        entry.load()(happening)
