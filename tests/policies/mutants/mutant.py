"""A sound stack with one thing wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

Content = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """`what` was done to `stack`; `rule` must notice, or, if it is "", any rule."""

    stack: str
    what: str
    rule: str
    mutate: Callable[[Content], Content] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.stack}: {self.what}" + (f" ({self.rule})" if self.rule else "")

    @property
    def environment(self) -> str:
        return self.stack.partition("-")[0]


def with_resource(content: Content, type: str, name: str, values: Any) -> Content:
    """`content` with other arguments of one resource; `None` takes the resource away."""
    members = {k: v for k, v in content["resource"].get(type, {}).items() if k != name}
    if values is not None:
        members = {**content["resource"].get(type, {}), name: values}
    resources = {**content["resource"], type: members}
    return {**content, "resource": {t: m for t, m in resources.items() if m}}


def one_of(names: list[str], seed: str) -> str:
    """One of several, always the same for a seed: which resource is broken changes from break to break."""
    return min(names, key=lambda name: sha256(f"{seed}{name}".encode()).digest())
