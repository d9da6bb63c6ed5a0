"""What is wrong with a configuration, found without calling AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from groundway_local.provider.data_sources import DataSource
from groundway_local.provider.encode import REQUIRED, Encoder
from groundway_local.provider.names import Names, plain
from groundway_local.provider.problem import Path, Problem, dotted, snake
from groundway_local.provider.routes import Routes
from groundway_local.provider.spec import Op
from groundway_local.provider.values import UNKNOWN, Block, State, members


def problems(type_name: str, routes: Routes, config: State) -> list[Problem]:
    """Every finding about a resource block; unknown values are left for later."""
    return [*_impossible(type_name, routes, config), *_wrong(type_name, routes, config)]


def data_problems(type_name: str, source: DataSource, config: State) -> list[Problem]:
    """The arguments of a data source that nothing would look at."""
    return [
        Problem(
            "The local cloud cannot look at this",
            f"data.{type_name}: {name} is not looked at. "
            "Leave it out there, or take it in groundway_local/provider/data_sources.py",
            (name,),
        )
        for name, value in config.items()
        if value not in (None, [], {}) and name not in source.takes
    ]


def _impossible(type_name: str, routes: Routes, config: State) -> list[Problem]:
    possible = routes.all()
    return [
        Problem(
            "The local cloud cannot carry this out",
            f"{type_name}.{name}: no call of the local cloud's provider carries {name}. "
            "Leave it out there, or give the type a route for it in groundway_local/provider/resources",
            (name,),
        )
        for name, value in config.items()
        if value is not None and value != [] and value != {} and name not in possible
    ]


def _wrong(type_name: str, routes: Routes, config: State) -> list[Problem]:
    encoder, checked = Encoder(), set[str]()
    for op in (routes.spec.create, *routes.spec.update):
        if isinstance(op, Op):
            checked |= _checked(encoder, routes, op, config, set(routes.carried(op)) - checked)
    for path, reference in routes.spec.checks.items():
        shape = routes.models.member(routes.spec.service, reference)
        for found, value in _values(config, path.split("."), ()):
            if value is not None and value is not UNKNOWN:
                encoder.value(value, shape, routes.names, found)
    return [*_told(type_name, routes, encoder), *_missing(type_name, routes, config)]


def update_problems(type_name: str, routes: Routes, changed: set[str], config: State) -> list[Problem]:
    """What the calls that update a resource do not allow of what is to change."""
    encoder = Encoder()
    for op in routes.spec.update:
        if isinstance(op, Op):
            _checked(encoder, routes, op, config, changed)
    return _told(type_name, routes, encoder)


def _checked(encoder: Encoder, routes: Routes, op: Op, config: State, names: set[str]) -> set[str]:
    """Check these attributes, as far as they are set, against what a call takes; those that were."""
    done = set()
    for name, (_, _, shape) in routes.carried(op).items():
        own = "tags" if name == "tags_all" else name
        value = config.get(own)
        if name in names and value is not None and value != [] and value is not UNKNOWN:
            encoder.attribute(own, value, shape, routes.names)
            done.add(name)
    return done


def _told(type_name: str, routes: Routes, encoder: Encoder) -> list[Problem]:
    """What was found, said of the attributes as Terraform names them."""
    found = []
    for path, message in encoder.findings:
        own = _terraform_path(path, routes.schema, routes.names)
        if message == REQUIRED and ".".join(s for s in own if isinstance(s, str)) in routes.spec.defaults:
            continue
        if own[0] in routes.spec.sensitive:
            message = re.sub(r"^'.*?' (?=is |does )", "the value ", message, flags=re.DOTALL)
        found.append(Problem("Invalid value", f"{type_name}.{dotted(own)}: {message}", own))
    return list({problem.detail: problem for problem in found}.values())


def _terraform_path(path: Path, block: Block, names: Names) -> Path:
    """The path with the attributes' names for the API's members, which `Via` functions and required members have."""
    out: Path = ()
    for i, step in enumerate(path, 1):
        if isinstance(step, str) and step not in members(block):
            own = next((n for n in members(block) if names.member(n, [step]) == step), None)
            if own is None and out and plain(step) in (f"{plain(str(out[-1]))}s", plain(str(out[-1]))):
                continue  # {"Rules": [...]} in the block `rule`
            step = own or snake(step)
        out = (*out, step)
        if isinstance(step, str):
            inner = block.get("block_types", {}).get(step)
            block, names = (inner["block"] if inner else {"attributes": {step: {}}}), names.inner(step)
            if not inner:  # within an attribute, keys and members are named as they are
                return (*out, *path[i:])
    return out


def _values(value: Any, steps: list[str], path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value at a path of attributes, through whatever blocks repeat."""
    if isinstance(value, list) and steps:
        for i, item in enumerate(value):
            yield from _values(item, steps, (*path, i))
    elif not steps:
        yield path, value
    elif isinstance(value, dict):
        yield from _values(value.get(steps[0]), steps[1:], (*path, steps[0]))


def _missing(type_name: str, routes: Routes, config: State) -> list[Problem]:
    """Members that the create call requires and that nothing in the configuration or the spec supplies."""
    spec, create = routes.spec, routes.spec.create
    shape = routes.models.shape(spec.service, create.name)
    if shape is None or spec.prepare:
        return []
    carried = routes.carried(create)
    required = {("", m) for m in shape.required_members if m not in create.arguments and m != create.into}
    if create.into:
        required |= {(create.into, m) for m in shape.members[create.into].required_members}
    generated = {*spec.prefixed, *spec.defaults}
    by_member = {(holder, member): name for name, (holder, member, _) in carried.items()}
    return [
        Problem("Missing value", f"{type_name}.{name} is required", (name,))
        for name in (by_member.get(r) for r in required)
        if name and name not in generated and config.get(name) in (None, [])
    ]
