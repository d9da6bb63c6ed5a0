"""Terraform killed between a create and its record: the next apply converges, without twins and "already exists"."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from groundway_local.provider.intents import Pending, intent
from groundway_local.provider.values import UNKNOWN

pytestmark = pytest.mark.slow

TRUST = '{"Version": "2012-10-17", "Statement": []}'


class Executioner(ThreadingHTTPServer):
    """A proxy that carries out every create, and kills Terraform instead of answering."""

    def __init__(self, cloud: Any, creates: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = cloud.endpoint.rpartition(":")[2]
        self.all_made = threading.Barrier(creates + 1)
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Executioner

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection("127.0.0.1", int(self.server.port))
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        if self.headers.get("X-Groundway-Intent"):
            self.server.all_made.wait(60)
            self.server.all_made.wait(60)  # until Terraform is dead
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def log_message(self, *_: Any) -> None:
        pass


def killed_apply(cloud: Any, terraform: Any, creates: int) -> None:
    proxy = Executioner(cloud, creates)
    terraform.env = {**cloud.env, "AWS_ENDPOINT_URL": proxy.endpoint}
    process = terraform.start("apply", "-auto-approve", "-parallelism=20")
    proxy.all_made.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    proxy.all_made.wait(60)
    proxy.shutdown()
    terraform.env = cloud.env
    (terraform.directory / ".terraform.tfstate.lock.info").unlink(missing_ok=True)


def pending(cloud: Any) -> list[str]:
    with urllib.request.urlopen(f"{cloud.endpoint}/groundway/pending", timeout=10) as answer:
        return list(json.load(answer)["tokens"])


def test_a_killed_apply_converges(cloud, terraform):
    address = {"domain": "vpc", "tags": {"Name": "crash"}}
    terraform.write(
        {
            "resource": {
                "aws_vpc": {"this": {"cidr_block": "10.77.0.0/16", "tags": {"Name": "crash"}}},
                "aws_iam_role": {"this": {"name": "crash", "assume_role_policy": TRUST}},
                "aws_s3_bucket": {"this": {"bucket": "crash-bucket"}},
                "aws_eip": {"this": {"count": 2, **address}},
            }
        }
    )
    killed_apply(cloud, terraform, 5)
    assert terraform.state() == {}
    terraform.applied()
    ec2, named = cloud.client("ec2"), [{"Name": "tag:Name", "Values": ["crash"]}]
    assert len(ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.77.0.0/16"]}])["Vpcs"]) == 1
    assert len(ec2.describe_vpcs(Filters=named)["Vpcs"]) == 1
    assert len(ec2.describe_addresses(Filters=named)["Addresses"]) == 2
    assert len({terraform.state()[f"aws_eip.this[{i}]"]["id"] for i in range(2)}) == 2
    assert pending(cloud)
    assert terraform.actions() == {}
    assert pending(cloud) == []
    assert terraform.destroy().code == 0


def test_a_replayed_answer_about_something_gone_is_not_believed(cloud, terraform):
    terraform.write({"resource": {"aws_vpc": {"this": {"cidr_block": "10.78.0.0/16"}}}})
    killed_apply(cloud, terraform, 1)
    ec2, here = cloud.client("ec2"), [{"Name": "cidr", "Values": ["10.78.0.0/16"]}]
    (first,) = ec2.describe_vpcs(Filters=here)["Vpcs"]
    ec2.delete_vpc(VpcId=first["VpcId"])
    terraform.applied()
    (second,) = ec2.describe_vpcs(Filters=here)["Vpcs"]
    assert second["VpcId"] != first["VpcId"]
    assert terraform.state()["aws_vpc.this"]["id"] == second["VpcId"]
    assert terraform.destroy().code == 0


def test_the_same_wish_has_the_same_intent(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = intent("aws_vpc", {"cidr_block": "10.0.0.0/16", "id": UNKNOWN})
    assert first == intent("aws_vpc", {"cidr_block": "10.0.0.0/16", "arn": UNKNOWN})
    assert first != intent("aws_vpc", {"cidr_block": "10.1.0.0/16"})
    assert first != intent("aws_subnet", {"cidr_block": "10.0.0.0/16"})
    monkeypatch.chdir("/")
    assert first != intent("aws_vpc", {"cidr_block": "10.0.0.0/16"})


def test_an_emulator_that_knows_nothing_of_this_is_left_alone():
    asked = []

    class Plain(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def do_POST(self) -> None:
            raise AssertionError("nothing is pending")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = Pending(f"http://127.0.0.1:{server.server_address[1]}")
    found.fetch()
    found.recorded("some token")
    server.shutdown()
    assert asked == ["/groundway/pending"]
