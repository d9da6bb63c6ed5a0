"""The decision tables of `policies/iam/`: read, checked, and filled in for an environment."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from synthesis import CHECKOUT

from groundway.environment import Environment

POLICIES = CHECKOUT / "policies" / "iam"
PLACEHOLDER = re.compile(r"\$\{([\w. -]+)\}")
VERDICTS = {"may": "allow", "must not": "deny", "worn by": "allow", "not worn by": "deny"}
LINE = "line"


class WrongTable(Exception):
    """A table that cannot be read: file, line, and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One line of a table. `actions` x `resources` (or `principals`) x environments: each must get the verdict."""

    place: str
    verdict: str
    actions: tuple[str, ...]
    because: str
    resources: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    situation: tuple[str | Mapping[str, Any], ...] = ()
    environments: tuple[str, ...] = ()
    excepted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """`also`: grants that no row uses, each with a reason; `attached`: AWS's managed policies, each with a reason."""

    name: str
    who: str
    rows: tuple[Row, ...]
    environments: tuple[str, ...] = ()
    attached: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def of(self, environment: str) -> list[Row]:
        return [row for row in self.rows if environment in (row.environments or (environment,))]


class _Loader(yaml.SafeLoader):
    """Every mapping says in which line it stands."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise WrongTable(f"{node.start_mark.name}:{node.start_mark.line + 1}: {twice.pop()!r} stands here twice")
    return {**loader.construct_mapping(node, deep=True), LINE: node.start_mark.line + 1}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8") as text:
        loaded: dict[str, Any] = yaml.load(text, Loader=_Loader)  # a safe loader that counts lines
    return loaded


def tables(folder: Path = POLICIES / "roles") -> dict[str, Table]:
    """By name: the file's, which is the role's without the prefix of its environment."""
    return {file.stem: table(file) for file in sorted(folder.glob("*.yaml"))}


def table(file: Path) -> Table:
    content = read(file)
    _only(content, {"who", "in", "attached", "also", *VERDICTS}, str(file.name))
    return Table(
        name=file.stem,
        who=content["who"],
        rows=tuple(_rows(content, file)),
        environments=tuple(content.get("in", ())),
        attached=_plain(content.get("attached", {})),
        also=_plain(content.get("also", {})),
    )


def nobody(file: Path = POLICIES / "nobody.yaml") -> list[Row]:
    """What no role may do, but those that a row excepts."""
    content = read(file)
    _only(content, {"must not"}, file.name)
    return list(_rows(content, file))


def _rows(content: dict[str, Any], file: Path) -> Iterator[Row]:
    for section, verdict in VERDICTS.items():
        for raw in content.get(section, ()):
            place = f"{file.name}:{raw.get(LINE, '?') if isinstance(raw, dict) else section}"
            yield _row(raw, verdict, place, trust="worn" in section)


def _row(raw: dict[str, Any], verdict: str, place: str, trust: bool) -> Row:
    what = {"principal"} if trust else {"resource"}
    _only(raw, {"action", "with", "in", "because", "except", *what}, place)
    missing = {"because", *what, *(() if trust else ("action",))} - raw.keys()
    if missing:
        raise WrongTable(f"{place}: lacks {', '.join(sorted(missing))}")
    return Row(
        place=place,
        verdict=verdict,
        actions=_many(raw.get("action", "sts:AssumeRole")),
        because=raw["because"],
        resources=_many(raw.get("resource", ())),
        principals=_many(raw.get("principal", ())),
        situation=tuple(_plain(s) if isinstance(s, dict) else s for s in _list(raw.get("with", ()))),
        environments=_many(raw.get("in", ())),
        excepted=_plain(raw.get("except", {})),
    )


@dataclass(frozen=True)
class Names:
    """What `names.yaml` calls things that the stacks make, beginnings of names, and situations."""

    things: Mapping[str, str]
    beginnings: Mapping[str, str]
    situations: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, file: Path = POLICIES / "names.yaml") -> "Names":
        content = read(file)
        situations = {name: _plain(one) for name, one in _plain(content["situations"]).items()}
        return cls(_plain(content["things"]), _plain(content["beginnings"]), situations)


class Scope:
    """What placeholders stand for in one environment. `${other.x}` is `x` in another, `${x}` in this one."""

    def __init__(self, names: Names, here: Environment, other: Environment | None = None) -> None:
        self.here, self.other, self._names = here, other, names

    def fill(self, value: Any) -> Any:
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: self._value(found[1]), value)
        if isinstance(value, list | tuple):
            return [self.fill(one) for one in value]
        return {key: self.fill(one) for key, one in value.items()}

    def context(self, situation: tuple[str | Mapping[str, Any], ...]) -> dict[str, Any]:
        """Context keys of all named and all written situations."""
        keys: dict[str, Any] = {}
        for one in situation:
            if isinstance(one, str) and one not in self._names.situations:
                raise WrongTable(f"names.yaml has no situation {one!r}; it has: {', '.join(self._names.situations)}")
            filled = self.fill(self._names.situations[one] if isinstance(one, str) else one)
            keys |= {self.fill(key): value for key, value in filled.items()}
        return keys

    def _value(self, name: str) -> str:
        if name.startswith("other."):
            assert self.other
            return Scope(self._names, self.other)._value(name.removeprefix("other."))
        site = {
            "account": self.here.account,
            "environment": self.here.name,
            "prefix": self.here.prefix,
            "project": self.here.tags.project,
            "region": self.here.region,
            "state bucket": self.here.state_bucket,
            "database": f"{self.here.prefix.replace('-', '_')}_features",
            **_named(self.here),
        }
        if name in site:
            return site[name]
        known = {**self._names.things, **self._names.beginnings}
        if name not in known:
            raise WrongTable(f"names.yaml does not say what ${{{name}}} is; it knows {', '.join(known)}")
        return str(self.fill(known[name]))


def _named(here: Environment) -> dict[str, str]:
    """Whom environment.yaml names, the first of each."""
    access = here.access
    some = {"operator": access.ops, "engineer": access.engineers, "repository": access.github}
    return {f"named {kind}": listed[0] for kind, listed in some.items() if listed}


def scopes(names: Names, row: Row, here: Environment, environments: Mapping[str, Environment]) -> list[Scope]:
    """One, or one for each other environment where the row speaks of another."""
    if "${other." not in repr(row):
        return [Scope(names, here)]
    return [Scope(names, here, other) for other in environments.values() if other.name != here.name]


def combinations(row: Row) -> Iterator[tuple[str, str]]:
    """(action, resource or principal)."""
    return product(row.actions, row.resources or row.principals)


def _only(raw: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := raw.keys() - known - {LINE}:
        raise WrongTable(f"{place}: {sorted(unknown)[0]!r} is none of {', '.join(sorted(known))}")


def _plain(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != LINE}


def _many(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
