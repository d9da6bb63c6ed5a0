"""The local cloud is started, found again, stopped and emptied."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from local_cloud import GROUNDWAY, bucket, client, groundway, status, up

from groundway_local import cloud
from groundway_local.home import Home, Record
from groundway_local.processes import ProcessId


def emulators(home: Path) -> list[int]:
    """Processes of emulators that work in this home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "groundway_local.emulator" in (process.info["cmdline"] or []):
            try:
                if process.environ().get("GROUNDWAY_HOME") == str(home):
                    found.append(process.pid)
            except psutil.Error:
                continue
    return found


def test_up_is_found_again_and_down_keeps_what_it_holds(home: Path) -> None:
    address = up(home)
    s3 = bucket(address, "data-of-dev")
    s3.put_object(Bucket="data-of-dev", Key="months/01.parquet", Body=b"\x00\x01" * 4_000_000, Metadata={"rows": "7"})
    client("iam", address).create_user(UserName="ann")
    first = status(home)
    assert first["running"]
    assert first["address"] == address
    assert first["accounts"]["111111111111"] == {"s3": {"buckets": 1}, "iam": {"users": 1}}

    again = groundway(home, "up")
    assert (again.returncode, again.stdout.strip()) == (0, address)
    assert "runs already" in again.stderr
    assert status(home)["pid"] == first["pid"]
    assert emulators(home) == [first["pid"]]

    down = groundway(home, "down")
    assert down.returncode == 0
    assert emulators(home) == []
    stopped = status(home)
    assert not stopped["running"]
    assert stopped["snapshot_bytes"] > 8_000_000
    assert "not running" in groundway(home, "down").stderr

    assert up(home) == address
    assert status(home)["accounts"] == first["accounts"]
    body = s3.get_object(Bucket="data-of-dev", Key="months/01.parquet")
    assert body["Body"].read() == b"\x00\x01" * 4_000_000
    assert body["Metadata"] == {"rows": "7"}


def test_concurrent_ups_start_one(home: Path) -> None:
    with ThreadPoolExecutor() as pool:
        addresses = set(pool.map(lambda _: up(home), range(4)))
    assert len(addresses) == 1
    assert len(emulators(home)) == 1


def test_a_taken_port_is_left_alone(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (home / "local").mkdir(parents=True)
        (home / "local" / "port").write_text(str(taken))
        address = up(home)
    assert address != f"http://127.0.0.1:{taken}"
    assert (home / "local" / "port").read_text() == address.rpartition(":")[2]


def test_a_record_of_a_dead_process_whose_pid_is_used_again_harms_nobody(home: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (home / "local").mkdir(parents=True)
        Record(bystander.pid, time.time() - 5000, 1).write(home / "local" / "emulator.json")
        assert not status(home)["running"]
        assert "not running" in groundway(home, "down").stderr
        assert bystander.poll() is None
        (home / "local" / "emulator.json").write_text("{ torn")
        assert client("s3", up(home)).list_buckets()["Buckets"] == []
    finally:
        bystander.kill()
        bystander.wait()


def test_one_that_does_not_stop_is_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    up(home)
    said: list[str] = []
    record = cloud.needed(Home(home))
    os.kill(record.pid, signal.SIGSTOP)
    monkeypatch.setattr(cloud, "STOP_DEADLINE", 0.5)
    assert cloud.down(Home(home), said.append)
    assert "Killed" in said[-1]
    assert not record.alive()


def test_an_emulator_that_cannot_start_says_why(home: Path) -> None:
    (home / "local" / "snapshot").mkdir(parents=True)  # neither read nor set aside as a file
    (home / "local" / "snapshot.discarded").mkdir()
    (home / "local" / "snapshot.discarded" / "x").touch()
    done = groundway(home, "up")
    assert done.returncode == 1
    assert "ended with exit code 1" in done.stderr
    assert "OSError" in done.stderr
    assert emulators(home) == []


def test_reset_forgets_everything(home: Path) -> None:
    bucket(up(home), "data-of-dev")
    refused = groundway(home, "reset")
    assert refused.returncode == 1  # no terminal to confirm on
    assert status(home)["running"]
    assert groundway(home, "reset", "--yes").returncode == 0
    assert emulators(home) == []
    assert client("s3", up(home)).list_buckets()["Buckets"] == []


def test_it_listens_on_this_machine_only(address: str, shared_home: Path) -> None:
    process = psutil.Process(status(shared_home)["pid"])
    listening = [c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
    assert [(a.ip, a.port) for a in listening] == [("127.0.0.1", int(address.rpartition(":")[2]))]


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become somebody else")
def test_an_ordinary_user_can(tmp_path: Path) -> None:
    nobody, home = 65534, tmp_path / "nobody"
    home.mkdir()
    os.chown(home, nobody, nobody)
    # nobody may read everything, since this Python may lie in root's home, and write nothing but what is theirs
    user = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]

    def as_nobody(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "GROUNDWAY_HOME": str(home), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([*user, *reading, *arguments], env=env, cwd="/", capture_output=True, text=True)

    if as_nobody(str(GROUNDWAY), "--version").returncode:
        pytest.skip("this machine does not let root give that capability away")
    try:
        done = as_nobody(str(GROUNDWAY), "local", "up")
        assert done.returncode == 0, done.stderr
        assert psutil.Process(status(home)["pid"]).uids().effective == nobody
        client("s3", done.stdout.strip()).list_buckets()
        assert (home / "local" / "port").stat().st_uid == nobody
    finally:
        assert as_nobody(str(GROUNDWAY), "local", "down").returncode == 0
    refused = as_nobody("env", f"GROUNDWAY_HOME={tmp_path}/roots", str(GROUNDWAY), "local", "up")
    assert refused.returncode == 4
    assert "GROUNDWAY_HOME" in refused.stderr


def test_a_home_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = groundway(file, "up")
    assert done.returncode == 4
    assert "GROUNDWAY_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_is_known_by_its_start() -> None:
    me = ProcessId.of(os.getpid())
    assert me is not None
    assert me.alive()
    assert not ProcessId(me.pid, me.started - 100).alive()
    assert ProcessId.of(2**22 + 1) is None
    assert ProcessId.parse(f"{me.pid}:{me.started}") == me
    assert ProcessId.parse("no process") is None
