"""The local cloud as a process on this machine: start it, find it again, stop it, forget what it holds."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from groundway_local import terraform
from groundway_local.errors import LocalError, Unavailable
from groundway_local.home import Home, Record, write_whole

HOST = "127.0.0.1"
START_DEADLINE = 60.0  # seconds; a large snapshot takes some of them
STOP_DEADLINE = 30.0
Say = Callable[[str], None]


def find(home: Home) -> Record | None:
    """The running emulator."""
    record = Record.read(home.record)
    return record if record and record.alive() else None


def needed(home: Home) -> Record:
    """The running emulator. Raises `Unavailable` when there is none."""
    record = find(home)
    if record is None:
        raise Unavailable("The local cloud is not running. Start it with: groundway local up")
    return record


def up(home: Home, say: Say) -> Record:
    """Start the emulator unless it runs, and wait until it answers; what Terraform needs is written each time."""
    with alone(home):
        terraform.install(home)
        record = find(home)
        if record is None:
            record = start(home, say)
            if record.notice:
                say(record.notice)
        write_whole(home.port, str(record.port))
        return record


def start(home: Home, say: Say) -> Record:
    home.record.unlink(missing_ok=True)  # of an emulator that was killed
    port = free_port(home)
    say(f"Starting the local cloud on {HOST}:{port} ...")
    command = [sys.executable, "-m", "groundway_local.emulator", "--port", str(port)]
    with open(home.log, "a") as log:
        begin = log.tell()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=home.local,
            env={**os.environ, "GROUNDWAY_HOME": str(home.root), "PYTHONUNBUFFERED": "1"},
        )
    deadline = time.monotonic() + START_DEADLINE
    while process.poll() is None:
        record = Record.read(home.record)
        if record and record.pid == process.pid and health(record) is not None:
            return record
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise LocalError(f"The local cloud did not answer within {START_DEADLINE:.0f} s.\n{tail(home.log, begin)}")
        time.sleep(0.05)
    raise LocalError(f"The local cloud ended with exit code {process.returncode}.\n{tail(home.log, begin)}")


def down(home: Home, say: Say) -> bool:
    """Let the emulator save and end; kill it when it takes too long. False when none runs."""
    with alone(home):
        record = find(home)
        if record is None:
            home.record.unlink(missing_ok=True)
            return False
        say(f"Stopping the local cloud (process {record.pid}) ...")
        if not ended(record, signal.SIGTERM, STOP_DEADLINE):
            ended(record, signal.SIGKILL, 5.0)
            say(f"Killed, since it did not stop within {STOP_DEADLINE:.0f} s: changes after the last save are lost.")
        home.record.unlink(missing_ok=True)
        return True


def reset(home: Home, say: Say) -> None:
    """Stop the emulator and forget everything that it held."""
    down(home, say)
    with alone(home):
        for path in home.local.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def ended(record: Record, number: signal.Signals, deadline: float) -> bool:
    """Send the signal and wait for the end."""
    with suppress(ProcessLookupError):
        os.kill(record.pid, number)
    until = time.monotonic() + deadline
    while record.alive():
        reap(record.pid)
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def reap(pid: int) -> None:
    """When this very process started it, let the operating system forget it."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def health(record: Record) -> dict[str, Any] | None:
    """What the emulator says of itself; None when it does not answer."""
    return ask(record, "health")


def holdings(record: Record) -> dict[str, dict[str, dict[str, int]]]:
    """{account: {service: {kind: number}}}."""
    answer = ask(record, "holdings", 60.0)
    return answer["accounts"] if answer else {}


def ask(record: Record, what: str, timeout: float = 5.0) -> dict[str, Any] | None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with opener.open(f"{record.address}/groundway/{what}", timeout=timeout) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except (OSError, ValueError, urllib.error.URLError):
        return None


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """One command at a time changes what runs. Raises `Unavailable` when the home cannot be written."""
    try:
        home.local.mkdir(parents=True, exist_ok=True)
        lock = open(home.local / "lock", "w")  # noqa: SIM115 - closed below; only the opening may fail this way
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        raise Unavailable(f"{why}. Set GROUNDWAY_HOME to a directory that you can write to.") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_port(home: Home) -> int:
    """The port used last time if it is free, else any free one."""
    with suppress(OSError, ValueError, OverflowError):
        last = int(home.port.read_text())
        with socket.socket() as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as the server does: old connections do not count
            probe.bind((HOST, last))
            return last
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def tail(log: Path, begin: int, lines: int = 20) -> str:
    """The last lines that were logged after this position."""
    with open(log, errors="replace") as file:
        file.seek(begin)
        return "\n".join(file.read().splitlines()[-lines:])
