import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from groundway import service
from groundway.errors import InvalidInput, Unavailable

SERVER = """
import http.server, os, subprocess, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ok" else 500); self.end_headers()
        self.wfile.write(os.environ.get("COLOUR", "none").encode())
    def log_message(self, *a): pass
if "child" in sys.argv: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
if "deaf" in sys.argv: import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "fail" in sys.argv: sys.exit("no luck today")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    yield tmp_path
    service.stop("toy", deadline=0.1)


def start(*flags: str, path: str = "/ok", **more):
    return service.start("toy", lambda port: [sys.executable, "-c", SERVER, str(port), *flags], path, **more)


def members(session: int) -> list[int]:
    return [p.pid for p in psutil.process_iter() if _session(p.pid) == session and p.status() != "zombie"]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def test_a_service_is_started_found_left_alone_and_stopped_and_keeps_its_port() -> None:
    assert service.find("toy") is None
    first = start()
    assert service.find("toy") == first
    assert start() == first  # a second start is a no-op
    assert service.stop("toy")
    assert service.find("toy") is None
    assert not service.stop("toy")
    again = start()
    assert again.port == first.port
    assert again.pid != first.pid


def test_a_service_with_other_settings_is_restarted() -> None:
    first = start(env={"COLOUR": "red"})
    second = start(env={"COLOUR": "blue"})
    assert second.pid != first.pid
    assert not psutil.pid_exists(first.pid)
    assert "red" not in (first.log.parent / "state.json").read_text()  # the environment may hold secrets


def test_a_service_that_ends_shows_the_end_of_its_log() -> None:
    with pytest.raises(Unavailable, match=r"(?s)ended while it was starting.*no luck today"):
        start("fail")
    assert service.find("toy") is None


def test_a_service_that_is_not_healthy_in_time_is_ended() -> None:
    said: list[str] = []
    with pytest.raises(Unavailable, match=r"did not answer /bad within 1 s"):
        start(path="/bad", deadline=1, report=said.append)
    assert service.find("toy") is None
    assert said


def test_what_ignores_sigterm_is_killed() -> None:
    running = start("deaf")
    begun = time.monotonic()
    assert service.stop("toy", deadline=0.5)
    assert time.monotonic() - begun < 3
    assert members(running.pid) == []


def test_children_of_a_killed_service_are_ended_by_the_next_start() -> None:
    first = start("child")
    assert len(members(first.pid)) == 2
    os.kill(first.pid, signal.SIGKILL)
    psutil.Process(first.pid).wait(5)
    assert service.find("toy") is None
    assert len(members(first.pid)) == 1
    start()
    assert members(first.pid) == []


def test_a_process_that_took_over_the_pid_is_not_ours() -> None:
    running = start()
    state = running.log.parent / "state.json"
    state.write_text(running.model_copy(update={"created": running.created - 3600}).model_dump_json())
    assert service.find("toy") is None
    assert not service.stop("toy")
    assert psutil.pid_exists(running.pid)
    state.write_text(running.model_dump_json())


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b"])
def test_a_name_must_not_lead_elsewhere(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name a service"):
        service.directory(name)
