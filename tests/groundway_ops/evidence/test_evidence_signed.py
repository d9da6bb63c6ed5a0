"""What is signed, byte by byte: no other bytes and no other place pass for it. And buckets that lock otherwise."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from evidence_place import keep, retain
from intruder import Intruder
from pydantic import ValidationError

from groundway.errors import Refused
from groundway_ops.evidence import Event, Log, keys, layout
from groundway_ops.evidence.canonical import canonical
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.log import open_at
from groundway_ops.evidence.place import Place
from groundway_ops.evidence.retention import Retention

Tell = Callable[..., Event]


def test_an_entry_written_otherwise_is_refused(log: Log, tell: Tell) -> None:
    """The signature holds for what it says; the bytes are not those that were signed over."""
    entry = log.append(tell("a", time="2026-01-02T03:04:05Z"))
    other = entry.raw.replace(b"03:04:05Z", b"03:04:05+00:00")
    assert Entry.read(entry.raw, 0, log.place.origin, log.public) == entry
    with pytest.raises(ValueError, match="written otherwise"):
        Entry.read(other, 0, log.place.origin, log.public)
    with pytest.raises(ValueError, match="not canonical"):
        Entry.read(entry.raw + b"\n", 0, log.place.origin, log.public)


def test_a_checkpoint_written_otherwise_or_for_another_size_is_refused(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    head = log.head()
    assert head
    origin, public = log.place.origin, log.public
    assert Checkpoint.read(head.raw, origin, public) == Checkpoint.read(head.raw, origin, public, 1) == head
    other = canonical({**json.loads(head.raw), "time": head.time.isoformat()})
    with pytest.raises(ValueError, match="written otherwise"):
        Checkpoint.read(other, origin, public)
    with pytest.raises(ValueError, match="over 1 entries"):
        Checkpoint.read(head.raw, origin, public, 2)


def test_root_and_frontier_are_of_one_tree(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    head = log.head()
    assert head
    with pytest.raises(ValidationError, match="not of one tree"):
        Checkpoint.model_validate({**head.model_dump(), "root": "0" * 64})


def test_the_signature_of_an_entry_is_none_of_a_checkpoint(log: Log) -> None:
    signer = keys.signer("dev", log.place.region, log.public)
    signature = signer.sign(b"groundway evidence entry 1\n{}")
    assert keys.verifies(log.public, signature, b"groundway evidence entry 1\n{}")
    assert not keys.verifies(log.public, signature, b"groundway evidence checkpoint 1\n{}")
    assert not keys.verifies(log.public, "no base64", b"groundway evidence entry 1\n{}")
    with pytest.raises(ValueError, match=r"."):
        keys.verifies("bm8ga2V5", signature, b"")
    assert "PrivateKey" not in repr(signer)


def test_a_checkpoint_of_another_size_put_in_its_place(log: Log, tell: Tell) -> None:
    for id in "ab":
        log.append(tell(id))
    intruder = Intruder(log.place.bucket)
    intruder.replace(layout.checkpoint(2), intruder.read(layout.checkpoint(1)))
    assert log.verify().problems == ("checkpoint 2: it is over 1 entries",)
    with pytest.raises(Refused, match=r"000000000002.json: it is over 1 entries"):
        log.append(tell("c"))


def test_a_weaker_mode_is_found(place: Place, tell: Tell) -> None:
    retain(place.bucket, 1, "COMPLIANCE")
    log = open_at(place)
    log.append(tell("a"))
    assert log.verify().ok
    Intruder(place.bucket).shorten(layout.entry(0), datetime.now(UTC) + timedelta(days=2))
    assert log.verify().problems == ("entry 0 is locked in mode GOVERNANCE, not COMPLIANCE",)


def test_a_bucket_without_versions_or_lock_is_not_taken_for_a_locked_one(place: Place, tell: Tell) -> None:
    bare = Place("dev", place.account, place.region, f"{place.bucket}-bare", Retention(mode="GOVERNANCE", days=1))
    boto3.client("s3").create_bucket(Bucket=bare.bucket, CreateBucketConfiguration={"LocationConstraint": bare.region})
    log = open_at(bare)
    log.append(tell("a"))
    found = log.verify().problems
    assert found[0] == "the bucket did not keep versions"
    assert found[1].startswith(f"bucket {bare.bucket} does not lock")
    assert found[2:] == ("entry 0 has no Object Lock", "checkpoint 1 has no Object Lock")


def test_what_was_signed_for_one_bucket_is_nothing_in_another(place: Place, tell: Tell) -> None:
    other = Place("dev", place.account, place.region, f"{place.bucket}-other")
    keep(other.bucket, other.region)
    log, elsewhere = open_at(place), open_at(other)
    log.append(tell("a"))
    Intruder(other.bucket).write(layout.entry(0), Intruder(place.bucket).read(layout.entry(0)))
    with pytest.raises(Refused, match=f"it is entry 0 of {place.origin}"):
        elsewhere.entries()
