"""What is wrong with a configuration, found without calling AWS."""

from __future__ import annotations

from groundway_local.provider.data_sources import DataSource
from groundway_local.provider.encode import Encoder
from groundway_local.provider.problem import Problem, dotted
from groundway_local.provider.routes import Routes
from groundway_local.provider.spec import Op
from groundway_local.provider.values import UNKNOWN, State


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
    values = {**config, "tags_all": config.get("tags")}
    for op in (routes.spec.create, *routes.spec.update):
        if not isinstance(op, Op):
            continue
        for name, (_, _, shape) in routes.carried(op).items():
            value = values.get(name)
            if name in checked or value is None or value == [] or value is UNKNOWN:
                continue
            checked.add(name)
            encoder.attribute("tags" if name == "tags_all" else name, value, shape, routes.names)
    found = [
        Problem("Invalid value", f"{type_name}.{dotted(path)}: {message}", path) for path, message in encoder.findings
    ]
    return [*found, *_missing(type_name, routes, config)]


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
