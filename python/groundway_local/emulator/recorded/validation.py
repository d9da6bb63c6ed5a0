"""A request against botocore's model of it: types, required members, enumerations, ranges, patterns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from groundway_local import constraints

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime.datetime,),
    "blob": (str, bytes),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}
NUMBERS = ("integer", "long", "float", "double")


def faults(value: Any, shape: Any, path: str = "") -> Iterator[str]:
    """`member.inner[0]: what is wrong`, for each thing that is wrong."""
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return
    if not _is(value, kind):
        yield f"{path or shape.name}: {value!r} is no {kind}"
    elif kind == "structure":
        yield from _structure(value, shape, path)
    elif kind == "list":
        yield from (f"{path}: {m}" for m in constraints.of_range(len(value), shape, "elements"))
        for i, item in enumerate(value):
            yield from faults(item, shape.member, f"{path}[{i}]")
    elif kind == "map":
        yield from (f"{path}: {m}" for m in constraints.of_range(len(value), shape, "entries"))
        for key, item in value.items():
            yield from faults(key, shape.key, f"{path}[{key!r}]")
            yield from faults(item, shape.value, f"{path}[{key!r}]")
    elif kind == "string":
        yield from (f"{path}: {m}" for m in constraints.of_string(value, shape))
    elif kind in NUMBERS:
        yield from (f"{path}: {m}" for m in constraints.of_range(value, shape))


def _is(value: object, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and not (kind in NUMBERS and isinstance(value, bool))


def _structure(value: dict[str, Any], shape: Any, path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for missing in shape.required_members:
        if value.get(missing) is None:
            yield f"{prefix}{missing}: it is required"
    for name, item in value.items():
        if item is not None and name in shape.members:
            yield from faults(item, shape.members[name], f"{prefix}{name}")
    if getattr(shape, "is_tagged_union", False) and len([v for v in value.values() if v is not None]) != 1:
        yield f"{path}: exactly one of {', '.join(shape.members)} is possible"
