"""State from what the API reports, in the words of what was recorded or planned before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from groundway_local.provider.values import UNKNOWN, Block, State, is_zero, members, same_type, without_unknown


def observed(schema: Block, prior: State, actual: State, importing: bool = False) -> State:
    """What the API reports; where it means the same as `prior`, as prior says it.

    A null and what an API answers for "not set" mean the same, except at import, when nothing is known yet.
    """
    out: State = {}
    for name, attribute in schema["attributes"].items():
        out[name] = _attribute(attribute["type"], prior.get(name), actual.get(name), importing)
    for name, nested in schema.get("block_types", {}).items():
        if name == "timeouts":
            out[name] = prior.get(name)
        else:
            out[name] = _nested(nested, prior.get(name), actual.get(name), importing)
    return out


def _attribute(kind: Any, prior: Any, actual: Any, importing: bool) -> Any:
    if prior is UNKNOWN:
        return actual
    if importing and prior is None:
        return None if actual == "" else actual
    if same_type(kind, prior, actual):
        return prior
    if isinstance(kind, list) and kind[0] == "set" and isinstance(prior, list) and isinstance(actual, list):
        return [next((p for p in prior if same_type(kind[1], p, a)), a) for a in actual]
    return actual


def _nested(nested: Block, prior: Any, actual: Any, importing: bool) -> Any:
    block = nested["block"]
    if nested["nesting_mode"] == "single":
        return observed(block, prior or {}, actual, importing or not prior) if actual else None
    before = [] if prior is UNKNOWN or prior is None else prior
    return [observed(block, old, new, importing or not old) for old, new in _matched(nested, actual or [], before)]


def _matched(nested: Block, these: list[State], those: list[State]) -> list[tuple[State, State]]:
    """(that, this) for each of these: by position in a list, by content in a set; {} when there is none."""
    if nested["nesting_mode"] == "list":
        return [(those[i] if i < len(those) else {}, this) for i, this in enumerate(these)]
    left, out = list(those), []
    for this in these:
        hit = next((that for that in left if agree(nested["block"], that, this)), None)
        if hit is not None:
            left.remove(hit)
        out.append((hit or {}, this))
    return out


def agree(schema: Block, said: State, actual: State) -> bool:
    """Whether the API's answer agrees with everything that was said; what was left open agrees with anything."""
    for name, attribute in schema["attributes"].items():
        value = said.get(name)
        if value is not UNKNOWN and value is not None and not same_type(attribute["type"], value, actual.get(name)):
            return False
    return all(
        agree_nested(nested, said.get(name), actual.get(name))
        for name, nested in schema.get("block_types", {}).items()
        if name != "timeouts"
    )


def agree_nested(nested: Block, said: Any, actual: Any) -> bool:
    """`agree` for the blocks of one nested type."""
    if said is UNKNOWN or not said:
        return True
    if nested["nesting_mode"] == "single":
        return bool(actual) and agree(nested["block"], said, actual)
    return len(said) == len(actual or []) and all(
        this and agree(nested["block"], this, that) for this, that in _matched(nested, actual or [], said)
    )


def completed(schema: Block, planned: State, actual: State) -> State:
    """The plan with its unknowns filled in: Terraform holds a provider to everything that was known."""
    out: State = {}
    for name in schema["attributes"]:
        value, found = planned.get(name), actual.get(name)
        out[name] = _filled(value, found)
    for name, nested in schema.get("block_types", {}).items():
        value, found = planned.get(name), actual.get(name)
        if value is UNKNOWN:
            out[name] = found
        elif nested["nesting_mode"] == "single":
            out[name] = completed(nested["block"], value, found or {}) if value else value
        elif nested["nesting_mode"] == "list":
            found = found or []
            out[name] = [
                completed(nested["block"], v, found[i] if i < len(found) else {}) for i, v in enumerate(value or [])
            ]
        else:
            left = list(found or [])
            out[name] = [completed(nested["block"], v, _take(nested["block"], v, left)) for v in value or []]
    return out


def _filled(value: Any, found: Any) -> Any:
    if value is UNKNOWN:
        return found
    if isinstance(value, dict) and isinstance(found, dict):
        return {k: _filled(v, found.get(k)) for k, v in value.items()}
    return without_unknown(value)


def _take(schema: Block, said: State, left: list[State]) -> State:
    hit = next((x for x in left if agree(schema, said, x)), None)
    if hit is None:
        return {}
    left.remove(hit)
    return hit


def digest(value: Any) -> str:
    """A short fingerprint of a value in which the order of lists does not matter."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()[:12]


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{_canonical(v)}" for k, v in sorted(value.items()) if not is_zero(v)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted(map(_canonical, value))) + "]"
    return json.dumps(value, default=str)


def departures(schema: Block, state: State, actual: State) -> dict[str, str]:
    """Where the API reports something else than the state right after an apply: attribute to fingerprint.

    An emulator does not report everything, and AWS fills in what nobody asked for. What it says right after an apply
    is therefore the reference, and drift is any change from that.
    """
    seen = observed(schema, state, actual)
    return {n: digest(actual.get(n)) for n in members(schema) if seen[n] != state.get(n) and n != "timeouts"}
