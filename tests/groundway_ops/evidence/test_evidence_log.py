"""Appending: nothing lost, nothing doubled; what is not as it was signed is refused."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import boto3
import pytest
from evidence_place import NAME, pair
from intruder import Intruder

from groundway.environment import Environment
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway_ops.evidence import Event, Log, NoEvidence, caller, layout, open_log
from groundway_ops.evidence.log import open_at
from groundway_ops.evidence.place import PREFIX, Place
from groundway_ops.evidence.store import Store

Tell = Callable[..., Event]


def test_events_are_found_in_the_order_they_were_told(log: Log, tell: Tell) -> None:
    told = [tell("a"), tell("b", kind="approval", release="r-1", details={"auc": 0.75}), tell("c")]
    entries = [log.append(event) for event in told]
    assert [e.index for e in entries] == [0, 1, 2]
    again = open_at(log.place)
    assert [e.event for e in again.entries()] == told
    assert again.entries() == entries
    assert again.entries("approval") == [entries[1]]
    assert again.find("b") == entries[1]
    assert again.find("d") is None
    head = again.head()
    assert head
    assert (head.size, head.previous, head.origin) == (3, 2, f"dev/{log.place.bucket}")
    assert head.retention
    assert head.retention.days == 1


def test_what_was_read_and_proved_is_not_read_again(log: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [log.append(tell(id)) for id in "ab"]
    assert log.entries() == first
    last = log.append(tell("c"))
    asked: list[str] = []
    get_all = Store.get_all
    monkeypatch.setattr(Store, "get_all", lambda store, keys: asked.extend(keys) or get_all(store, keys))
    assert log.entries() == [*first, last]
    assert asked == ["entries/000000000002.json"]


def test_a_log_that_became_shorter_is_refused(log: Log, tell: Tell) -> None:
    """Even where nothing of it shows any more: this process has seen more."""
    for id in "ab":
        log.append(tell(id))
    assert len(log.entries()) == 2
    intruder = Intruder(log.place.bucket)
    for key in (layout.entry(1), layout.indexed("b", 1), layout.checkpoint(2)):
        intruder.remove(key)
    assert len(open_at(log.place).entries()) == 1
    with pytest.raises(Refused, match="entries 0 to 1 are not those that checkpoint 1 was signed over"):
        log.entries()
    intruder.remove(layout.checkpoint(1))
    with pytest.raises(Refused, match="entries 0 to 1 are not those that checkpoint 0 was signed over"):
        log.entries()


def test_an_empty_log_has_nothing(log: Log) -> None:
    assert log.entries() == []
    assert log.find("a") is None
    assert log.head() is None


def test_an_event_told_twice_is_one_event(log: Log, tell: Tell) -> None:
    first = log.append(tell("a"))
    log.append(tell("b"))
    later = tell("a", time=datetime.now(UTC) + timedelta(seconds=30), details={"attempt": 2})
    assert open_at(log.place).append(later) == first
    assert len(log.entries()) == 2


def test_an_id_is_not_given_to_two_events(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    with pytest.raises(InvalidInput, match=r"event id a is taken: entry 0 is the deploy of no release"):
        log.append(tell("a", kind="rollback"))
    with pytest.raises(InvalidInput, match="is of prod, this is the log of dev"):
        log.append(tell("b", environment="prod"))
    assert len(log.entries()) == 1


@pytest.mark.parametrize("killed", ["entries/", "ids/", "checkpoints/"])
def test_a_writer_killed_in_between_loses_nothing(
    log: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    """Killed right after it wrote that object, or before: told again, the event is there once, and sealed."""
    log.append(tell("a"))
    put = Store.put

    def dies(store: Store, key: str, body: bytes) -> bool:
        done = put(store, key, body)
        if key.startswith(killed):
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patched:
        patched.setattr(Store, "put", dies)
        with pytest.raises(KeyboardInterrupt):
            log.append(tell("b"))
    assert [e.event.id for e in log.entries()] == ["a", "b"]  # the event counts already
    assert open_at(log.place).append(tell("b")).index == 1
    assert [e.event.id for e in log.entries()] == ["a", "b"]
    head = log.head()
    assert head
    assert head.size == 2


def test_the_next_append_seals_what_a_killed_writer_left(log: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Log, "_seal", lambda *_: None)
        log.append(tell("a"))
        log.append(tell("b"))
    assert log.head() is None
    log.append(tell("c"))
    head = log.head()
    assert head
    assert (head.size, head.previous) == (3, 0)
    assert log.append(tell("a")).index == 0


def write(place: Place, writer: int, events: int, shared: int) -> list[str]:
    """Another process: events of its own, and some that all writers tell."""
    return tell_all(open_at(place), writer, events, shared)


def tell_all(log: Log, writer: int, events: int, shared: int) -> list[str]:
    ids = [f"shared-{i}" for i in range(shared)] + [f"{writer}-{i}" for i in range(events)]
    for id in ids:
        log.append(
            Event(id=id, kind="gates", environment="dev", time=datetime.now(UTC), by="writer", details={"n": writer})
        )
    return ids


@pytest.mark.slow
def test_processes_at_once_lose_and_double_nothing(log: Log) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        told = list(pool.map(write, [log.place] * 3, range(3), [4] * 3, [2] * 3))
    assert_each_once(log, told)


def test_threads_at_once_lose_and_double_nothing(log: Log) -> None:
    logs = [open_at(log.place) for _ in range(4)]
    for each in logs:
        each.append(Event(id="first", kind="gates", environment="dev", time=datetime.now(UTC), by="all"))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(tell_all, logs, range(4), [5] * 4, [3] * 4))
    assert_each_once(log, [["first"], *told])


def assert_each_once(log: Log, told: list[list[str]]) -> None:
    found = [entry.event.id for entry in log.entries()]
    assert sorted(found) == sorted({id for ids in told for id in ids})
    head = log.head()
    assert head
    assert head.size == len(found)


def test_the_time_of_an_event_must_be_possible(log: Log, tell: Tell) -> None:
    now = datetime.now(UTC)
    with pytest.raises(Refused, match=r"by S3's clock it is .*nothing was added"):
        log.append(tell("a", time=now + timedelta(minutes=6)))
    log.append(tell("a", time=now + timedelta(minutes=4)))
    with pytest.raises(Refused, match=r"but entry 0 is of .* already"):
        log.append(tell("b", time=now - timedelta(minutes=2)))
    log.append(tell("b", time=now))
    assert [e.event.id for e in log.entries()] == ["a", "b"]


def test_times_are_kept_as_utc(tell: Tell) -> None:
    event = tell("a", time="2026-01-02T03:04:05+02:00")
    assert event.time.isoformat() == "2026-01-02T01:04:05+00:00"


@pytest.mark.parametrize("details", [{"auc": float("nan")}, {"n": 2**60}, {"deep": [{"x": float("inf")}]}, {1: 2}])
def test_details_that_json_cannot_hold_are_no_event(tell: Tell, details: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="details"):
        tell("a", details=details)


def test_without_keys_there_is_no_evidence(env: Environment) -> None:
    boto3.client("ssm").delete_parameter(Name=f"/{NAME}")
    with pytest.raises(NoEvidence, match="groundway bootstrap dev"):
        open_log(env)


def test_a_lost_public_key_is_not_taken_for_no_evidence(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    boto3.client("ssm").delete_parameter(Name=f"/{NAME}")
    with pytest.raises(Unavailable, match=f"has evidence, but its public key is gone: SSM parameter /{NAME}") as caught:
        open_at(log.place)
    assert not isinstance(caught.value, NoEvidence)


def test_without_a_bucket_there_is_no_evidence(log: Log, tell: Tell) -> None:
    boto3.client("s3").delete_bucket(Bucket=log.place.bucket)
    with pytest.raises(NoEvidence, match="cdktf deploy 'dev-\\*'"):
        log.append(tell("a"))


def test_the_private_key_must_be_there_and_the_pair_of_the_public_one(log: Log, tell: Tell) -> None:
    secrets = boto3.client("secretsmanager")
    secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    with pytest.raises(Unavailable, match=f"no secret {NAME} .*groundway bootstrap dev"):
        log.append(tell("a"))
    pair()  # `log` knows the public key of before
    with pytest.raises(Refused, match="is not the key that /groundway/dev/signing/evidence publishes"):
        log.append(tell("a"))
    secrets.put_secret_value(SecretId=NAME, SecretString="no key")
    with pytest.raises(Unavailable, match="holds no ed25519 private key"):
        open_at(log.place).append(tell("a"))
    assert open_at(log.place).entries() == []


def test_an_entry_that_somebody_without_the_key_wrote_is_not_sealed(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    forged = log.append(tell("b")).raw.replace(b'"index":1', b'"index":2').replace(b'"id":"b"', b'"id":"c"')
    boto3.client("s3").put_object(Bucket=log.place.bucket, Key=f"{PREFIX}entries/000000000002.json", Body=forged)
    for use in (log.entries, lambda: log.append(tell("d"))):
        with pytest.raises(Refused, match=r"entries/000000000002.json: its signature is not"):
            use()


def test_an_entry_is_not_valid_at_another_place(log: Log, tell: Tell) -> None:
    raw = log.append(tell("a")).raw
    boto3.client("s3").put_object(Bucket=log.place.bucket, Key=f"{PREFIX}entries/000000000001.json", Body=raw)
    with pytest.raises(Refused, match=r"entries/000000000001.json: it is entry 0 of dev/"):
        log.entries()


def test_an_append_asks_as_often_however_long_the_log_is(log: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    call = Store._call

    def asks(store: Store, operation: str, *expected: str, **arguments: object) -> object:
        asked.append(operation)
        return call(store, operation, *expected, **arguments)

    monkeypatch.setattr(Store, "_call", asks)
    for i in range(8):
        log.append(tell(str(i)))
    before = len(asked)
    open_at(log.place).append(tell("last"))
    assert len(asked) - before < 12


def test_the_caller_is_who_aws_says(env: Environment) -> None:
    assert caller(env) == f"arn:aws:iam::{env.account}:root"
