"""What differs between two environments, and what one of them left to its defaults: by key, defaults filled in."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from groundway.environment.model import Environment

Key = tuple[str, ...]


class Absent(Enum):
    """The value of a key that an environment does not have: no environment can say it, unlike null."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True)
class Difference:
    """`key` leads to the value, outermost first. A value is JSON, or `ABSENT`: what is named in one only (a pool)."""

    key: Key
    a: Any
    b: Any

    @property
    def change(self) -> str:
        """What happened to `key` on the way from `a` to `b`."""
        return "added" if self.a is ABSENT else "removed" if self.b is ABSENT else "changed"

    def json(self) -> dict[str, Any]:
        """An object in which a value that is absent is absent."""
        values = {side: value for side, value in (("a", self.a), ("b", self.b)) if value is not ABSENT}
        return {"key": ".".join(self.key), "change": self.change, **values}


def compare(a: Environment, b: Environment) -> list[Difference]:
    """Every difference, in the order of the model; a list is one value, and so is what only one of them names."""
    return list(_differences((), complete(a), complete(b)))


def _differences(key: Key, a: Any, b: Any) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in [*a, *(n for n in b if n not in a)]:
            yield from _differences((*key, name), a.get(name, ABSENT), b.get(name, ABSENT))
    elif a != b:
        yield Difference(key, a, b)


def complete(environment: Environment) -> dict[str, Any]:
    """All of it as JSON, defaults filled in, with the keys of environment.yaml in the order of the model."""
    data: dict[str, Any] = to_jsonable_python(_with_numbers(environment.model_dump(by_alias=True)))
    return data


def _with_numbers(value: Any) -> Any:
    """Money as the number that environment.yaml has; pydantic would make text of it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {k: _with_numbers(v) for k, v in value.items()}
    return [_with_numbers(v) for v in value] if isinstance(value, tuple | list) else value


def defaulted(part: BaseModel, key: Key = ()) -> Iterator[Key]:
    """The keys that environment.yaml does not mention, so that their defaults hold."""
    for name, field in type(part).model_fields.items():
        here = (*key, field.alias or name)
        yield from _defaulted(getattr(part, name), here, name in part.model_fields_set)


def _defaulted(value: Any, key: Key, mentioned: bool) -> Iterator[Key]:
    if isinstance(value, BaseModel):
        yield from defaulted(value, key)
    elif isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _defaulted(member, (*key, name), mentioned)
    elif not mentioned:
        yield key
