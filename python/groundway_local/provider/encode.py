"""Attributes to API members, checked on the way against botocore's model of the call.

Types, required members, enumerations, ranges and patterns: everything that the model knows, found at plan time.
"""

from __future__ import annotations

import json
import re
from typing import Any

from groundway_local.provider.names import Names, plain
from groundway_local.provider.problem import Path
from groundway_local.provider.spec import Via
from groundway_local.provider.values import UNKNOWN, has_unknown

# Java's classes in the patterns of the models.
_JAVA = {
    r"\p{L}": r"\w",
    r"\p{Z}": r"\s",
    r"\p{N}": r"\d",
    r"\p{M}": "",
    r"\p{ASCII}": r"\x00-\x7f",
    r"\p{P}": r"!-/:-@",
}
SHOWN = 12  # values of an enumeration that a message lists

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
            self._range(len(value), shape, path, "entries")
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
            self._range(len(value), shape, path, "elements")
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
            self._string(value, shape, path)
        elif kind in ("integer", "long", "float", "double"):
            self._range(value, shape, path, "")
        return value

    def _string(self, value: str, shape: Any, path: Path) -> None:
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            shown = ", ".join(enum[:SHOWN]) + (", ..." if len(enum) > SHOWN else "")
            self.findings.append((path, f"{value!r} is not one of {shown}"))
        self._range(len(value), shape, path, "characters")
        pattern = shape.metadata.get("pattern")
        if pattern and not _matches(pattern, value):
            self.findings.append((path, f"{value!r} does not match {pattern}"))

    def _range(self, number: float, shape: Any, path: Path, unit: str) -> None:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and number < low:
            self.findings.append((path, f"{number} {unit} is less than the minimum {low}".replace("  ", " ")))
        if high is not None and number > high:
            self.findings.append((path, f"{number} {unit} is more than the maximum {high}".replace("  ", " ")))


def _matches(pattern: str, value: str) -> bool:
    """Whether a value matches; a pattern that Python does not understand counts as matched."""
    for java, python in _JAVA.items():
        pattern = pattern.replace(java, python)
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def _pairs(value: dict[str, Any], structure: Any) -> list[dict[str, Any]]:
    members = list(structure.members)
    key = next(m for m in members if plain(m).endswith(("key", "name")))
    content = next(m for m in members if plain(m).endswith(("value", "values")))
    many = structure.members[content].type_name == "list"
    return [{key: k, content: [v] if many else v} for k, v in sorted(value.items()) if v is not UNKNOWN]
