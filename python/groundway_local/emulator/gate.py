"""One request at a time, so that what moto holds is consistent whenever nobody is inside.

moto is not written for threads: two conditional writes may both succeed, a listing may fail while something is
created. Python runs one thread at a time anyway, so that taking turns costs no throughput; bodies are read and
answers written outside the gate.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from groundway_local.emulator.exchange import Answer, Environ, Handler

READING = ("describe", "get", "list", "head", "batchget", "query", "scan", "lookup", "search")


class Gate:
    """Guards the backends. `changes` grows with every request that may have changed them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.changes = 0

    def __call__(self, inner: Handler) -> Handler:
        def handle(environ: Environ) -> Answer:
            with self._lock:
                if not reads_only(environ):
                    self.changes += 1
                return inner(environ)

        return handle

    @contextmanager
    def closed(self) -> Iterator[None]:
        """No request runs inside this block."""
        with self._lock:
            yield

    @contextmanager
    def stepped_aside(self) -> Iterator[None]:
        """Inside a request: let others pass while it waits for something. The request must expect changes."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()


GATE = Gate()


def reads_only(environ: Environ) -> bool:
    """Whether a request surely changes nothing; when in doubt it does not count as one."""
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return True
    action: str = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return action.lower().startswith(READING)
