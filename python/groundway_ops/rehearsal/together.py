"""Several environments at once, and none twice; interrupted, everything that was started is gone."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path

from groundway.environment import Environment
from groundway.errors import Unavailable
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.page import render
from groundway_ops.rehearsal.processes import Processes, Stopped
from groundway_ops.rehearsal.record import Record, write_whole
from groundway_ops.rehearsal.rehearsal import Rehearsal, Request

Say = Callable[[str], None]


def rehearse_all(
    environments: Sequence[Environment], checkout: Checkout, request: Request, folder: Path, say: Say
) -> list[Record]:
    """Rehearse them side by side, at most one a core; returns their records, which are also written to `folder`.

    Raises `Unavailable` when one of them is being rehearsed already, and whatever kept a cloud from starting.
    """
    processes = Processes()

    def one(environment: Environment) -> Record:
        processes.check()
        say_here = _prefixed(environment.name, say)
        directory = folder / environment.name
        data, page = (folder / f"{environment.name}.{kind}" for kind in ("json", "html"))
        for path in (data, page):
            path.unlink(missing_ok=True)  # a run that is stopped leaves no record, not that of another
        record = Rehearsal(environment, checkout, directory, processes, say_here, request).run()
        write_whole(data, record.json_text())
        write_whole(page, render(record))
        return record

    with ExitStack() as stack:
        for environment in environments:
            stack.enter_context(_alone(folder / f"{environment.name}.lock", environment.name))
        with _terminable(), ThreadPoolExecutor(max(1, min(len(environments), os.cpu_count() or 1))) as pool:
            futures = [pool.submit(one, environment) for environment in environments]
            try:
                wait(futures)  # one whose cloud does not start keeps nobody else from going on
                return [future.result() for future in futures]
            except (KeyboardInterrupt, Stopped):
                say("Stopped early; taking the local clouds down.")
                raise KeyboardInterrupt from None
            finally:
                processes.stop()  # nothing runs when all went well


def _prefixed(name: str, say: Say) -> Say:
    begun, lock = time.monotonic(), threading.Lock()

    def prefixed(text: str) -> None:
        with lock:
            for line in text.splitlines():
                say(f"{name} {time.monotonic() - begun:5.0f} s  {line}")

    return prefixed


@contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as e:
        raise Unavailable(
            f"{e.filename}: {e.strerror}. Set GROUNDWAY_HOME to a directory that you can write to."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(f"{name} is being rehearsed already in {path.parent}; wait for it") from None
        yield


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends a rehearsal as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
