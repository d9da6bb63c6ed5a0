"""Driving cdktf: progress, complaints, and counting what the states hold."""

import json
import os
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from groundway import environment
from groundway.errors import GroundwayError, Unavailable
from groundway_ops import deployment

# As cdktf prints it: the stack's name stands before the first line of a batch only, with colours and cursor movements.
OUTPUT = """dev-foundation  \x1b[0m\x1b[1mInitializing the backend...\x1b[0m
\x1b[2K\x1b[1A\x1b[2K\x1b[Gdev-foundation  \x1b[0m\x1b[1maws_vpc.network_vpc: Creating...\x1b[0m
                aws_vpc.network_vpc: Creation complete after 0s [id=vpc-1]
dev-foundation  \x1b[0m\x1b[1m\x1b[32m
                Apply complete! Resources: 1 added, 0 changed, 0 destroyed.
dev-ml  aws_s3_bucket.data: Creation complete after 0s [id=b]
        Apply complete! Resources: 1 added, 0 changed, 0 destroyed.
"""


def checkout(tmp_path: Path, script: str) -> Path:
    """A checkout whose cdktf is a shell script: what it prints and how it exits is the test's choice."""
    binary = tmp_path / "node_modules" / ".bin" / "cdktf"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    (tmp_path / "cdktf.json").write_text("{}")
    return tmp_path


def test_reports_each_stack_and_keeps_the_output(tmp_path: Path) -> None:
    (tmp_path / "output").write_text(OUTPUT)
    root, said = checkout(tmp_path, 'cat output; echo "$@" > arguments; echo "$NODE_OPTIONS" > node'), list[str]()
    deployment.run("deploy", "dev", root, tmp_path / "log", said.append)
    complete = "Apply complete! Resources: 1 added, 0 changed, 0 destroyed."
    assert said == [f"dev-foundation: {complete}", f"dev-ml: {complete}"]
    log = (tmp_path / "log").read_text()
    assert "aws_vpc.network_vpc: Creation complete after 0s [id=vpc-1]" in log
    assert "\x1b" not in log
    assert (tmp_path / "arguments").read_text().split()[:3] == ["deploy", "dev-*", "--auto-approve"]
    assert "--unhandled-rejections=warn" in (tmp_path / "node").read_text()


def test_a_failure_shows_what_terraform_complained_about(tmp_path: Path) -> None:
    root = checkout(tmp_path, 'echo "dev-ml  Creating..."; echo "dev-ml  Error: no such thing"; echo detail; exit 1')
    with pytest.raises(GroundwayError) as caught:
        deployment.run("deploy", "dev", root, tmp_path / "log", print)
    assert "Error: no such thing" in caught.value.message
    assert "detail" in caught.value.message
    assert "Creating" not in caught.value.message
    assert str(tmp_path / "log") in caught.value.message


def test_node_options_are_extended_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--max-old-space-size=512")
    root = checkout(tmp_path, 'echo "$NODE_OPTIONS" > node')
    deployment.run("deploy", "dev", root, tmp_path / "log", print)
    assert (tmp_path / "node").read_text().split() == ["--max-old-space-size=512", "--unhandled-rejections=warn"]


def test_outside_a_checkout_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no cdktf\.json"):
        deployment.checkout(tmp_path)
    (tmp_path / "cdktf.json").write_text("{}")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert deployment.checkout(tmp_path / "a" / "b") == tmp_path.resolve()


def test_inventory_counts_managed_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for key, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():  # fmt: skip
            monkeypatch.setenv(key, value)
        s3 = boto3.client("s3")
        root = Path(__file__).parents[2]
        bucket = environment.load("dev", root).state_bucket
        assert deployment.inventory("dev", root) == {}  # before the bootstrap
        s3.create_bucket(Bucket=bucket)
        state = {
            "resources": [
                {"mode": "managed", "type": "aws_subnet", "instances": [{}, {}]},
                {"mode": "managed", "type": "aws_vpc", "instances": [{}]},
                {"mode": "data", "type": "aws_region", "instances": [{}]},
            ]
        }
        for key in ("dev/a.tfstate", "dev/release.journal.json", "development/a.tfstate"):
            s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(state))
        s3.put_object(Bucket=bucket, Key="dev/b.tfstate", Body='{"resources": []}')
        found = deployment.inventory("dev", root)
        assert found == {"dev-a": {"aws_subnet": 2, "aws_vpc": 1}, "dev-b": {}}
        assert deployment.inventory("prod", root) == {}
    finally:
        server.stop()
    assert os.environ["AWS_ENDPOINT_URL"]
