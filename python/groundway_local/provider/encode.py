"""Attributes to API members, checked on the way against botocore's model of the call.

Types, required members, enumerations, ranges and patterns: everything that the model knows, found at plan time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from groundway_local import constraints
from groundway_local.provider.names import Names, plain
from groundway_local.provider.problem import Path, snake
from groundway_local.provider.spec import Via
from groundway_local.provider.values import UNKNOWN, has_unknown

Finding = tuple[Path, str]
REQUIRED = "it is required"


class Encoder:
    """Converts the values of one resource; what is wrong with them gathers in `findings`."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def attribute(self, name: str, value: Any, shape: Any, names: Names, path: Path = ()) -> Any:
        """The API's form of one attribute's value; None when it is to be left out."""
        over = names.override(name)
        if isinstance(over, Via) and over.write:
            if has_unknown(value):  # no form yet, and nothing to check
                return None
            value = over.write(value)
            if value is None:
                return None
        return self.value(value, shape, names.inner(name), (*path, name))

    def value(self, value: Any, shape: Any, names: Names, path: Path) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(value, shape, names, path)
        if kind == "list":
            return self._list(value, shape, names, path)
        if kind == "map":
            self._found(path, constraints.of_range(len(value), shape, "entries"))
            self._keys(value, shape.key, path)
            known = {k: v for k, v in value.items() if v is not UNKNOWN and v is not None}
            return {k: self.value(v, shape.value, names, (*path, k)) for k, v in known.items()}
        return self._scalar(value, shape, path)

    def _structure(self, value: Any, shape: Any, names: Names, path: Path) -> Any:
        if isinstance(value, list):  # a block that may occur once
            if len(value) > 1:
                self.findings.append((path, f"only one is possible, here are {len(value)}"))
            if value and value[0] is UNKNOWN:
                return {}
            value, path = (value[0] if value else {}), (*path, 0)
        if not isinstance(value, dict):  # {"Value": x}
            member, inner = next(iter(shape.members.items()))
            return {member: self.value(value, inner, names, path)}
        out, given = {}, set()
        for key, item in value.items():
            if item is None or item == []:
                continue
            member = names.member(key, shape.members)
            if member is None:
                self.findings.append(((*path, key), f"the local cloud has no API member for it in {shape.name}"))
                continue
            given.add(member)
            if item is not UNKNOWN:
                out[member] = self.attribute(key, item, shape.members[member], names, path)
        for missing in sorted(set(shape.required_members) - given):
            self.findings.append(((*path, missing), REQUIRED))
        if getattr(shape, "is_tagged_union", False) and len(given) > 1:
            self.findings.append((path, f"only one of {', '.join(sorted(map(snake, given)))} is possible"))
        return out

    def _list(self, value: Any, shape: Any, names: Names, path: Path) -> list[Any]:
        if isinstance(value, dict):  # tags, dimensions: a map here, pairs there
            if shape.member.type_name != "structure":
                value = [value]
            else:
                return self._pairs(value, shape, names, path)
        if not isinstance(value, list):
            value = [value]
        known = [(i, v) for i, v in enumerate(value) if v is not UNKNOWN and v is not None]
        if len(known) == len(value):
            self._found(path, constraints.of_range(len(value), shape, "elements"))
        return [self.value(v, shape.member, names, (*path, i)) for i, v in known]

    def _scalar(self, value: Any, shape: Any, path: Path) -> Any:
        kind = shape.type_name
        try:
            if kind in ("integer", "long"):
                if float(value) != int(float(value)):
                    raise ValueError
                value = int(float(value))
            elif kind in ("float", "double"):
                value = float(value)
            elif kind == "boolean" and isinstance(value, str):
                value = {"true": True, "false": False}[value.lower()]
        except (TypeError, ValueError, KeyError):
            self.findings.append((path, f"{value!r} is no {kind}"))
            return value
        if kind == "string":
            if not isinstance(value, str):
                value = json.dumps(value)
            self._found(path, constraints.of_string(value, shape))
        elif kind in ("integer", "long", "float", "double"):
            self._found(path, constraints.of_range(value, shape))
        elif kind == "timestamp" and isinstance(value, str):
            self._found(path, constraints.of_timestamp(value))
        return value

    def _keys(self, value: dict[str, Any], shape: Any, path: Path) -> None:
        for key in value:
            self._found((*path, key), (f"the key {message}" for message in constraints.of_string(key, shape)))

    def _pairs(self, value: dict[str, Any], shape: Any, names: Names, path: Path) -> list[dict[str, Any]]:
        """A map as a list of structures that hold a key and a value, or values."""
        self._found(path, constraints.of_range(len(value), shape, "elements"))
        members = shape.member.members
        key = next(m for m in members if plain(m).endswith(("key", "name")))
        content = next(m for m in members if plain(m).endswith(("value", "values")))
        self._keys(value, members[key], path)
        out = []
        for k, v in sorted(value.items()):
            if v is UNKNOWN:
                continue
            checked = v if v is None else self.value(v, members[content], names, (*path, k))
            out.append({key: k, content: checked})
        return out

    def _found(self, path: Path, messages: Iterable[str]) -> None:
        self.findings.extend((path, message) for message in messages)
