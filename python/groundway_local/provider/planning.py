"""What an apply would make of a resource: defaults, default tags, unknowns, what stays, what is replaced."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.routes import Routes
from groundway_local.provider.spec import Spec
from groundway_local.provider.tagging import planned_tags
from groundway_local.provider.values import (
    UNKNOWN,
    Block,
    State,
    is_zero,
    members,
    same,
    same_nested,
    same_type,
)


class Plan:
    """The planned state, the attributes that force a new resource, and whether Terraform must be lenient.

    Terraform lets a provider keep a prior value instead of a null only when it says that it uses the legacy type
    system, as hashicorp/aws does. Said only where an imported "not set" is kept, so that it checks everything else.
    """

    def __init__(self, planned: State, replace: list[str] | None = None, legacy: bool = False) -> None:
        self.planned, self.replace, self.legacy = planned, replace or [], legacy


def with_defaults(schema: Block, spec: Spec) -> Block:
    """The schema with every default's attribute optional and computed, as Terraform wants, and secrets marked."""
    for path in spec.defaults:
        *blocks, name = path.split(".")
        block = schema
        for step in blocks:
            block = block["block_types"][step]["block"]
        block["attributes"][name] |= {"optional": True, "computed": True}
    for name in spec.sensitive:
        schema["attributes"][name]["sensitive"] = True
    return schema


def plan(
    routes: Routes, prior: State | None, proposed: State, config: State, region: str, tags: dict[str, str]
) -> Plan:
    """The plan for a resource that is not to be destroyed."""
    schema, spec = routes.schema, routes.spec
    new = dict(proposed)
    if "tags_all" in schema["attributes"]:
        new["tags_all"] = planned_tags(config.get("tags"), tags)
    if "region" in schema["attributes"] and config.get("region") is None:
        new["region"] = region
    new = _defaulted(schema, "", spec, new, config)
    if prior is None:
        return Plan(_unknowns(schema, new))
    return _changed(routes, prior, new, config)


def _changed(routes: Routes, prior: State, new: State, config: State) -> Plan:
    schema, legacy, changed = routes.schema, False, []
    nested = schema.get("block_types", {})
    for name in members(schema):
        before, after = prior.get(name), new.get(name)
        if before == after and before is not UNKNOWN:
            continue
        if name in routes.spec.filled and before and not config.get(name):
            new[name], lenient = before, True
        elif name in nested:
            new[name], lenient = _kept_blocks(nested[name], before, after, config.get(name))
        else:
            new[name], lenient = _kept(schema["attributes"][name], before, after, config.get(name))
        legacy |= lenient
        if new[name] != before or new[name] is UNKNOWN:
            changed.append(name)
    if changed:
        for name in routes.spec.volatile:
            if config.get(name) is None:
                new[name] = UNKNOWN
        for name in set(changed) & set(nested):
            new[name] = _unknown_blocks(nested[name], new[name])
    force = routes.force_new()
    replace = [n for n in changed if n in force and not same(schema, n, prior.get(n), new[n])]
    return Plan(new, replace, legacy)


def _kept(attribute: Block, before: Any, after: Any, config: Any) -> tuple[Any, bool]:
    """(the value, leniency): the prior value where it means the same as the new one."""
    if before is None or after is UNKNOWN or not same_type(attribute["type"], before, after):
        return after, False
    if config is None and not attribute.get("computed") and is_zero(before):
        return before, True
    return (before, False) if after is not None else (after, False)


def _kept_blocks(nested: Block, before: Any, after: Any, config: Any) -> tuple[Any, bool]:
    if same_nested(nested, before, after):
        return before, before != after
    if nested["nesting_mode"] != "list" or not isinstance(before, list) or len(before) != len(after or []):
        return after, False
    out, lenient = [], False
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        said = config[i] if isinstance(config, list) and i < len(config) else {}
        merged, was = _kept_in_block(nested["block"], old, new, said)
        out.append(merged)
        lenient |= was
    return out, lenient


def _kept_in_block(block: Block, old: State, new: State, config: State) -> tuple[State, bool]:
    out, lenient = dict(new), False
    for name, attribute in block["attributes"].items():
        out[name], was = _kept(attribute, old.get(name), new.get(name), config.get(name))
        lenient |= was
    for name, inner in block.get("block_types", {}).items():
        out[name], was = _kept_blocks(inner, old.get(name), new.get(name), config.get(name))
        lenient |= was
    return out, lenient


def _defaulted(schema: Block, prefix: str, spec: Spec, new: State, config: State) -> State:
    """Defaults where the configuration says nothing, in nested blocks too (which are what is configured)."""
    out = dict(new)
    for name in schema["attributes"]:
        if prefix + name in spec.defaults and config.get(name) is None:
            out[name] = spec.defaults[prefix + name]
    for name, nested in schema.get("block_types", {}).items():
        path = f"{prefix}{name}."
        if isinstance(new.get(name), list) and any(d.startswith(path) for d in spec.defaults):
            out[name] = [
                _defaulted(nested["block"], path, spec, item, _said(nested, config.get(name), i, item))
                for i, item in enumerate(new[name])
            ]
    return out


def _said(nested: Block, config: Any, i: int, item: State) -> State:
    """The configuration of one block: by position in a list; in a set, the proposed element stands for it."""
    if nested["nesting_mode"] == "set" or not isinstance(config, list) or i >= len(config):
        return item
    return config[i] if isinstance(config[i], dict) else item


def _unknowns(schema: Block, new: State) -> State:
    """Computed and not given is known after apply."""
    out = {n: UNKNOWN if v is None and schema["attributes"].get(n, {}).get("computed") else v for n, v in new.items()}
    for name, nested in schema.get("block_types", {}).items():
        out[name] = _unknown_blocks(nested, out.get(name))
    return out


def _unknown_blocks(nested: Block, value: Any) -> Any:
    if isinstance(value, list):
        return [_unknowns(nested["block"], v) if isinstance(v, dict) else v for v in value]
    return _unknowns(nested["block"], value) if isinstance(value, dict) else value
