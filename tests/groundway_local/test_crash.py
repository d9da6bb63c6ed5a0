"""Whoever is killed in the middle of an apply - Terraform, the provider, the emulator - the next apply converges.

Converges: it succeeds, nothing was made twice, a plan shows no changes, and destroy leaves nothing behind.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from local_cloud import GROUNDWAY, REGION, bucket, client, groundway, status, up

pytestmark = pytest.mark.slow

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
RESOURCES: dict[str, dict[str, dict[str, Any]]] = {
    "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
    "aws_subnet": {
        "a": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/24"},
        "b": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.1.0/24"},
    },
    "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
    "aws_eip": {"nat": {"count": 2, "domain": "vpc"}},  # twins: nothing tells them apart
    "aws_nat_gateway": {
        "main": {
            "allocation_id": "${aws_eip.nat[0].id}",
            "subnet_id": "${aws_subnet.a.id}",
            "depends_on": ["aws_internet_gateway.main"],
        }
    },
    "aws_security_group": {"pods": {"name": "pods", "description": "pods", "vpc_id": "${aws_vpc.main.id}"}},
    "aws_iam_role": {"cluster": {"name": "cluster", "assume_role_policy": TRUST}},
    "aws_iam_role_policy_attachment": {
        "cluster": {
            "role": "${aws_iam_role.cluster.name}",
            "policy_arn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
        }
    },
    "aws_kms_key": {"data": {"description": "data", "deletion_window_in_days": 7}},
    "aws_sns_topic": {"alarms": {"name": "alarms"}},
    "aws_dynamodb_table": {
        "features": {
            "name": "features",
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "attribute": [{"name": "id", "type": "S"}],
        }
    },
    "aws_ssm_parameter": {"platform": {"name": "/platform", "type": "String", "value": "${aws_vpc.main.id}"}},
    "aws_cloudwatch_log_group": {"ml": {"name": "/ml"}},
}
COMPLETE = {
    "ec2": {"vpcs": 1, "subnets": 2, "internet_gateways": 1, "addresses": 2, "nat_gateways": 1, "security_groups": 1},
    "iam": {"roles": 1},
    "kms": {"keys": 1},
    "sns": {"topics": 1},
    "dynamodb": {"tables": 1},
    "logs": {"log_groups": 1},
    "ssm": {"parameters": 1},
}


@dataclass
class Stack:
    """The configuration above, its state in the local cloud itself, applied by the real Terraform."""

    home: Path
    folder: Path
    address: str
    env: dict[str, str]
    started: list[psutil.Process] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [self.env["TERRAFORM_BINARY_NAME"], *arguments, "-no-color", "-input=false"]
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.started.append(psutil.Process(process.pid))
        return process

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output

    def give_up_soon(self) -> None:
        """The provider need not wait for an emulator that does not come back."""
        document = json.loads((self.folder / "main.tf.json").read_text())
        document["provider"]["aws"]["max_retries"] = 1
        (self.folder / "main.tf.json").write_text(json.dumps(document))

    def providers(self) -> list[psutil.Process]:
        """Processes of the provider, also those whose Terraform is gone."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            if "groundway_local.provider" in (process.info["cmdline"] or []):
                try:
                    if process.cwd() == str(self.folder):
                        found.append(process)
                except psutil.Error:
                    continue
        return found

    def assert_converges(self) -> None:
        self.run("apply", "-auto-approve")
        assert counted(self.address) == COMPLETE
        assert "No changes" in self.run("plan")
        self.run("destroy", "-auto-approve")
        assert counted(self.address) == {}


def counted(address: str) -> dict[str, dict[str, int]]:
    """{service: {kind: number}}: what clients see of the kinds in COMPLETE, less what every account has."""

    def of(service: str) -> Any:
        return client(service, address)

    ec2 = of("ec2")
    live = [n for n in ec2.describe_nat_gateways()["NatGateways"] if n["State"] != "deleted"]
    keys = [of("kms").describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in of("kms").list_keys()["Keys"]]
    found = {
        "ec2": {
            "vpcs": len([v for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]]),
            "subnets": len([s for s in ec2.describe_subnets()["Subnets"] if not s["DefaultForAz"]]),
            "internet_gateways": len(ec2.describe_internet_gateways()["InternetGateways"]),
            "addresses": len(ec2.describe_addresses()["Addresses"]),
            "nat_gateways": len(live),
            "security_groups": len(
                [g for g in ec2.describe_security_groups()["SecurityGroups"] if g["GroupName"] != "default"]
            ),
        },
        "iam": {"roles": len(of("iam").list_roles()["Roles"])},
        "kms": {"keys": len([k for k in keys if k["KeyState"] == "Enabled" and k["KeyManager"] == "CUSTOMER"])},
        "sns": {"topics": len(of("sns").list_topics()["Topics"])},
        "dynamodb": {"tables": len(of("dynamodb").list_tables()["TableNames"])},
        "logs": {"log_groups": len(of("logs").describe_log_groups()["logGroups"])},
        "ssm": {"parameters": len(of("ssm").describe_parameters()["Parameters"])},
    }
    kept = {service: {kind: n for kind, n in kinds.items() if n} for service, kinds in found.items()}
    return {service: kinds for service, kinds in kept.items() if kinds}


@pytest.fixture
def stack(home: Path, tmp_path: Path) -> Iterator[Stack]:
    address = up(home, GROUNDWAY_LOCAL_SAVE_EVERY="0.2")
    values = json.loads(groundway(home, "env", "dev", "--json").stdout)
    env = {k: v for k, v in (os.environ | values).items() if v is not None}
    bucket(address, "state-of-dev")
    folder = tmp_path / "stack"
    folder.mkdir()
    backend = {"bucket": "state-of-dev", "key": "terraform.tfstate", "use_lockfile": True, "use_path_style": True}
    backend |= {"max_retries": 1}  # a dead emulator is soon given up
    settings = {"required_providers": {"aws": {"source": "groundway.local/dev/aws"}}, "backend": {"s3": backend}}
    document = {"terraform": settings, "provider": {"aws": {"region": REGION}}, "resource": RESOURCES}
    (folder / "main.tf.json").write_text(json.dumps(document))
    made = Stack(home, folder, address, env)
    made.run("init")
    yield made
    for process in [*made.started, *made.providers()]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


class Lines:
    """What a process prints, as it prints it. All of it is kept for whoever asks why it failed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line)
            self._lines.put(line)

    def until(self, text: str, times: int = 1) -> None:
        """Wait until it has printed this text so often."""
        while times:
            times -= text in self._lines.get(timeout=60)


def held_still(stack: Stack) -> tuple[subprocess.Popen[str], Lines]:
    """An apply that stands still where the provider has made the twins and Terraform has not yet recorded them."""
    process = stack.start("apply", "-auto-approve")
    lines = Lines(process)
    lines.until("aws_eip.nat[0]: Creating")
    process.send_signal(signal.SIGSTOP)
    deadline = time.monotonic() + 20
    while not client("ec2", stack.address).describe_addresses()["Addresses"]:
        assert time.monotonic() < deadline
        process.send_signal(signal.SIGCONT)
        time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
    return process, lines


def applied_until(stack: Stack, completed: int) -> subprocess.Popen[str]:
    """An apply that has just made so many resources."""
    process = stack.start("apply", "-auto-approve", "-parallelism=2")
    Lines(process).until("Creation complete", completed)
    return process


def test_terraform_and_the_provider_are_killed_again_and_again(stack: Stack) -> None:
    process = applied_until(stack, 1)
    process.kill()
    process.wait()
    process = applied_until(stack, 3)
    for provider in stack.providers():
        provider.kill()
    assert process.wait(60) == 1
    process = applied_until(stack, 2)
    process.kill()
    process.wait()
    stack.assert_converges()


def test_terraform_is_killed_before_it_records_what_was_made(stack: Stack) -> None:
    """The twins and the VPC exist, and no state names them."""
    process, _ = held_still(stack)
    process.kill()
    process.wait()
    stack.assert_converges()


def test_the_emulator_is_killed(stack: Stack) -> None:
    stack.give_up_soon()
    emulator = status(stack.home)["pid"]  # asked before: on a busy machine the answer takes as long as the apply
    process = applied_until(stack, 5)
    os.kill(emulator, signal.SIGKILL)
    assert process.wait(120) == 1
    assert up(stack.home) == stack.address
    stack.assert_converges()


def test_the_emulator_is_restarted_while_terraform_waits(stack: Stack) -> None:
    """Down and up in the middle of an apply: its lock, its creates and its state are all still there."""
    process, lines = held_still(stack)
    subprocess.run([GROUNDWAY, "local", "down"], env=stack.env, check=True, capture_output=True)
    time.sleep(5)  # the provider does not stand still: what it was asked for meanwhile must wait
    assert up(stack.home) == stack.address
    process.send_signal(signal.SIGCONT)
    assert process.wait(120) == 0, "".join(lines.said)
    stack.assert_converges()


def test_the_provider_ends_with_its_terraform(stack: Stack) -> None:
    process = applied_until(stack, 1)
    assert stack.providers()
    process.kill()
    process.wait()
    deadline = time.monotonic() + 5
    while stack.providers():
        assert time.monotonic() < deadline
        time.sleep(0.1)
