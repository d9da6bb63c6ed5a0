"""Saving while requests keep coming: a fork holds still what the emulator remembers and writes it at leisure.

The gate is closed only for the fork, some milliseconds however much there is. The child touches nothing but memory and
its file; the parent publishes the file when the child ended well, so that a child that outlives a killed parent
changes nothing.
"""

import gc
import logging
import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundway_local.emulator import memory, snapshot
from groundway_local.emulator.gate import GATE
from groundway_local.emulator.layers import Layers

DEADLINE = 120.0  # seconds a save may take

log = logging.getLogger(__name__)


class Autosave(threading.Thread):
    """Saves `every` so many seconds if something changed, until `last`."""

    def __init__(self, path: Path, layers: Layers, every: float) -> None:
        super().__init__(name="autosave", daemon=True)
        self._path, self._layers, self._every = path, layers, every
        self._stop = threading.Event()
        self._saving = threading.Lock()
        self._saved = GATE.changes
        for left in path.parent.glob(f"{path.name}.*.tmp"):
            left.unlink(missing_ok=True)

    def run(self) -> None:
        pause = self._every
        while not self._stop.wait(pause):
            started = time.monotonic()
            if GATE.changes != self._saved:
                try:
                    self.save()
                except OSError:
                    log.exception("the snapshot could not be saved")
            pause = max(self._every, 10 * (time.monotonic() - started))  # a large memory is saved less often

    def save(self) -> None:
        """One save through a child process."""
        with self._saving:
            self._save()

    def _save(self) -> None:
        started = time.monotonic()
        written = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        with GATE.closed(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: the child only pickles
            changes = GATE.changes
            child = os.fork()
            if child == 0:
                write_and_exit(written, self._layers)
        held = time.monotonic() - started
        if not ended_well(child):
            log.error("the snapshot could not be saved; the last one stays")
            written.unlink(missing_ok=True)
            return
        snapshot.publish(written, self._path)
        self._saved = changes
        size = self._path.stat().st_size / 1e6
        log.info("saved %.1f MB in %.2f s, requests held for %.3f s", size, time.monotonic() - started, held)

    @contextmanager
    def last(self) -> Iterator[None]:
        """No request runs inside this block, and all that was answered before it is saved."""
        self._stop.set()
        with self._saving, GATE.closed():
            if GATE.changes != self._saved:
                written = self._path.with_name(f"{self._path.name}.last.tmp")
                snapshot.write(written, memory.collect(self._layers))
                snapshot.publish(written, self._path)
            yield


def write_and_exit(path: Path, layers: Layers) -> None:
    """The child: other threads are gone, sockets and locks belong to the parent."""
    code = 1
    try:
        gc.disable()
        os.closerange(3, 1 << 16)
        snapshot.write(path, memory.collect(layers))
        code = 0
    except BaseException:
        log.exception("the snapshot could not be written")
    finally:
        os._exit(code)


def ended_well(child: int) -> bool:
    """Wait for the child; one that takes too long is ended."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status == 0
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False
