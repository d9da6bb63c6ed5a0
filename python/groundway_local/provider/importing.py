"""The first state of an imported resource: whatever its import id says."""

from __future__ import annotations

from groundway_local.provider.names import fill, parse_id, placeholders
from groundway_local.provider.problem import Problem
from groundway_local.provider.spec import Spec
from groundway_local.provider.values import Block, State, empty


def imported_state(type_name: str, spec: Spec, schema: Block, text: str) -> State:
    """The state that the first read completes. A Problem when the id is not of the type's form."""
    own = [n for n in placeholders(spec.id) if "." not in n and n not in schema["attributes"] and n != "account"]
    state = empty(schema)
    if own and not spec.import_id:  # an id that only AWS knows, such as vpc-0123
        return {**state, "id": text}
    template = spec.import_id or spec.id
    parts = parse_id(template, text)
    if parts is None:
        raise Problem("Wrong import id", f"{type_name} is imported by {template}, not by {text!r}")
    state |= {k: v for k, v in parts.items() if k in schema["attributes"]}
    for name, value in parts.items():
        block, _, inner = name.partition(".")
        if inner:
            state[block] = [{**empty(schema["block_types"][block]["block"]), inner: value}]
    if "id" not in schema["attributes"]:
        return state
    return {**state, "id": None if own else fill(spec.id, {**parts, **state})}
