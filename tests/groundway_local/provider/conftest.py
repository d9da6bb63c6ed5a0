"""A local cloud of this test run's own, and real Terraform in directories of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ACCOUNT = "111122223333"
PROVIDER = {"terraform": {"required_providers": {"aws": {"source": "groundway.local/dev/aws"}}}}


@dataclass(frozen=True)
class Ran:
    """A Terraform command that ended: its exit code and the messages of its `-json` output."""

    code: int
    messages: list[dict[str, Any]]
    text: str

    def diagnostics(self, severity: str = "error") -> list[dict[str, Any]]:
        return [m["diagnostic"] for m in self.messages if m.get("diagnostic", {}).get("severity") == severity]

    @property
    def errors(self) -> str:
        """Every error with its address, as one text."""
        return "\n".join(f"{d.get('address', '')} {d['summary']} {d['detail']}" for d in self.diagnostics())


class Terraform:
    """Terraform in one directory against one emulator."""

    def __init__(self, directory: Path, env: dict[str, str]) -> None:
        self.directory, self.env = directory, env
        self._initialised = False
        directory.mkdir(parents=True, exist_ok=True)

    def write(self, config: dict[str, Any], name: str = "main") -> None:
        (self.directory / f"{name}.tf.json").write_text(json.dumps(config))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        if not self._initialised:
            subprocess.run(["terraform", "init"], cwd=self.directory, env=self.env, check=True, capture_output=True)
            self._initialised = True
        command = ["terraform", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.directory, env=self.env, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str) -> Ran:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return Ran(process.returncode, list(_json_lines(out)), out + err)

    def apply(self, *arguments: str) -> Ran:
        return self.run("apply", "-json", "-auto-approve", "-parallelism=20", *arguments)

    def applied(self, *arguments: str) -> Ran:
        """An apply that must succeed."""
        ran = self.apply(*arguments)
        assert ran.code == 0, ran.errors or ran.text
        return ran

    def validate(self) -> dict[str, Any]:
        """What `terraform validate -json` says."""
        return dict(json.loads(self.run("validate", "-json").text))

    def destroy(self) -> Ran:
        return self.run("destroy", "-json", "-auto-approve", "-parallelism=20")

    def plan(self, *arguments: str) -> dict[str, Any]:
        """The plan as `terraform show -json` tells it."""
        ran = self.run("plan", "-json", "-out=plan.bin", "-parallelism=20", *arguments)
        assert ran.code == 0, ran.errors or ran.text
        return dict(json.loads(self.run("show", "-json", "plan.bin").text))

    def actions(self, *arguments: str) -> dict[str, list[str]]:
        """Address to actions of whatever the plan would change."""
        changes = self.plan(*arguments).get("resource_changes", [])
        found = {c["address"]: c["change"]["actions"] for c in changes}
        return {a: actions for a, actions in found.items() if actions not in (["no-op"], ["read"])}

    def state(self) -> dict[str, dict[str, Any]]:
        """Address to attributes."""
        shown = json.loads(self.run("show", "-json").text)
        resources = shown.get("values", {}).get("root_module", {}).get("resources", [])
        return {r["address"]: r["values"] for r in resources}


def _json_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            with contextlib.suppress(ValueError):
                yield json.loads(line)


class Cloud:
    """A running emulator and the environment in which Terraform and boto3 reach it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
        self.env = {
            **kept,
            "GROUNDWAY_HOME": str(home),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "eu-west-1",
            "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
            "TF_CLI_CONFIG_FILE": str(home / "local" / "terraformrc"),
            "CHECKPOINT_DISABLE": "1",
        }

    def start(self) -> subprocess.Popen[bytes]:
        port = self.endpoint.rpartition(":")[2]
        log = (self.home / "emulator.log").open("w")
        command = [sys.executable, "-m", "groundway_local.emulator", "--port", port]
        process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.endpoint}/groundway/pending", timeout=5).close()
                return process
            time.sleep(0.1)
        raise TimeoutError((self.home / "emulator.log").read_text())

    def terraform(self, directory: Path, **env: str) -> Terraform:
        return Terraform(directory, {**self.env, **env})

    def client(self, service: str, region: str = "eu-west-1", account: str = ACCOUNT) -> Any:
        import boto3
        from botocore.config import Config

        from groundway_local.provider.session import at_endpoint

        made = boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="local",
            config=Config(s3={"addressing_style": "path"}, inject_host_prefix=False),
        )
        at_endpoint(made)
        return made


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    from groundway_local.home import Home
    from groundway_local.terraform import install

    home = tmp_path_factory.mktemp("home")
    before = os.environ.get("GROUNDWAY_HOME")
    os.environ["GROUNDWAY_HOME"] = str(home)
    try:
        install(Home(home))
    finally:
        os.environ.pop("GROUNDWAY_HOME")
        if before is not None:
            os.environ["GROUNDWAY_HOME"] = before
    running = Cloud(home)
    process = running.start()
    try:
        yield running
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def terraform(cloud: Cloud, tmp_path: Path) -> Terraform:
    """Terraform in a fresh directory, with the provider named."""
    made = cloud.terraform(tmp_path / "terraform")
    made.write(PROVIDER, "provider")
    return made
