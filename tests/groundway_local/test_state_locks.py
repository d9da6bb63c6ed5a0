"""Terraform's state lock: a running holder keeps it, a killed one does not."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError
from local_cloud import bucket, client, groundway


@dataclass
class Stack:
    """A tiny configuration with its state in the local cloud, run by the real Terraform through the launcher."""

    folder: Path
    env: dict[str, str]
    bucket: str
    address: str

    def write(self, command: str) -> None:
        backend = {"bucket": self.bucket, "key": "a/terraform.tfstate", "use_lockfile": True, "use_path_style": True}
        step = {"provisioner": [{"local-exec": {"command": command}}], "triggers_replace": command}
        document = {"terraform": {"backend": {"s3": backend}}, "resource": {"terraform_data": {"step": step}}}
        (self.folder / "main.tf.json").write_text(json.dumps(document))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [self.env["TERRAFORM_BINARY_NAME"], *arguments, "-no-color", "-input=false"]
        out = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=out, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def locked(self) -> bool:
        try:
            client("s3", self.address, self.env["AWS_ACCESS_KEY_ID"]).head_object(
                Bucket=self.bucket, Key="a/terraform.tfstate.tflock"
            )
        except ClientError:
            return False
        return True

    def await_step(self) -> None:
        """Wait until the apply is in its step, which touches `begun`."""
        deadline = time.monotonic() + 30
        while not (self.folder / "begun").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def stack(address: str, shared_home: Path, account: str, tmp_path: Path) -> Stack:
    values = json.loads(groundway(shared_home, "env", "dev", "--json").stdout) | {"AWS_ACCESS_KEY_ID": account}
    env = {k: v for k, v in (os.environ | values).items() if v is not None}
    bucket(address, f"state-{account}", account)
    made = Stack(tmp_path, env, f"state-{account}", address)
    made.write("true")
    code, output = made.run("init")
    assert code == 0, output
    return made


@pytest.fixture
def applying(stack: Stack) -> Iterator[subprocess.Popen[str]]:
    """An apply that holds the lock and sleeps."""
    stack.write("touch begun; exec sleep 60")
    process = stack.start("apply", "-auto-approve")
    stack.await_step()
    family = psutil.Process(process.pid).children(recursive=True)
    yield process
    process.kill()
    for child in family:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    process.communicate()


def test_a_running_terraform_keeps_its_lock(stack: Stack, applying: subprocess.Popen[str]) -> None:
    assert stack.locked()
    code, output = stack.run("apply", "-auto-approve")
    assert code == 1
    assert "Error acquiring the state lock" in output
    assert "PreconditionFailed" in output
    assert applying.poll() is None
    assert stack.locked()


def test_a_killed_terraform_holds_no_lock(stack: Stack, applying: subprocess.Popen[str], shared_home: Path) -> None:
    applying.send_signal(signal.SIGKILL)
    applying.wait()
    assert stack.locked()
    stack.write("true")
    code, output = stack.run("apply", "-auto-approve")
    assert code == 0, output
    assert not stack.locked()
    log = (shared_home / "local" / "emulator.log").read_text()
    assert log.count(f"Terraform process {applying.pid}, which held it, is gone") == 1
    assert "No changes" in stack.run("plan")[1]


def test_a_lock_of_somebody_who_did_not_say_who_stays(stack: Stack) -> None:
    s3 = client("s3", stack.address, stack.env["AWS_ACCESS_KEY_ID"])
    lock = {"ID": "x", "Path": f"{stack.bucket}/a/terraform.tfstate"}
    s3.put_object(Bucket=stack.bucket, Key="a/terraform.tfstate.tflock", Body=json.dumps(lock), IfNoneMatch="*")
    code, output = stack.run("apply", "-auto-approve")
    assert code == 1
    assert "Error acquiring the state lock" in output
    assert stack.locked()


def test_only_one_of_many_gets_a_dead_one_s_lock(stack: Stack, applying: subprocess.Popen[str]) -> None:
    applying.kill()
    applying.wait()
    (stack.folder / "begun").unlink()
    stack.write("touch begun; exec sleep 3")
    rivals = [stack.start("apply", "-auto-approve") for _ in range(3)]
    outputs = [rival.communicate(timeout=60)[0] for rival in rivals]
    codes = sorted(rival.returncode for rival in rivals)
    assert codes == [0, 1, 1], outputs
    assert sum("PreconditionFailed" in output for output in outputs) == 2
    assert not stack.locked()


@pytest.mark.slow
def test_a_lock_and_its_holder_outlive_the_emulator(home: Path, tmp_path: Path) -> None:
    from local_cloud import up

    address = up(home)
    values = json.loads(groundway(home, "env", "dev", "--json").stdout)
    env = {k: v for k, v in (os.environ | values).items() if v is not None}
    bucket(address, "state-of-dev")
    stack = Stack(tmp_path, env, "state-of-dev", address)
    stack.write("touch begun; exec sleep 20")
    stack.run("init")
    process = stack.start("apply", "-auto-approve")
    stack.await_step()
    groundway(home, "down")
    assert up(home) == address
    assert "Error acquiring the state lock" in stack.run("apply", "-auto-approve")[1]
    process.kill()
    process.wait()
    stack.write("true")
    code, output = stack.run("apply", "-auto-approve")
    assert code == 0, output
