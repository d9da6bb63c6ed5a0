"""API members to attributes: what a service answered, in the shape of the schema."""

from __future__ import annotations

import datetime
import json
from typing import Any

from groundway_local.provider.names import Names, plain
from groundway_local.provider.spec import Via
from groundway_local.provider.values import Block, State


def block(answer: dict[str, Any], schema: Block, names: Names) -> State:
    """Every attribute and nested block of a schema; null or [] where the answer says nothing."""
    out: State = {a: typed(_pick(names, a, answer), s["type"], names) for a, s in schema["attributes"].items()}
    for name, nested in schema.get("block_types", {}).items():
        value = _pick(names, name, answer)
        if nested["nesting_mode"] == "single":
            out[name] = block(value, nested["block"], names.inner(name)) if value else None
        else:
            items = value if isinstance(value, list) else [] if value is None else [value]
            out[name] = [block(i, nested["block"], names.inner(name)) for i in items if isinstance(i, dict)]
    return out


def typed(value: Any, kind: Any, names: Names) -> Any:
    """A value as a Terraform type: `"number"`, `["set", "string"]`, `["object", {...}]`."""
    if value is None:
        return None
    if isinstance(kind, str):
        return _scalar(value, kind)
    form, inner = kind
    if form == "map":
        return {k: typed(v, inner, names) for k, v in pairs(value).items()}
    if form == "object":
        return {k: typed(_pick(names, k, value), t, names) for k, t in inner.items()}
    return [typed(v, inner, names) for v in (value if isinstance(value, list) else [value])]


def pairs(tags: Any) -> dict[str, Any]:
    """`[{"Key": k, "Value": v}]`, whatever the members are called, or a map, as a map."""
    if isinstance(tags, dict):
        return tags
    out: dict[str, Any] = {}
    for tag in tags or []:
        low = {plain(k): v for k, v in tag.items()}
        out[str(low.get("key", low.get("tagkey", low.get("name"))))] = low.get("value", low.get("tagvalue"))
    return out


def _pick(names: Names, attribute: str, answer: dict[str, Any]) -> Any:
    over = names.override(attribute)
    if isinstance(over, Via) and over.read:
        if callable(over.read):
            return over.read(answer)
        import jmespath

        return jmespath.search(over.read, answer)
    member = names.member(attribute, answer)
    return answer[member] if member else None


def _scalar(value: Any, kind: str) -> Any:
    if isinstance(value, dict) and set(map(plain, value)) == {"value"}:
        value = next(iter(value.values()))
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() in ("true", "enabled")
    if kind == "number":
        return _number(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _number(value: Any) -> int | str:
    """Whole numbers as int, others as the text that Terraform parses exactly."""
    number = float(value)
    return int(number) if number.is_integer() else repr(number)
