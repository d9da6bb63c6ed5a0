"""Terraform values in Python: None is null, UNKNOWN is "known after apply", numbers that are no float are strings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

State = dict[str, Any]
Block = dict[str, Any]


class Unknown:
    """The one value that says "known after apply"."""

    def __repr__(self) -> str:
        return "(known after apply)"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: object) -> Unknown:
        return self

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown()


def has_unknown(value: Any) -> bool:
    """Whether UNKNOWN occurs anywhere in a value."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def without_unknown(value: Any) -> Any:
    """The value with every UNKNOWN made null."""
    if isinstance(value, dict):
        return {k: without_unknown(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_unknown(v) for v in value]
    return None if value is UNKNOWN else value


def is_zero(value: Any) -> bool:
    """Null, or what an API answers for "not set"."""
    return value is None or value == "" or value is False or value == 0 or value == [] or value == {}


def _json(text: Any) -> Any:
    if isinstance(text, str) and text[:1] in "{[":
        try:
            return json.loads(text)
        except ValueError:
            return None
    return None


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def same_scalar(a: Any, b: Any, kind: str = "string") -> bool:
    """Whether two primitive values mean the same: equal, both unset, equal as JSON, or equal as numbers."""
    if a is UNKNOWN or b is UNKNOWN:
        return a is b
    if a == b or (is_zero(a) and is_zero(b)):
        return True
    if kind == "number":
        left, right = _number(a), _number(b)
        return left is not None and left == right
    left_document = _json(a)
    return left_document is not None and left_document == _json(b)


def same_type(kind: Any, a: Any, b: Any) -> bool:
    """Whether two values of a Terraform type (`"string"`, `["set", "string"]`...) mean the same."""
    if isinstance(kind, str):
        return same_scalar(a, b, kind)
    if a is UNKNOWN or b is UNKNOWN:
        return a is b
    if is_zero(a) and is_zero(b):
        return True
    if a is None or b is None:
        return False
    form, inner = kind
    if form == "set":
        return same_elements(a, b, lambda x, y: same_type(inner, x, y))
    if form == "list":
        return len(a) == len(b) and all(same_type(inner, x, y) for x, y in zip(a, b, strict=True))
    if form == "map":
        return set(a) == set(b) and all(same_type(inner, a[k], b[k]) for k in a)
    return all(same_type(t, a.get(k), b.get(k)) for k, t in inner.items())


def same_block(block: Block, a: State | None, b: State | None) -> bool:
    """Whether two blocks of one schema mean the same."""
    if a is None or b is None:
        return a is b
    return all(same_type(s["type"], a.get(n), b.get(n)) for n, s in block["attributes"].items()) and all(
        same_nested(s, a.get(n), b.get(n)) for n, s in block.get("block_types", {}).items()
    )


def same_nested(nested: Block, a: Any, b: Any) -> bool:
    """Whether the blocks of one nested type mean the same."""
    if a is UNKNOWN or b is UNKNOWN:
        return a is b
    if nested["nesting_mode"] == "single":
        return same_block(nested["block"], a, b)
    a, b = a or [], b or []
    if nested["nesting_mode"] == "set":
        return same_elements(a, b, lambda x, y: same_block(nested["block"], x, y))
    return len(a) == len(b) and all(same_block(nested["block"], x, y) for x, y in zip(a, b, strict=True))


def same_elements(a: list[Any], b: list[Any], same: Callable[[Any, Any], bool]) -> bool:
    """Whether two lists hold the same elements in any order."""
    left = list(b)
    for x in a:
        hit = next((i for i, y in enumerate(left) if same(x, y)), None)
        if hit is None:
            return False
        del left[hit]
    return not left


def same(block: Block, name: str, a: Any, b: Any) -> bool:
    """Whether two values of the attribute or nested block `name` mean the same."""
    if name in block["attributes"]:
        return same_type(block["attributes"][name]["type"], a, b)
    return same_nested(block["block_types"][name], a, b)


def members(block: Block) -> list[str]:
    """The names of all attributes and nested blocks."""
    return [*block["attributes"], *block.get("block_types", {})]


def empty(block: Block) -> State:
    """The block with nothing set."""
    nested = block.get("block_types", {})
    return {
        **dict.fromkeys(block["attributes"]),
        **{n: None if s["nesting_mode"] == "single" else [] for n, s in nested.items()},
    }
