"""A create that nobody wrote down is not carried out a second time, and one that was is."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from local_cloud import client

from groundway_local.processes import ProcessId


def run_of(pid: int) -> str:
    process = ProcessId.of(pid)
    assert process is not None
    return f"{process.pid}:{process.started}"


@pytest.fixture
def ended() -> str:
    """A run that is over."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run = run_of(process.pid)
    process.kill()
    process.wait()
    return run


@pytest.fixture
def running() -> Iterator[str]:
    """A run that goes on."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield run_of(process.pid)
    process.kill()
    process.wait()


HERE = run_of(os.getpid())


@dataclass
class Maker:
    """Makes elastic addresses as the provider does."""

    address: str
    account: str
    intent: str

    def make(self, run: str, **headers: str) -> tuple[str, dict[str, str]]:
        """(allocation id, headers of the answer)."""
        ec2, seen = client("ec2", self.address, self.account), {}
        marks = {"X-Groundway-Intent": self.intent, "X-Groundway-Run": run}
        marks |= {f"X-Groundway-{k}": v for k, v in headers.items() if k != "call"}
        if "call" in headers:
            marks["amz-sdk-invocation-id"] = headers["call"]
        ec2.meta.events.register("before-send.ec2.*", lambda request, **_: request.headers.update(marks))
        ec2.meta.events.register("after-call.ec2.*", lambda http_response, **_: seen.update(http_response.headers))
        return ec2.allocate_address(Domain="vpc")["AllocationId"], {k.lower(): v for k, v in seen.items()}

    def count(self) -> int:
        return len(client("ec2", self.address, self.account).describe_addresses()["Addresses"])


@pytest.fixture
def maker(address: str, account: str) -> Maker:
    return Maker(address, account, uuid.uuid4().hex)


def ask(address: str, verb: str, document: Any = None) -> Any:
    body = None if document is None else json.dumps(document).encode()
    with urlopen(Request(f"{address}/groundway/{verb}", data=body)) as answer:
        return json.load(answer)


def test_a_later_run_gets_the_answer_of_one_that_died(maker: Maker, ended: str) -> None:
    made, answer = maker.make(ended)
    assert "x-groundway-replayed" not in answer
    again, replayed = maker.make(HERE)
    assert again == made
    assert replayed["x-groundway-replayed"] == "true"
    assert replayed["x-groundway-token"] == answer["x-groundway-token"]
    assert maker.count() == 1


def test_a_later_run_hears_what_the_first_noted(maker: Maker, ended: str) -> None:
    """Such as the name that it generated: the answer need not say it."""
    _, answer = maker.make(ended, Note='{"name": "first"}')
    assert "x-groundway-note" not in answer
    _, replayed = maker.make(HERE, Note='{"name": "second"}')
    assert replayed["x-groundway-note"] == '{"name": "first"}'
    _, fresh = maker.make(HERE, Note='{"name": "third"}', Fresh="1")
    assert "x-groundway-note" not in fresh


def test_a_run_that_goes_on_keeps_its_own(maker: Maker, running: str) -> None:
    made, _ = maker.make(running)
    other, answer = maker.make(HERE)
    assert other != made
    assert "x-groundway-replayed" not in answer
    assert maker.count() == 2


def test_what_is_recorded_is_made_anew(maker: Maker, address: str, ended: str) -> None:
    made, answer = maker.make(ended)
    token = answer["x-groundway-token"]
    assert token in ask(address, "pending")["tokens"]
    ask(address, "recorded", {"tokens": [token, "unknown"]})
    assert token not in ask(address, "pending")["tokens"]
    other, _ = maker.make(HERE)
    assert other != made


def test_fresh_throws_the_kept_answer_away(maker: Maker, address: str, ended: str) -> None:
    made, first = maker.make(ended)
    other, second = maker.make(HERE, Fresh="1")
    assert other != made
    assert second["x-groundway-token"] != first["x-groundway-token"]
    assert first["x-groundway-token"] not in ask(address, "pending")["tokens"]


def test_twins_of_one_run_are_two_and_come_back_as_two(maker: Maker, ended: str) -> None:
    first = {maker.make(ended)[0], maker.make(ended)[0]}
    assert len(first) == 2
    assert {maker.make(HERE)[0], maker.make(HERE)[0]} == first
    assert maker.make(HERE)[0] not in first


def test_a_call_that_is_sent_again_is_carried_out_once(maker: Maker) -> None:
    assert maker.make(HERE, call="a")[0] == maker.make(HERE, call="a")[0]
    assert maker.make(HERE, call="a")[0] != maker.make(HERE, call="b")[0]


def test_another_intent_and_another_account_are_other_wishes(maker: Maker, account: str, ended: str) -> None:
    made, _ = maker.make(ended)
    assert Maker(maker.address, account, uuid.uuid4().hex).make(HERE)[0] != made
    assert Maker(maker.address, f"9{account[1:]}", maker.intent).make(HERE)[0] != made


def test_a_refusal_is_not_kept(maker: Maker, address: str, ended: str) -> None:
    before = ask(address, "pending")["tokens"]
    sqs = client("sqs", address, maker.account)
    marks = {"X-Groundway-Intent": maker.intent, "X-Groundway-Run": ended}
    sqs.meta.events.register("before-send.sqs.*", lambda request, **_: request.headers.update(marks))
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.create_queue(QueueName="no such name!")
    assert ask(address, "pending")["tokens"] == before


def test_it_outlives_the_emulator(home: Any, ended: str) -> None:
    from local_cloud import groundway, up

    maker = Maker(up(home), "111111111111", "one")
    made, _ = maker.make(ended)
    groundway(home, "down")
    maker.address = up(home)
    assert maker.make(HERE)[0] == made


@pytest.mark.parametrize("body", [b"no json", b"{}", b'{"tokens": 5}'])
def test_nonsense_is_refused(address: str, body: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{address}/groundway/recorded", data=body))
    assert refused.value.code == 400
    assert psutil.pid_exists(ask(address, "health")["pid"])
