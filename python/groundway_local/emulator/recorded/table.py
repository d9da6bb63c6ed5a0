"""The vocabulary of the tables: what a recorded resource is, and which operations keep, show and change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundway_local.emulator.recorded.documents import Document, Shelf

Members = dict[str, Any]


class Refused(Exception):
    """What the service answers instead: one of its error codes, and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Asked:
    """One request: its members as the document names them, for whom, and what is recorded there."""

    operation: str
    members: Members
    account: str
    region: str
    shelf: Shelf

    def records(self, noun: str) -> Iterator[Document]:
        """The documents of one kind in the same account and region."""
        yield from self.shelf.get(noun, {}).values()


@dataclass(frozen=True)
class Update:
    """An operation that changes a document.

    Its members replace the document's; with `whole`, what it leaves out is gone. `change(members, document)` answers
    other changes instead (None removes a member).
    """

    operation: str
    whole: bool = False
    change: Callable[[Members, Members], Members] | None = None


@dataclass(frozen=True)
class Record:
    """One kind of resource that is kept as a document.

    - `noun`: its name in messages and in the holdings.
    - `key`: template that names one document, from the members of a create, read, update or delete.
    - `create`, `reads`, `listings`, `updates`, `delete`: the operations.
    - `inside`: the member of requests that holds the document, when it is not the request itself.
    - `wraps`: the members of answers that hold the document; all others are found in it by name. `before`: the one
      that holds it as it was before an update. `lists`: the member of the listing that holds all documents.
    - `names`: member of requests -> member of the document. `aliases`: member of answers -> member of the document.
    - `defaults`: members that AWS fills in when the request does not. `computed`: templates that AWS computes at the
      creation, in this order; `updated`: at each update.
    - `arn`: template; `arn_member`: the document's member for it.
    - `filters`: member of the listing's request -> member of the document that it selects by.
    - `unique`: members that no two documents may share.
    - `conflict`, `not_found`: the service's error codes; `not_found` "" when listing what is not there is no error.
    - `check`: refuses a create or an update (raises Refused) for what no model says.
    - `gone`: members that mean that nothing is held any more, as {"Status": "Inactive"}.
    """

    noun: str
    key: str
    create: str = ""
    reads: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()
    delete: str = ""
    inside: str = ""
    wraps: tuple[str, ...] = ()
    before: str = ""
    lists: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: Mapping[str, Any] = field(default_factory=dict)
    updated: Mapping[str, Any] = field(default_factory=dict)
    arn: str = ""
    arn_member: str = "arn"
    filters: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    conflict: str = "ConflictException"
    not_found: str = "ResourceNotFoundException"
    check: Callable[[Asked], None] | None = None
    gone: Mapping[str, Any] = field(default_factory=dict)

    @property
    def operations(self) -> set[str]:
        own = {self.create, *self.reads, *self.listings, self.delete, *(u.operation for u in self.updates)}
        return own - {""}


@dataclass(frozen=True)
class Service:
    """What is recorded of one service.

    - `name`: botocore's name of it. `signing`: the name that signs its requests, when that is another.
    - `moto`: whether moto carries out the operations that are not recorded.
    - `in_regions`: False for a service that has one place for the whole account.
    - `tagging`: the operations that set, remove and list tags by ARN; their members follow from the model.
    - `calls`: operations that no table can describe: `call(asked)` answers the members of the output.
    """

    name: str
    records: tuple[Record, ...]
    signing: str = ""
    moto: bool = True
    in_regions: bool = True
    tagging: tuple[str, str, str] = ("TagResource", "UntagResource", "ListTagsForResource")
    calls: Mapping[str, Callable[[Asked], Members]] = field(default_factory=dict)

    def record(self, operation: str) -> Record | None:
        """The record that an operation is about."""
        return next((r for r in self.records if operation in r.operations), None)
