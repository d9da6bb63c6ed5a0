"""What is recorded: documents by account, service and region. A snapshot keeps all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Document:
    """One recorded resource: its members, its ARN ("" when it has none) and its tags."""

    members: dict[str, Any]
    arn: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    held: bool = True


Shelf = dict[str, dict[str, Document]]  # noun -> key -> document
Place = tuple[str, str, str]  # account, service, region


class Documents:
    """All documents."""

    def __init__(self) -> None:
        self._shelves: dict[Place, Shelf] = {}

    def shelf(self, account: str, service: str, region: str) -> Shelf:
        """The documents of one service in one account and region, by kind."""
        return self._shelves.setdefault((account, service, region), {})

    def counts(self) -> Iterator[tuple[str, str, str, int]]:
        """(account, service, noun, number) of what is held."""
        for (account, service, _), shelf in self._shelves.items():
            for noun, documents in shelf.items():
                yield account, service, noun, sum(1 for d in documents.values() if d.held)

    def dump(self) -> dict[Place, Shelf]:
        """What a snapshot keeps."""
        return self._shelves

    def load(self, shelves: dict[Place, Shelf]) -> None:
        self._shelves = shelves
