"""The resources of an environment as its stacks describe them, and all that their prices depend on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from groundway.environment import Environment
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.usage import Usage
from groundway_ops.gate.documents import Document

_REFERENCE = re.compile(r"\$\{(aws_\w+)\.([^.}]+)\.")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `address` is Terraform's, unique within its stack."""

    stack: str
    type: str
    name: str
    arguments: Mapping[str, Any] = field(repr=False)

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"

    def get(self, *path: str, default: Any = None) -> Any:
        """The argument at `path`; of blocks that are lists, the first."""
        value: Any = self.arguments
        for part in path:
            value = value[0] if isinstance(value, list) and value else value
            value = value.get(part) if isinstance(value, Mapping) else None
        return default if value is None else value


@dataclass
class Scene:
    """An environment's resources with the prices of its region, its usage and the day that it is estimated on."""

    environment: Environment
    documents: list[Document]
    book: PriceBook
    usage: Usage
    on: date
    named: set[tuple[str, str]] = field(default_factory=set)
    """What usage was looked up for: (`buckets`, `data`), (`logs`, `trail`)."""

    @cached_property
    def resources(self) -> list[Resource]:
        return [
            Resource(document.stack, type_, name, arguments)
            for document in self.documents
            for type_, members in document.content["resource"].items()
            for name, arguments in members.items()
        ]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Resource]:
        return {(r.stack, r.address): r for r in self.resources}

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def of(self, type_: str) -> list[Resource]:
        return self._by_type.get(type_, [])

    def referred(self, resource: Resource, expression: Any) -> Resource | None:
        """What `${type.name.attribute}` in an argument of `resource` names, if it is in the same stack."""
        match = _REFERENCE.search(str(expression))
        return self._by_place.get((resource.stack, f"{match[1]}.{match[2]}")) if match else None

    def by_name(self, kind: str, name: str) -> Any:
        """The usage of `kind` (`logs`, `buckets`) for what is called `name`, else the default."""
        told: Mapping[str, Any] = getattr(self.usage, kind)
        self.named.add((kind, name))
        return told.get(name, told["default"])
