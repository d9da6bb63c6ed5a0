"""How much of each type the local cloud carries out: what `groundway local coverage` prints and the docs show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundway_local.provider.data_sources import DataSource
from groundway_local.provider.names import Names
from groundway_local.provider.routes import Routes
from groundway_local.provider.schema import Catalog
from groundway_local.provider.session import Models
from groundway_local.provider.spec import Op, Spec, Via
from groundway_local.provider.values import Block

KINDS = {"resource": "Resource type", "data source": "Data source"}
APART = ("id", "tags_all", "timeouts")  # Terraform's own, nothing that a resource has


@dataclass(frozen=True)
class Coverage:
    """One type: who carries it out, and its settable attributes, those in nested blocks as `block.attribute`.

    `refused` are an error at plan time; `unread` are taken but never reported, so that drift in them stays unseen.
    """

    type: str
    kind: str
    support: str
    carried: tuple[str, ...]
    refused: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @property
    def ratio(self) -> str:
        """`carried of all`."""
        return f"{len(self.carried)} of {len(self.carried) + len(self.refused)}"

    def document(self) -> dict[str, Any]:
        """The record of it in `groundway local coverage --json`."""
        return {
            "type": self.type,
            "kind": self.kind,
            "support": self.support,
            "carried": len(self.carried),
            "attributes": len(self.carried) + len(self.refused),
            "refused": list(self.refused),
            "unread": list(self.unread),
        }


def all_types() -> list[Coverage]:
    """Every resource type, then every data source, by name."""
    from groundway_local.provider import schema
    from groundway_local.provider.data_sources import DATA_SOURCES
    from groundway_local.provider.resources import registry

    specs = registry()
    catalog, models = schema.load(list(specs), list(DATA_SOURCES)), Models()
    resources = [of_resource(name, spec, catalog, models) for name, spec in sorted(specs.items())]
    return resources + [of_data(name, source, catalog.data[name]) for name, source in sorted(DATA_SOURCES.items())]


def of_resource(name: str, spec: Spec, catalog: Catalog, models: Models) -> Coverage:
    block = catalog.resources[name]
    routes = Routes(spec, block, models)
    carried = set(carried_paths(routes))
    every = list(settable(block))
    return Coverage(
        name,
        "resource",
        spec.support,
        tuple(p for p in every if p in carried),
        tuple(p for p in every if p not in carried),
        tuple(sorted(spec.unread)),
    )


def of_data(name: str, source: DataSource, block: Block) -> Coverage:
    every = list(settable(block))
    takes = tuple(p for p in every if p.partition(".")[0] in source.takes)
    return Coverage(name, "data source", "emulated", takes, tuple(p for p in every if p not in takes))


def settable(block: Block, prefix: str = "") -> Iterator[str]:
    """The paths of all attributes that a configuration may set."""
    for name, attribute in block["attributes"].items():
        if (attribute.get("optional") or attribute.get("required")) and (prefix or name not in APART):
            yield prefix + name
    for name, nested in block.get("block_types", {}).items():
        if prefix or name not in APART:
            yield from settable(nested["block"], f"{prefix}{name}.")


def carried_paths(routes: Routes) -> Iterator[str]:
    """The paths of all attributes that some call, or the provider itself, carries out.

    What a function of the spec carries (Step, Prepare, Via) counts with all that is in it: nobody can look into it.
    """
    block, possible = routes.schema, routes.all()
    shapes: dict[str, Any] = {}
    for op in (routes.spec.create, *routes.spec.update):
        if isinstance(op, Op):
            for name, (_, _, shape) in routes.carried(op).items():
                shapes.setdefault(name, shape)
    for name in (*block["attributes"], *block.get("block_types", {})):
        if name in possible or name in routes.spec.prefixed.values():
            yield from _within(name, block, shapes.get(name), routes.names, "")


def _within(name: str, block: Block, shape: Any, names: Names, prefix: str) -> Iterator[str]:
    """The path of an attribute, or the carried paths in a block; everything in it when there is no shape."""
    nested = block.get("block_types", {}).get(name)
    if nested is None:
        yield prefix + name
        return
    over = names.override(name)
    if shape is None or (isinstance(over, Via) and over.write):
        yield from settable(nested["block"], f"{prefix}{name}.")
        return
    while shape.type_name == "list":
        shape = shape.member
    if shape.type_name != "structure":
        yield from settable(nested["block"], f"{prefix}{name}.")
        return
    inner = names.inner(name)
    for key in (*nested["block"]["attributes"], *nested["block"].get("block_types", {})):
        if member := inner.member(key, shape.members):
            yield from _within(key, nested["block"], shape.members[member], inner, f"{prefix}{name}.")


# how it is shown ------------------------------------------------------------------------------------------------------
TITLE = """# What the local cloud covers

Made by `groundway local coverage --markdown`; a test compares. *Emulated*: by moto as it is. *Patched*: by moto with what `emulator/patches/` adds. *Recorded*: the validated request is kept as a document and given back, nothing comes of it (`emulator/recorded/`). *Carried* counts the attributes that a configuration may set, those in nested blocks too; all others are an error at plan time, never dropped. `groundway local coverage --type TYPE` names them.

"""  # noqa: E501 - Markdown


def markdown(found: list[Coverage]) -> str:
    """The page docs/local-cloud-coverage.md."""
    tables = [table(title, [c for c in found if c.kind == kind]) for kind, title in KINDS.items()]
    return TITLE + "\n\n".join([summary(found), *tables]) + "\n"


def table(title: str, found: list[Coverage]) -> str:
    rows = [f"| {title} | support | carried | unread |", "|---|---|---|---|"]
    for c in found:
        unread = ", ".join(f"`{name}`" for name in c.unread)
        rows.append(f"| `{c.type}` | {c.support} | {c.ratio} | {unread} |")
    return "\n".join(rows)


def text(found: list[Coverage], named: bool) -> str:
    """A line a type; `named` with the attributes that are not carried or not read."""
    width = max(len(c.type) for c in found)
    lines = []
    for c in found:
        lines.append(f"{c.type:<{width}}  {c.kind:<11}  {c.support:<8}  {c.ratio}")
        if named:
            lines += [f"  refused: {name}" for name in c.refused] + [f"  unread:  {name}" for name in c.unread]
    return "\n".join(lines if named else [*lines, summary(found)])


def summary(found: list[Coverage]) -> str:
    """`N resource types (n emulated, ...) and M data sources.`"""
    resources = [c for c in found if c.kind == "resource"]
    supports = ("emulated", "patched", "recorded")
    told = ", ".join(f"{sum(c.support == s for c in resources)} {s}" for s in supports)
    return f"{len(resources)} resource types ({told}) and {len(found) - len(resources)} data sources."
