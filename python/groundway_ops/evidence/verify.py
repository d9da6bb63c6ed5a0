"""Prove that nothing in a log was changed, removed or reordered: every object of it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from groundway_ops.evidence import layout, locks, merkle
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.history import History
from groundway_ops.evidence.merkle import Frontier
from groundway_ops.evidence.store import SKEW, Stored
from groundway_ops.evidence.verification import Verification

if TYPE_CHECKING:
    from groundway_ops.evidence.log import Log


def verify(log: Log, since: Checkpoint | None = None) -> Verification:
    """`since`: a checkpoint that was kept elsewhere; the log must still begin as it says.

    Others may append meanwhile: checkpoints are listed before entries, and entries before the index.
    """
    history = History(log.store)
    checkpoints, entries = history.objects(layout.CHECKPOINTS), history.objects(layout.ENTRIES)
    look = _Look(log, history.problems)
    signed, read = look.checkpoints(checkpoints), look.entries(entries)
    look.tree(entries, signed, since)
    look.index(read, history.index, max(signed, default=0))
    look.problems += locks.problems(log.place, log.store.retention(), entries, checkpoints, signed)
    size = max(signed, default=0)
    left = sorted(index for index in entries if index >= size)
    notes = [f"entry {index} has no checkpoint yet: its writer was stopped; the next append signs it" for index in left]
    return Verification(len(entries), len(checkpoints), size, tuple(look.problems), tuple(notes))


class _Look:
    def __init__(self, log: Log, problems: list[str]) -> None:
        self.log, self.problems = log, problems

    def checkpoints(self, stored: Mapping[int, Stored]) -> dict[int, Checkpoint]:
        """Those that are signed, by size."""
        found: dict[int, Checkpoint] = {}
        for size, one in stored.items():
            try:
                checkpoint = Checkpoint.read(one.body, self.log.place.origin, self.log.public, size)
            except ValueError as e:
                self.problems.append(f"checkpoint {size}: {e}")
                continue
            found[size] = checkpoint
            if checkpoint.previous and checkpoint.previous not in stored:
                self.problems.append(f"checkpoint {checkpoint.previous} is missing: checkpoint {size} follows it")
            if abs(one.modified - checkpoint.time) > SKEW:
                said = f"{checkpoint.time:%F %T} UTC, but its object was written {one.modified:%F %T}"
                self.problems.append(f"checkpoint {size} was signed {said}")
        return found

    def entries(self, stored: Mapping[int, Stored]) -> dict[int, Entry]:
        """Those that are signed, by index."""
        found: dict[int, Entry] = {}
        for index, one in stored.items():
            try:
                found[index] = Entry.read(one.body, index, self.log.place.origin, self.log.public)
            except ValueError as e:
                self.problems.append(f"entry {index}: {e}")
        return found

    def tree(self, entries: Mapping[int, Stored], signed: Mapping[int, Checkpoint], since: Checkpoint | None) -> None:
        """Every checkpoint against the entries since the one before it, so that each change is found where it is."""
        tree: Frontier | None = Frontier()
        start, length = 0, max([i + 1 for i in entries] + list(signed), default=0)
        for index in range(length):
            if index not in entries:
                self.problems.append(f"entry {index} is missing")
            tree = tree.add(merkle.leaf(entries[index].body)) if tree and index in entries else None
            size = index + 1
            checkpoint = signed.get(size)
            if checkpoint and tree and tree != checkpoint.tree:
                which = f"entry {index} is" if start == index else f"entries {start} to {index} are"
                self.problems.append(f"{which} not what checkpoint {size} was signed over")
            if checkpoint:
                tree, start = checkpoint.tree, size
            if since and since.size == size and (tree is None or tree.root.hex() != since.root):
                self.problems.append(
                    f"the first {size} entries are not those of the checkpoint that was kept: rewritten"
                )
        if since and since.size > length:
            self.problems.append(f"{length} entries are left of the {since.size} of the checkpoint that was kept")

    def index(self, entries: Mapping[int, Entry], index: set[str], signed: int) -> None:
        """Every id leads to its entry, and to one only; of what is not signed yet, it need not lead there yet."""
        ids: dict[str, int] = {}
        for number, entry in sorted(entries.items()):
            first = ids.setdefault(entry.event.id, number)
            if first != number:
                self.problems.append(f"entries {first} and {number} have the same id {entry.event.id}")
        wanted = {layout.indexed(id, number): number for id, number in ids.items()}
        self.problems += [
            f"{key}, which leads from its id to entry {number}, is missing"
            for key, number in wanted.items()
            if number < signed and key not in index
        ]
        length = max(signed, *(i + 1 for i in entries), 0)
        for key in sorted(index - wanted.keys()):
            number = layout.number(key)
            if number in entries or (number >= length and not self._new(key, number)):
                self.problems.append(f"{key} leads to no entry of that id")

    def _new(self, key: str, number: int) -> bool:
        """Whether it leads to an entry that came while we were looking."""
        try:
            stored = self.log.store.get(layout.entry(number))
            entry = Entry.read(stored.body if stored else b"", number, self.log.place.origin, self.log.public)
        except ValueError:
            return False
        return key == layout.indexed(entry.event.id, number)
