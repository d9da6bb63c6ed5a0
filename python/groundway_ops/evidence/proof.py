"""Proofs that need no access to the log: that an entry is in it, and that it began as an older checkpoint says."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from groundway.errors import InvalidInput
from groundway_ops.evidence import merkle
from groundway_ops.evidence.canonical import canonical
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.log import Log

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Proof(BaseModel):
    """`path`: the hashes that lead to the root of `checkpoint`, hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: tuple[Hash, ...]
    checkpoint: Checkpoint

    def _signed(self, key: str, *checkpoints: Checkpoint) -> None:
        for one in checkpoints:
            Checkpoint.read(one.raw, self.checkpoint.origin, key)

    @property
    def _hashes(self) -> list[bytes]:
        return [bytes.fromhex(h) for h in self.path]


class Inclusion(_Proof):
    """That `entry` is in the log that `checkpoint` was signed over."""

    entry: Entry

    def check(self, key: str) -> str:
        """What it proves. Raises `ValueError`, saying why it does not."""
        self._signed(key, self.checkpoint)
        entry, checkpoint = self.entry, self.checkpoint
        Entry.read(entry.raw, entry.index, checkpoint.origin, key)
        leaf, root = merkle.leaf(entry.raw), bytes.fromhex(checkpoint.root)
        if not merkle.included(leaf, entry.index, checkpoint.size, self._hashes, root):
            raise ValueError("the path does not lead from the entry to the root")
        event = entry.event
        return (
            f"entry {entry.index} of {checkpoint.size} in {checkpoint.origin}: {event.kind} {event.id}, "
            f"{event.time:%F %T} UTC, by {event.by}"
        )


class Consistency(_Proof):
    """That the log that `checkpoint` was signed over began as the one of `since`."""

    since: Checkpoint

    def check(self, key: str) -> str:
        """What it proves. Raises `ValueError`, saying why it does not."""
        self._signed(key, self.since, self.checkpoint)
        old, new = self.since, self.checkpoint
        roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
        if not merkle.consistent(old.size, new.size, self._hashes, *roots):
            raise ValueError("the path does not lead from the older root to the newer one")
        return f"the first {old.size} of {new.size} entries in {new.origin} are those of {old.time:%F %T} UTC"


def inclusion(log: Log, index: int) -> Inclusion:
    """Raises `InvalidInput` for an entry that no checkpoint is over."""
    head, entries = _signed(log)
    if not 0 <= index < head.size:
        raise InvalidInput(f"there is no entry {index}; signed are 0 to {head.size - 1}")
    path = merkle.inclusion(index, _leaves(entries))
    return Inclusion(path=_hex(path), checkpoint=head, entry=entries[index])


def consistency(log: Log, since: Checkpoint) -> Consistency:
    """Raises `InvalidInput` when the log is shorter than `since`; where it differs, the proof does not hold."""
    head, entries = _signed(log)
    if since.size > head.size:
        raise InvalidInput(f"the log has {head.size} signed entries, the checkpoint is over {since.size}")
    return Consistency(path=_hex(merkle.consistency(since.size, _leaves(entries))), checkpoint=head, since=since)


def check(document: object, key: str) -> str:
    """What the proof in a JSON document proves. Raises `ValueError`, saying why, when it proves nothing."""
    kind = Consistency if isinstance(document, dict) and "since" in document else Inclusion
    return kind.model_validate_json(canonical(document)).check(key)


def _signed(log: Log) -> tuple[Checkpoint, list[Entry]]:
    head = log.head()
    if head is None:
        raise InvalidInput(f"the log of {log.place.environment} has no checkpoint yet")
    return head, log.entries()[: head.size]


def _leaves(entries: list[Entry]) -> list[bytes]:
    return [bytes.fromhex(entry.leaf) for entry in entries]


def _hex(hashes: list[bytes]) -> tuple[str, ...]:
    return tuple(h.hex() for h in hashes)
