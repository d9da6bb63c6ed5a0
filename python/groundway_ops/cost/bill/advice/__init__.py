"""Advice that saves money: one module for each kind, with `KIND`, `NEEDS` and `advise(scene)`."""

import importlib
from collections.abc import Iterator

from groundway_ops.cost.bill.advice.record import Advice, Unjudged
from groundway_ops.cost.bill.advice.scene import Scene

__all__ = ["KINDS", "Advice", "Scene", "Unjudged", "advise"]

KINDS = (
    "endpoints",
    "fewer_nodes",
    "smaller_nodes",
    "sharing",
    "cpu_pools",
    "spot",
    "capacity_blocks",
    "reservations",
    "nat",
    "interface_endpoints",
    "logs",
    "buckets",
    "disks",
    "idle_network",
    "kubernetes",
)


def advise(scene: Scene) -> Iterator[Advice | Unjudged]:
    """What every kind has to say. A kind whose records are missing gives no advice: missing is never zero."""
    for name in KINDS:
        kind = importlib.import_module(f"{__name__}.{name}")
        missing = [table for table in kind.NEEDS if not scene.holds(table)]
        if missing:
            yield Unjudged(f"{kind.KIND}: not looked for, the mart holds no {' and no '.join(missing)} of this time")
        else:
            yield from kind.advise(scene)
