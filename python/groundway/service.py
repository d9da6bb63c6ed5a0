"""Background processes that outlive the command that started them: start, find again, stop.

Everything about a service lies in `$GROUNDWAY_HOME/services/<name>/`: `state.json` (who it is), `log`, `lock`.
"""

import fcntl
import hashlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from groundway.errors import InvalidInput, Unavailable

HOST = "127.0.0.1"
TAIL = 30  # lines of the log that a failure shows

Report = Callable[[str], None]


def quiet(_: str) -> None:
    """The report of a caller that wants none."""


class Service(BaseModel):
    """A started service. `created` is the process's start time, which tells it from a later process of the same pid."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    created: float
    port: int
    url: str
    log: Path
    spec: str


def home() -> Path:
    """The directory of all run-time state: `GROUNDWAY_HOME`, else `.groundway` in the current directory."""
    return Path(os.environ.get("GROUNDWAY_HOME") or ".groundway").absolute()


def directory(name: str) -> Path:
    """`$GROUNDWAY_HOME/services/<name>`, made if need be."""
    if not name or not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
        raise InvalidInput(f"{name!r} cannot name a service: use letters, digits, dots, dashes")
    path = home() / "services" / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def start(
    name: str,
    command: Callable[[int], Sequence[str]],
    health: str,
    *,
    env: Mapping[str, str] | None = None,
    port: int | None = None,
    deadline: float = 90.0,
    report: Report = quiet,
) -> Service:
    """Start `command(port)` detached and wait until `health` (a path) answers 200; a healthy one is left as it is.

    The port is `port`, else the one used last time if it is free, else any free one. A running service whose command
    or `env` (added to this process's own) is no longer what is asked for is restarted. Raises `Unavailable` with the
    end of the log when the process ends or is not healthy after `deadline` seconds; nothing is left running then.
    """
    where = directory(name)
    with _locked(where):
        last = _read(where)
        if last and _alive(last):
            wanted = _spec(command(last.port), env)
            if last.spec == wanted and port in (None, last.port) and _answers(last.url + health):
                return last
            report(f"{name}: restarting, because its settings changed or it does not answer")
        if last:
            _end(last, 20.0)
        chosen = port or (last.port if last and _free(last.port) else _free_port())
        report(f"{name}: starting on {HOST}:{chosen}")
        service = _spawn(name, where, list(command(chosen)), chosen, env)
        _await(service, health, deadline, report)
        return service


def find(name: str) -> Service | None:
    """The service if its process is alive, healthy or not."""
    path = home() / "services" / name
    service = _read(path) if path.is_dir() else None
    return service if service and _alive(service) else None


def stop(name: str, *, deadline: float = 30.0) -> bool:
    """SIGTERM, then SIGKILL after `deadline` seconds, to the service and whatever it started. False: nothing ran."""
    if not (home() / "services" / name).is_dir():
        return False
    where = directory(name)
    with _locked(where):
        service = _read(where)
        return service is not None and _end(service, deadline)


def log_tail(service: Service, lines: int = TAIL) -> str:
    """The last lines of the service's log."""
    try:
        return "\n".join(service.log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


@contextmanager
def _locked(where: Path) -> Iterator[None]:
    with (where / "lock").open("w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def _read(where: Path) -> Service | None:
    try:
        return Service.model_validate_json((where / "state.json").read_bytes())
    except (OSError, ValidationError):  # never started, or a state that a killed process or an older version left
        return None


def _spec(command: Sequence[str], env: Mapping[str, str] | None) -> str:
    # A digest, because the environment may hold credentials.
    return hashlib.sha256(json.dumps([list(command), sorted((env or {}).items())]).encode()).hexdigest()


def _spawn(name: str, where: Path, command: list[str], port: int, env: Mapping[str, str] | None) -> Service:
    log = where / "log"
    try:
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
    except OSError as e:
        raise Unavailable(f"{name} cannot be started: {e}") from None
    service = Service(
        name=name,
        pid=process.pid,
        created=psutil.Process(process.pid).create_time(),
        port=port,
        url=f"http://{HOST}:{port}",
        log=log,
        spec=_spec(command, env),
    )
    scratch = where / "state.json.new"
    scratch.write_text(service.model_dump_json())
    scratch.replace(where / "state.json")
    return service


def _await(service: Service, health: str, deadline: float, report: Report) -> None:
    begun = last = time.monotonic()
    try:
        while _alive(service):
            if _answers(service.url + health):
                report(f"{service.name}: ready after {time.monotonic() - begun:.1f} s at {service.url}")
                return
            now = time.monotonic()
            if now - begun > deadline:
                raise Unavailable(_failure(service, f"did not answer {health} within {deadline:g} s"))
            if now - last > 5:
                last = now
                report(f"{service.name}: waiting for {service.url}{health} ({now - begun:.0f} s)")
            time.sleep(0.1)
        raise Unavailable(_failure(service, "ended while it was starting"))
    except BaseException:  # also on Ctrl-C: never leave half a start behind
        _end(service, 5.0)
        raise


def _failure(service: Service, what: str) -> str:
    return f"{service.name} {what}. The end of {service.log}:\n{log_tail(service)}"


def _alive(service: Service) -> bool:
    try:
        process = psutil.Process(service.pid)
        return _same(process, service) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _same(process: psutil.Process, service: Service) -> bool:
    # Not exactly: the start time is counted from the boot time, which the clock's correction may move.
    return abs(process.create_time() - service.created) < 2


def _members(service: Service) -> list[psutil.Process]:
    """Every live process of the service's session, so also orphans whose leader was killed.

    The kernel gives a session's id to no new process while the session has members, so what carries it is ours,
    unless all of it ended and the id came round again: then its leader started at another time.
    """
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == service.pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    leader = next((p for p in found if p.pid == service.pid), None)
    return found if leader is None or _same(leader, service) else []


def _end(service: Service, deadline: float) -> bool:
    members = _members(service)
    leader = [p for p in members if p.pid == service.pid]
    _signal(leader or members, "terminate")  # the leader stops its own children in its own order
    _, left = psutil.wait_procs(members, timeout=deadline)
    _signal(left, "kill")
    psutil.wait_procs(left, timeout=5)
    return bool(members)


def _signal(processes: list[psutil.Process], how: str) -> None:
    for process in processes:
        try:
            getattr(process, how)()
        except psutil.NoSuchProcess:
            continue


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - a URL we made, on loopback
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _free(port: int) -> bool:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as s:
        s.bind((HOST, 0))
        return int(s.getsockname()[1])
