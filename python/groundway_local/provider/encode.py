"""Attributes to API members, checked on the way against botocore's model of the call.

Types, required members, enumerations, ranges and patterns: everything that the model knows, found at plan time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from groundway_local import constraints
from groundway_local.provider.names import Names, plain
from groundway_local.provider.problem import Path
from groundway_local.provider.spec import Via
from groundway_local.provider.values import UNKNOWN, has_unknown

Finding = tuple[Path, str]


class Encoder:
    """Converts the values of one resource; what is wrong with them gathers in `findings`."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def attribute(self, name: str, value: Any, shape: Any, names: Names, path: Path = ()) -> Any:
        """The API's form of one attribute's value."""
        over = names.override(name)
        if isinstance(over, Via) and over.write:
            if has_unknown(value):  # no form yet, and nothing to check
                return None
            value = over.write(value)
        return self.value(value, shape, names.inner(name), (*path, name))

    def value(self, value: Any, shape: Any, names: Names, path: Path) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(value, shape, names, path)
        if kind == "list":
            return self._list(value, shape, names, path)
        if kind == "map":
            self._found(path, constraints.of_range(len(value), shape, "entries"))
            return {k: self.value(v, shape.value, names, (*path, k)) for k, v in value.items() if v is not UNKNOWN}
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
        for missing in set(shape.required_members) - given:
            self.findings.append((path, f"{missing} is required"))
        return out

    def _list(self, value: Any, shape: Any, names: Names, path: Path) -> list[Any]:
        if isinstance(value, dict):  # tags, dimensions: a map here, pairs there
            if shape.member.type_name != "structure":
                value = [value]
            else:
                return _pairs(value, shape.member)
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
        return value

    def _found(self, path: Path, messages: Iterable[str]) -> None:
        self.findings.extend((path, message) for message in messages)


def _pairs(value: dict[str, Any], structure: Any) -> list[dict[str, Any]]:
    members = list(structure.members)
    key = next(m for m in members if plain(m).endswith(("key", "name")))
    content = next(m for m in members if plain(m).endswith(("value", "values")))
    many = structure.members[content].type_name == "list"
    return [{key: k, content: [v] if many else v} for k, v in sorted(value.items()) if v is not UNKNOWN]
