"""Every process that a rehearsal starts, so that all of them can be ended."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "GROUNDWAY_REHEARSAL"  # set for everything that is started, so that a later run finds what a killed one left


class Stopped(BaseException):
    """The rehearsal was told to end: no error, and so nothing that a phase may take for one."""


@dataclass(frozen=True)
class Output:
    """What a finished process said."""

    code: int
    out: str
    err: str


class Processes:
    """Starts processes in sessions of their own; after `stop` those that ran are gone and no other is started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def start(
        self, command: Sequence[str | Path], cwd: Path, env: Mapping[str, str], merged: bool = False
    ) -> subprocess.Popen[str]:
        """Raises `Stopped` after `stop`. With `merged`, what it says on standard error comes with the rest."""
        with self._lock:
            self.check()
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merged else subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def ended(self, process: subprocess.Popen[str]) -> None:
        """Forget a process that was waited for. Raises `Stopped` when it may have ended because of `stop`."""
        with self._lock:
            self._running.discard(process)
            self.check()

    def run(self, command: Sequence[str | Path], cwd: Path, env: Mapping[str, str]) -> Output:
        """Start a process and wait for its end."""
        process = self.start(command, cwd, env)
        out, err = process.communicate()
        self.ended(process)
        return Output(process.returncode, out, err)

    def stop(self) -> None:
        """Kill everything that runs."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                kill(process)

    def check(self) -> None:
        """Raises `Stopped` after `stop`."""
        if self._stopped:
            raise Stopped


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9 for a process and everything that it started in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def sweep(directory: Path) -> int:
    """Kill what a rehearsal in `directory` started and left running; the number of processes."""
    left = [p for p in psutil.process_iter() if _mark(p) == str(directory)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=5)
    return len(left)


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # it ended, or it is somebody else's
        return None
