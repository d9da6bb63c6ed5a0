"""Which member of an API structure a Terraform attribute is, and templates over state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from groundway_local.provider.spec import Name, Spec, Via

_WHOLE = re.compile(r"\{(\w+(?:\.\w+)?)\}")


def plain(name: str) -> str:
    """A name as it is compared: `vpc_id`, `VpcId` and `vpcID` are one."""
    return name.replace("_", "").lower()


class Names:
    """The attributes of one structure. `block` is the attribute that holds it, "" at the top."""

    def __init__(self, spec: Spec, block: str = "") -> None:
        self.spec, self.block = spec, block

    def inner(self, attribute: str) -> Names:
        """The names within a nested block."""
        return Names(self.spec, attribute)

    def override(self, attribute: str) -> Name | bool:
        """What the spec says about an attribute; False when nothing."""
        return self.spec.names.get(f"{self.block}.{attribute}" if self.block else attribute, False)

    def member(self, attribute: str, members: Iterable[str]) -> str | None:
        """The member that an attribute is, or None."""
        have = {plain(m): m for m in members}
        over = self.override(attribute)
        if not isinstance(over, bool):
            wanted = over.member if isinstance(over, Via) else over or ()
            candidates = (wanted,) if isinstance(wanted, str) else wanted
            return next((have[plain(c)] for c in candidates if plain(c) in have), None)
        name, noun = plain(attribute), plain(self.block or self.spec.noun)
        singular = name.removesuffix("ids") + "s", name.removesuffix("id"), name.removesuffix("s")
        return next((have[c] for c in (name, noun + name, name + "s", *singular) if c in have), None)


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """A template filled; one that is nothing but "{x}" keeps the type of x. KeyError when a value is missing.

    `{block.x}` is x of the block, which may occur once.
    """
    if isinstance(template, Mapping):
        return {k: fill(v, values) for k, v in template.items()}
    if isinstance(template, list):
        return [fill(v, values) for v in template]
    if not isinstance(template, str):
        return template
    if whole := _WHOLE.fullmatch(template):
        return _value(values, whole[1])
    return _WHOLE.sub(lambda m: str(_value(values, m[1])), template)


def _value(values: Mapping[str, Any], name: str) -> Any:
    block, _, inner = name.partition(".")
    return values[block][0][inner] if inner else values[block]


def fill_path(path: str, values: Mapping[str, Any]) -> str:
    """A JMESPath with quoted values filled in: `Aliases[?AliasName=='{name}']`."""
    return re.sub(
        r"'\{(\w+)\}'", lambda m: "'" + str(values[m[1]]).replace("\\", "\\\\").replace("'", "\\'") + "'", path
    )


def placeholders(template: str) -> list[str]:
    """The names in a template."""
    return _WHOLE.findall(template)


def parse_id(template: str, text: str) -> dict[str, str] | None:
    """The values in an id made with a template: `{cluster}:{group}`. As it is, or else with `/` for `:`, or the other
    way round."""
    names, literals = placeholders(template), _WHOLE.split(template)[::2]
    for separators in ({}, {"/": "[/:]", ":": "[/:]"}):
        pattern = ""
        for i, literal in enumerate(literals):
            pattern += separators.get(literal, re.escape(literal))
            if i < len(names):
                pattern += "(.+?)" if i < len(names) - 1 else "(.+)"
        if found := re.fullmatch(pattern, text):
            return dict(zip(names, found.groups(), strict=True))
    return None
