"""The resources of an environment as its stacks or plans describe them, and all that their prices depend on."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from groundway.environment import Environment
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.usage import Usage
from groundway_ops.gate.documents import Document

_REFERENCE = re.compile(r"\$\{(aws_\w+)\.([^.}]+)\.")


class Unknown(str):
    """A value that is known after the deploy only: "${aws_x.y.id}". What a price depends on may not be one.

    It can be shown and resolved; whoever would decide by it gets a `ValueError` that names it.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        raise ValueError(f"{self[:]} is not known yet")

    def __eq__(self, other: object) -> bool:
        raise ValueError(f"{self[:]} is not known yet")

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource, or one instance of it where a plan counts several. `address` is unique within its stack."""

    stack: str
    type: str
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    module: str = ""
    index: int | str | None = None
    deposed: str = ""

    @property
    def address(self) -> str:
        within = f"{self.module}." if self.module else ""
        index = "" if self.index is None else f"[{json.dumps(self.index)}]"
        return f"{within}{self.type}.{self.name}{index}{f' (deposed {self.deposed})' if self.deposed else ''}"

    def get(self, *path: str, default: Any = None) -> Any:
        """The argument at `path`; of blocks that are lists, the first."""
        value: Any = self.arguments
        for part in path:
            value = value[0] if isinstance(value, list) and value else value
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value.startswith("${"):
            return Unknown(value)
        return default if value is None else value


def blocks(value: Any) -> list[Mapping[str, Any]]:
    """Blocks, which a stack writes as one object or several, and a plan always as several."""
    return list(value) if isinstance(value, list) else [value] if value else []


def written(documents: Iterable[Document]) -> list[Resource]:
    """What stacks describe."""
    return [
        Resource(document.stack, type_, name, arguments)
        for document in documents
        for type_, members in document.content["resource"].items()
        for name, arguments in members.items()
    ]


@dataclass
class Scene:
    """An environment's resources with the prices of its region, its usage and the day that it is estimated on."""

    environment: Environment
    resources: list[Resource]
    book: PriceBook
    usage: Usage
    on: date
    named: set[tuple[str, str]] = field(default_factory=set)
    """What usage was looked up for: (`buckets`, `data`), (`logs`, `trail`)."""

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str, str], list[Resource]] = {}
        for r in self.resources:
            found.setdefault((r.stack, r.module, r.type, r.name), []).append(r)
        return found

    def of(self, type_: str) -> list[Resource]:
        return self._by_type.get(type_, [])

    def referred(self, resource: Resource, type_: str, reference: Any) -> Resource | None:
        """What an argument of `resource` names: by `${type.name.attribute}`, or by the id that it has already.

        Of several instances, that of the same index. None if it is not in the same stack.
        """
        if match := _REFERENCE.search(str(reference)):
            name, _, own = match[2].partition("[")
            found = self._by_name.get((resource.stack, resource.module, match[1], name), [])
            wanted = f"[{own}" if own else f"[{json.dumps(resource.index)}]"
            same = [r for r in found if r.index is not None and f"[{json.dumps(r.index)}]" == wanted]
            return same[0] if same else found[0] if len(found) == 1 else None
        known = (r for r in self.of(type_) if r.stack == resource.stack and r.arguments.get("id"))
        return next((r for r in known if r.arguments["id"] == reference), None)

    def by_name(self, kind: str, name: str) -> Any:
        """The usage of `kind` (`logs`, `buckets`) for what is called `name`, else the default."""
        told: Mapping[str, Any] = getattr(self.usage, kind)
        self.named.add((kind, name))
        return told.get(name, told["default"])
