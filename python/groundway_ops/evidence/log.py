"""The log of one environment: append an event, find it again, prove that nothing was changed.

An entry is there as soon as its object is: entry n is written only by whoever has seen all before it, and only where
nothing is yet. So of two writers one takes the next index, and an id that is in the log is never added again. The
checkpoint follows; one that a killed writer left out is made up by the next append.
"""

from __future__ import annotations

from functools import cached_property

from groundway.environment import Environment
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway_ops.evidence import keys, layout
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.event import Event
from groundway_ops.evidence.merkle import Frontier
from groundway_ops.evidence.place import NoEvidence, Place
from groundway_ops.evidence.store import SKEW, Store
from groundway_ops.evidence.verification import Verification
from groundway_ops.evidence.verify import verify

CLOCK = "set the clock of this machine; nothing was added"


def open_log(environment: Environment) -> Log:
    """The evidence of an environment. Raises `NoEvidence` (an `Unavailable`) where none is kept yet."""
    return open_at(Place.of(environment))


def open_at(place: Place) -> Log:
    store, public = Store(place), keys.public(place.environment, place.region)
    if public is None:
        if store.keys(""):
            raise Unavailable(
                f"{place.environment} has evidence, but its public key is gone: SSM parameter "
                f"{keys.parameter(place.environment)}; {keys.mend(place.environment)}"
            )
        raise NoEvidence(
            f"{place.environment} keeps no evidence: it has no key to sign with. "
            f"Make one: groundway bootstrap {place.environment}"
        )
    return Log(place, store, public)


class Log:
    """`public`: the key that everything in it must be signed with. Raises `Unavailable` for what AWS refuses."""

    def __init__(self, place: Place, store: Store, public: str) -> None:
        self.place, self.store, self.public = place, store, public
        self._proved: tuple[tuple[Entry, ...], Frontier] = (), Frontier()  # entries never change: each is read once

    def append(self, event: Event) -> Entry:
        """Add an event and sign a checkpoint. One whose id is in the log already is not added again.

        Raises `InvalidInput` for an event of another environment, or with the id of another one, `Refused` for one
        whose time cannot be right and when what is in the log was tampered with.
        """
        if event.environment != self.place.environment:
            raise InvalidInput(
                f"event {event.id} is of {event.environment}, this is the log of {self.place.environment}"
            )
        head = self.head()
        tail = self._tail(head.size if head else 0)
        entry = self._known(event.id, tail) or self._place(event, head, tail)
        self._seal(head, tail)
        other = entry.event
        if (other.kind, other.release) != (event.kind, event.release):
            what = f"the {other.kind} of {other.release or 'no release'}"
            raise InvalidInput(f"event id {event.id} is taken: entry {entry.index} is {what}")
        return entry

    def entries(self, kind: str | None = None) -> list[Entry]:
        """All entries, or those of a kind, in order. Raises `Refused` when they are not what was signed."""
        head = self.head()
        signed = head.size if head else 0
        known, tree = self._proved
        new = range(len(known), signed)
        found = [
            self._read(i, stored.body if stored else None)
            for i, stored in zip(new, self.store.get_all([layout.entry(i) for i in new]), strict=True)
        ]
        for entry in found:
            tree = tree.add(bytes.fromhex(entry.leaf))
        if tree.root.hex() != (head.root if head else Frontier().root.hex()):
            raise self._tampered(f"entries 0 to {tree.size - 1} are not those that checkpoint {signed} was signed over")
        self._proved = (*known, *found), tree
        return [e for e in (*known, *found, *self._tail(signed)) if kind in (None, e.event.kind)]

    def find(self, id: str) -> Entry | None:
        """The entry with that id."""
        head = self.head()
        return self._known(id, self._tail(head.size if head else 0))

    def verify(self, since: Checkpoint | None = None) -> Verification:
        """Look at everything; `since`: a checkpoint that was kept elsewhere, which the log must have begun as."""
        return verify(self, since)

    def head(self) -> Checkpoint | None:
        """The newest checkpoint; None for an empty log. Raises `Refused` when it is not signed by the key."""
        keys = self.store.keys(layout.CHECKPOINTS)
        if not keys:
            return None
        stored = self.store.get(keys[-1])
        try:
            if stored is None:
                raise ValueError("it is gone")
            return Checkpoint.read(stored.body, self.place.origin, self.public, layout.number(keys[-1]))
        except ValueError as e:
            raise self._tampered(f"{keys[-1]}: {e}") from None

    @cached_property
    def _signer(self) -> keys.Signer:
        return keys.signer(self.place.environment, self.place.region, self.public)

    def _tail(self, size: int) -> list[Entry]:
        """The entries that no checkpoint is over yet."""
        found: list[Entry] = []
        while stored := self.store.get(layout.entry(size + len(found))):
            found.append(self._read(size + len(found), stored.body))
        return found

    def _known(self, id: str, tail: list[Entry]) -> Entry | None:
        if here := next((entry for entry in tail if entry.event.id == id), None):
            return here
        indexed = self.store.keys(layout.of_id(id))
        if not indexed:
            return None
        entry = self._at(layout.number(indexed[0]))
        if entry.event.id != id:
            raise self._tampered(f"{indexed[0]} leads to the entry of another event")
        return entry

    def _place(self, event: Event, head: Checkpoint | None, tail: list[Entry]) -> Entry:
        """Write the entry after all others. Whoever else writes meanwhile is read first, and added to `tail`."""
        signer, size = self._signer, head.size if head else 0
        last = tail[-1] if tail else self._at(size - 1) if size else None
        while True:
            self._require_in_time(event, last)
            index = size + len(tail)
            entry = Entry.sign(index, self.place.origin, event, signer)
            last = entry if self.store.put(layout.entry(index), entry.raw) else self._at(index)
            tail.append(last)
            if last.event.id == event.id:
                return last

    def _seal(self, head: Checkpoint | None, tail: list[Entry]) -> None:
        """A checkpoint over everything. The index is complete before it: what it covers is looked up there."""
        if not tail:
            return
        tree = head.tree if head else Frontier()
        for entry in tail:
            self.store.put(layout.indexed(entry.event.id, entry.index), b"")
            tree = tree.add(bytes.fromhex(entry.leaf))
        previous, retention = head.size if head else 0, self.store.retention()
        checkpoint = Checkpoint.sign(self.place.origin, tree, previous, retention, self.store.now, self._signer)
        self.store.put(layout.checkpoint(tree.size), checkpoint.raw)

    def _at(self, index: int) -> Entry:
        stored = self.store.get(layout.entry(index))
        return self._read(index, stored.body if stored else None)

    def _read(self, index: int, body: bytes | None) -> Entry:
        try:
            if body is None:
                raise ValueError("it is gone")
            return Entry.read(body, index, self.place.origin, self.public)
        except ValueError as e:
            raise self._tampered(f"{layout.entry(index)}: {e}") from None

    def _require_in_time(self, event: Event, last: Entry | None) -> None:
        now = self.store.now
        if event.time > now + SKEW:
            raise Refused(
                f"event {event.id} is of {event.time:%F %T} UTC, but by S3's clock it is {now:%F %T}: {CLOCK}"
            )
        if last and event.time < last.event.time - SKEW:
            before = f"entry {last.index} is of {last.event.time:%F %T}"
            raise Refused(f"event {event.id} is of {event.time:%F %T} UTC, but {before} already: {CLOCK}")

    def _tampered(self, what: str) -> Refused:
        name = self.place.environment
        return Refused(f"the evidence of {name} was tampered with: {what}. See all: groundway evidence verify {name}")
