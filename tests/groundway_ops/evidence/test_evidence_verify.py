"""Every kind of tampering is found and named, and nothing else is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from evidence_place import keep, pair, retain
from intruder import Intruder

from groundway.errors import Refused
from groundway_ops.evidence import Event, Log, keys, layout
from groundway_ops.evidence.canonical import canonical
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.log import open_at
from groundway_ops.evidence.merkle import Frontier
from groundway_ops.evidence.place import Place
from groundway_ops.evidence.retention import Retention
from groundway_ops.evidence.store import Store

Tell = Callable[..., Event]
DAY = Retention(mode="GOVERNANCE", days=1)


@pytest.fixture
def full(log: Log, tell: Tell) -> Log:
    """Four events, four checkpoints."""
    for id in "abcd":
        log.append(tell(id, details={"auc": 0.75}))
    return log


@pytest.fixture
def intruder(place: Place) -> Intruder:
    return Intruder(place.bucket)


def problems(log: Log, since: Checkpoint | None = None) -> list[str]:
    found = open_at(log.place).verify(since)
    assert found.ok == (not found.problems)
    return list(found.problems)


def head(log: Log) -> Checkpoint:
    found = log.head()
    assert found
    return found


def signer(log: Log) -> keys.Signer:
    return keys.signer("dev", log.place.region, log.public)


def rewrite(log: Log, intruder: Intruder, tell: Tell, size: int, time: datetime | None = None) -> None:
    """The whole log anew, without a trace, by somebody who stole the key."""
    for folder in (layout.ENTRIES, layout.CHECKPOINTS, layout.IDS):
        for key in intruder.keys(folder):
            intruder.remove(key)
    tree = Frontier()
    for index in range(size):
        entry = Entry.sign(index, log.place.origin, tell(f"forged {index}"), signer(log))
        intruder.write(layout.entry(index), entry.raw)
        intruder.write(layout.indexed(entry.event.id, index), b"")
        tree = tree.add(bytes.fromhex(entry.leaf))
        forged = Checkpoint.sign(log.place.origin, tree, index, DAY, time or datetime.now(UTC), signer(log))
        intruder.write(layout.checkpoint(index + 1), forged.raw)


def test_a_log_that_nobody_touched_is_sound(full: Log) -> None:
    found = full.verify()
    assert (found.problems, found.notes) == ((), ())
    assert (found.entries, found.checkpoints, found.signed) == (4, 4, 4)


def test_an_empty_log_is_sound(log: Log) -> None:
    assert log.verify().ok


def test_one_that_was_appended_to_since_a_kept_checkpoint_is_sound(full: Log, tell: Tell) -> None:
    kept = head(full)
    full.append(tell("e"))
    assert problems(full, kept) == []


def test_a_killed_writer_is_told_and_is_no_tampering(full: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Log, "_seal", lambda *_: None)
        full.append(tell("e"))
    found = full.verify()
    assert found.ok
    assert found.notes == ("entry 4 has no checkpoint yet: its writer was stopped; the next append signs it",)
    assert found.signed == 4
    full.append(tell("f"))
    assert (full.verify().ok, full.verify().notes) == (True, ())


def test_a_changed_byte(full: Log, intruder: Intruder) -> None:
    key = layout.entry(1)
    changed = intruder.read(key).replace(b"0.75", b"0.95")
    intruder.write(key, changed)
    found = [
        "entry 1: its signature is not of the environment's key",
        "entry 1 is not what checkpoint 2 was signed over",
    ]
    assert problems(full) == [f"{key} was written 2 times", *found]
    intruder.replace(key, changed)
    assert problems(full) == found


def test_an_old_version_restored(full: Log, intruder: Intruder) -> None:
    key = layout.entry(2)
    intruder.write(key, intruder.read(key))
    assert problems(full) == [f"{key} was written 2 times"]


def test_two_entries_swapped(full: Log, intruder: Intruder) -> None:
    one, other = intruder.read(layout.entry(1)), intruder.read(layout.entry(2))
    intruder.replace(layout.entry(1), other)
    intruder.replace(layout.entry(2), one)
    assert problems(full) == [
        f"entry 1: it is entry 2 of {full.place.origin}",
        f"entry 2: it is entry 1 of {full.place.origin}",
        "entry 1 is not what checkpoint 2 was signed over",
        "entry 2 is not what checkpoint 3 was signed over",
    ]


def test_an_entry_signed_anew_with_the_stolen_key(full: Log, intruder: Intruder, tell: Tell) -> None:
    """The entry is right by itself; the checkpoints know better."""
    forged = Entry.sign(1, full.place.origin, tell("b", by="somebody else"), signer(full))
    intruder.replace(layout.entry(1), forged.raw)
    assert problems(full) == ["entry 1 is not what checkpoint 2 was signed over"]
    with pytest.raises(Refused, match="entries 0 to 3 are not those that checkpoint 4 was signed over"):
        full.entries()


def test_an_entry_among_several_under_one_checkpoint(
    log: Log, intruder: Intruder, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Log, "_seal", lambda *_: None)
        log.append(tell("a"))
        log.append(tell("b"))
    log.append(tell("c"))
    intruder.replace(layout.entry(1), Entry.sign(1, log.place.origin, tell("b", by="x"), signer(log)).raw)
    assert problems(log) == ["entries 0 to 2 are not what checkpoint 3 was signed over"]


@pytest.mark.parametrize("index", [0, 1, 3])
def test_a_removed_entry(full: Log, intruder: Intruder, index: int) -> None:
    intruder.remove(layout.entry(index))
    assert problems(full) == [f"entry {index} is missing"]
    with pytest.raises(Refused, match=f"{layout.entry(index)}: it is gone"):
        full.entries()


def test_a_deleted_entry(full: Log, intruder: Intruder) -> None:
    intruder.hide(layout.entry(1))
    assert problems(full) == [f"{layout.entry(1)} was deleted", "entry 1 is missing"]


def test_a_truncated_tail(full: Log, intruder: Intruder) -> None:
    """With its checkpoints it leaves no trace, but in a checkpoint that was kept elsewhere."""
    kept = head(full)
    intruder.remove(layout.entry(3))
    intruder.remove(layout.indexed("d", 3))
    assert problems(full) == ["entry 3 is missing"]
    intruder.remove(layout.checkpoint(4))
    assert problems(full) == []
    assert problems(full, kept) == ["3 entries are left of the 4 of the checkpoint that was kept"]


def test_a_log_rewritten_with_the_stolen_key(full: Log, intruder: Intruder, tell: Tell) -> None:
    kept = head(full)
    rewrite(full, intruder, tell, 5)
    assert problems(full) == []
    assert problems(full, kept) == ["the first 4 entries are not those of the checkpoint that was kept: rewritten"]


def test_a_log_rewritten_to_look_old(full: Log, intruder: Intruder, tell: Tell) -> None:
    rewrite(full, intruder, tell, 1, datetime.now(UTC) - timedelta(days=30))
    assert [p for p in problems(full) if p.startswith("checkpoint 1 was signed") and "its object was written" in p]


def test_a_deleted_checkpoint(full: Log, intruder: Intruder) -> None:
    intruder.remove(layout.checkpoint(2))
    assert problems(full) == ["checkpoint 2 is missing: checkpoint 3 follows it"]
    intruder.hide(layout.checkpoint(4))
    assert f"{layout.checkpoint(4)} was deleted" in problems(full)


@pytest.mark.parametrize(
    "change", [{"size": 3}, {"time": "2020-01-01T00:00:00Z"}, {"retention": None}, {"previous": 0}]
)
def test_a_checkpoint_changed(full: Log, intruder: Intruder, change: dict[str, object]) -> None:
    document = json.loads(intruder.read(layout.checkpoint(4)))
    intruder.replace(layout.checkpoint(4), canonical({**document, **change}))
    (found,) = problems(full)[:1]
    assert found.startswith("checkpoint 4: ")


def test_a_checkpoint_forged_with_another_key(full: Log, intruder: Intruder, tell: Tell) -> None:
    stolen = head(full)
    own = full.public
    pair()
    other = keys.public("dev", full.place.region)
    assert other
    forger = keys.signer("dev", full.place.region, other)
    forged = Checkpoint.sign(full.place.origin, stolen.tree, 3, DAY, datetime.now(UTC), forger)
    intruder.replace(layout.checkpoint(4), forged.raw)
    claimed = canonical({**json.loads(forged.raw), "key": own})
    for body in (forged.raw, claimed):
        intruder.replace(layout.checkpoint(4), body)
        mine = Log(full.place, Store(full.place), own)
        assert mine.verify().problems == ("checkpoint 4: its signature is not of the environment's key",)
        with pytest.raises(Refused, match=r"checkpoints/000000000004.json: its signature is not"):
            mine.append(tell("e"))


def test_all_keys_exchanged(full: Log) -> None:
    pair()
    found = problems(full)
    assert [p for p in found if p.startswith("checkpoint")][:4] == [
        f"checkpoint {size}: its signature is not of the environment's key" for size in range(1, 5)
    ]


def test_a_checkpoint_of_another_log_put_here(full: Log, intruder: Intruder, tell: Tell) -> None:
    """Same key, another bucket."""
    elsewhere = Place("dev", full.place.account, full.place.region, f"{full.place.bucket}-2", DAY)
    keep(elsewhere.bucket, elsewhere.region)
    other = open_at(elsewhere)
    other.append(tell("a"))
    intruder.replace(layout.checkpoint(1), Intruder(elsewhere.bucket).read(layout.checkpoint(1)))
    assert problems(full) == [f"checkpoint 1: it is of {elsewhere.origin}, not of {full.place.origin}"]


def test_a_forged_entry_at_the_end(full: Log, intruder: Intruder) -> None:
    raw = intruder.read(layout.entry(3)).replace(b'"index":3', b'"index":4')
    intruder.write(layout.entry(4), raw)
    assert problems(full) == ["entry 4: its signature is not of the environment's key"]


def test_an_id_that_is_in_the_log_twice(full: Log, intruder: Intruder, tell: Tell) -> None:
    intruder.write(layout.entry(4), Entry.sign(4, full.place.origin, tell("b"), signer(full)).raw)
    assert problems(full) == ["entries 1 and 4 have the same id b"]


@pytest.mark.parametrize("key", ["entries/5.json", "entries/000000000001.json.bak", "notes", "ids/b"])
def test_what_does_not_belong_there(full: Log, intruder: Intruder, key: str) -> None:
    intruder.write(key, b"?")
    assert problems(full) == [f"{key} does not belong here"]


def test_the_index_tampered_with(full: Log, intruder: Intruder, tell: Tell) -> None:
    key = layout.indexed("b", 1)
    intruder.remove(key)
    assert problems(full) == [f"{key}, which leads from its id to entry 1, is missing"]
    wrong = layout.indexed("new", 1)
    intruder.write(wrong, b"")
    assert problems(full)[1:] == [f"{wrong} leads to no entry of that id"]
    beyond = layout.indexed("later", 9)
    intruder.write(beyond, b"")
    assert f"{beyond} leads to no entry of that id" in problems(full)
    with pytest.raises(Refused, match="leads to the entry of another event"):
        full.append(tell("new"))  # which would otherwise be taken for told already


def test_retention_shortened(full: Log, intruder: Intruder) -> None:
    intruder.shorten(layout.entry(2), datetime.now(UTC) + timedelta(hours=2))
    (found,) = problems(full)
    assert found.startswith("entry 2 is locked until ")
    assert found.endswith("shortened")
    intruder.shorten(layout.entry(2), datetime.now(UTC) + timedelta(days=20))
    assert problems(full) == []


def test_a_bucket_that_locks_nothing_any_more(full: Log, intruder: Intruder, tell: Tell) -> None:
    boto3.client("s3").put_object_lock_configuration(
        Bucket=full.place.bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    )
    bucket = f"bucket {full.place.bucket} does not lock what is written to it: deploy the stacks of dev"
    assert problems(full) == [bucket]
    full.append(tell("e"))
    assert problems(full) == [bucket, "entry 4 has no Object Lock", "checkpoint 5 has no Object Lock"]


def test_a_retention_that_changed_by_a_deploy_counts_for_what_came_after(full: Log, tell: Tell) -> None:
    retain(full.place.bucket, 30)
    full.append(tell("e"))
    assert problems(full) == []


def test_a_bucket_that_locks_less_than_the_environment_says(log: Log, tell: Tell) -> None:
    log.append(tell("a"))
    stricter = Place(
        *(getattr(log.place, f) for f in ("environment", "account", "region", "bucket")),
        Retention(mode="COMPLIANCE", days=9),
    )
    (found,) = open_at(stricter).verify().problems
    assert found.endswith(
        "locks with GOVERNANCE for 1 days, audit in environment.yaml says COMPLIANCE for 9 days: "
        "deploy the stacks of dev"
    )


def test_an_entry_that_comes_while_we_look_is_no_tampering(
    full: Log, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listing of the index is taken last, and may know more than that of the entries."""
    before = list(full.store.versions())
    full.append(tell("e"))
    after = [one for one in full.store.versions() if one.key.startswith(layout.IDS)]
    listed = [one for one in before if not one.key.startswith(layout.IDS)] + after
    monkeypatch.setattr(full.store, "versions", lambda: iter(listed))
    assert full.verify().problems == ()
