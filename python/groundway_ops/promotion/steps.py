"""Steps of an operation: each may be killed at any moment, and is done again until it is marked done."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from groundway.errors import GroundwayError
from groundway_ops.promotion.journal import Lease

FAULT = "GROUNDWAY_FAULT"


@dataclass(frozen=True)
class Step:
    """`work` may run again after it was killed anywhere, and must come to the same. `title` is what is said of it.

    `prepares`: nothing that anybody relies on is changed by it yet.
    """

    name: str
    title: str
    work: Callable[[], None]
    prepares: bool = False


def run(lease: Lease, steps: Sequence[Step], report: Callable[[str], None]) -> None:
    """Do what the journal does not know as done, in order, and close the journal.

    It is closed as well when something goes wrong before anything was changed: there is nothing to finish or undo then.
    """
    kind = lease.journal.kind
    changed = False
    for step in steps:
        changed = changed or not step.prepares
        if step.name in lease.journal.done:
            report(f"{step.title}: done before")
            continue
        fault(f"{kind}:{step.name}:before")
        report(step.title)
        try:
            step.work()
        except GroundwayError:
            if not changed:
                lease.close()
            raise
        fault(f"{kind}:{step.name}:after")
        lease.mark(step.name)
    fault(f"{kind}:close:before")
    lease.close()
    fault(f"{kind}:close:after")


def points(kind: str, steps: Sequence[str]) -> Iterator[str]:
    """Every place at which an operation of these steps can be killed by `GROUNDWAY_FAULT`: for tests and drills."""
    for name in (*steps, "close"):
        yield f"{kind}:{name}:before"
        yield f"{kind}:{name}:after"


def fault(point: str) -> None:
    """Die here, as by `kill -9`, if that is what `GROUNDWAY_FAULT` asks for."""
    if os.environ.get(FAULT) == point:
        os.kill(os.getpid(), signal.SIGKILL)
