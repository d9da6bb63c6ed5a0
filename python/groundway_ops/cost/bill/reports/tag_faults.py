"""What is wrong with the cost tags of a charge, and what would mend it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from groundway.tags import KEYS, LABEL_PREFIX, SHARED, Teams

WELL, WRONG, UNTAGGED, CANNOT = CLASSES = ("well tagged", "wrongly tagged", "untagged", "cannot be tagged")
STANDING = {"model": "shared", "run": "standing"}  # what the platform says that belongs to no model and no run
BY_TEAM = ("project", "cost-center", "owner")
ALSO = {"costcentre": "cost-center", "env": "environment"}
SHAPE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


class Verdict(NamedTuple):
    """`keys`: the tags at fault. `wrong`, `mend`: in words. `environment`: where it seems to be."""

    kind: str
    keys: tuple[str, ...] = ()
    wrong: str = ""
    mend: str = ""
    environment: str | None = None


@dataclass(frozen=True)
class Allowed:
    """What tags may say; without `teams` or `environments`, whatever has the right shape."""

    teams: Teams | None = None
    environments: Collection[str] = ()


@dataclass
class _Faults:
    """By key: what is wrong, which tag to rename, what to set it to (None: nothing tells)."""

    told: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    set: dict[str, str | None] = field(default_factory=dict)

    def add(self, key: str, told: str, value: str | None) -> None:
        self.told[key] = f"{self.told[key]}, and {told}" if key in self.told else told
        self.set[key] = value

    def mend(self) -> str:
        known = [f"{key}={value}" for key, value in self.set.items() if value]
        unknown = [key for key, value in self.set.items() if value is None]
        parts = [f"rename its tag {old} to {key}" for key, old in self.renamed.items()]
        parts += [f"tag it with {', '.join(known)}"] if known else []
        parts += [f"tag it with its {', '.join(unknown)}"] if unknown else []
        return "; ".join(parts)


def meant(written: str) -> str | None:
    """The key of a cost tag that `written` is another spelling of: Team, cost_center, CostCentre."""
    letters = re.sub(r"[-_ :./]", "", written.removeprefix(LABEL_PREFIX).lower())
    return next((key for key in KEYS if key.replace("-", "") == letters), ALSO.get(letters))


def judge(
    tags: Mapping[str, str | None], others: Mapping[str, str], training: bool, cannot: str | None, allowed: Allowed
) -> Verdict:
    """`tags`: by `KEYS`. `others`: the tags besides. `training`: a training job is charged, which has a model and a run
    of its own. `cannot`: why AWS takes no tags for it, if it does not."""
    said, faults = {key: value for key in KEYS if (value := tags.get(key))}, _Faults()
    for written, value in others.items():
        key = meant(written)
        if key and key not in said and written not in KEYS:
            said[key] = value
            faults.told[key], faults.renamed[key] = f"{key} is spelt {written}", written
    bare = not said
    team, environment = _team(said, faults, allowed), _environment(said, faults, allowed)
    _by_team(said, faults, team, environment, allowed.teams)
    _named(said, faults, training)
    if not faults.told:
        return Verdict(WELL, environment=environment)
    if cannot:
        return Verdict(CANNOT, (), cannot)
    keys = tuple(key for key in KEYS if key in faults.told)
    if bare:
        return Verdict(UNTAGGED, keys, "no cost tag", faults.mend(), environment)
    return Verdict(WRONG, keys, "; ".join(faults.told[key] for key in keys), faults.mend(), environment)


def _team(said: Mapping[str, str], faults: _Faults, allowed: Allowed) -> str | None:
    """The team that pays, as far as its tag or the others tell."""
    name, teams = said.get("team"), allowed.teams
    if name and (name in teams if teams else SHAPE.fullmatch(name)):
        return name
    if teams is None:
        faults.add("team", f"team {name!r} is no tag value" if name else "team is missing", None)
        return None
    near = get_close_matches(name, list(teams), 1) if name else []
    found = near[0] if near else _by_the_others(said, teams)
    faults.add("team", f"team {name!r} is not allowed" if name else "team is missing", found)
    return found


def _by_the_others(said: Mapping[str, str], teams: Teams) -> str | None:
    """The one team that all of project, cost center and owner belong to, if they say so."""
    given = [(key, said[key]) for key in BY_TEAM if key in said]
    fitting = [t for t in teams if all(value in teams.allowed(t, SHARED)[key] for key, value in given)]
    return fitting[0] if given and len(fitting) == 1 else None


def _environment(said: Mapping[str, str], faults: _Faults, allowed: Allowed) -> str | None:
    name, known = said.get("environment"), (*allowed.environments, SHARED)
    if name and (name in known if allowed.environments else SHAPE.fullmatch(name)):
        return name
    near = get_close_matches(name, known, 1) if name and allowed.environments else []
    found = near[0] if near else None
    faults.add("environment", f"environment {name!r} is none" if name else "environment is missing", found)
    return found


def _by_team(
    said: Mapping[str, str], faults: _Faults, team: str | None, environment: str | None, teams: Teams | None
) -> None:
    """Project, cost center and owner: there, and those of the team."""
    may = teams.allowed(team, environment or SHARED) if teams and team else {}
    for key in BY_TEAM:
        value, values = said.get(key), may.get(key, ())
        near = get_close_matches(value, values, 1) if value else []
        right = near[0] if near else values[0] if len(values) == 1 else None
        if value is None:
            faults.add(key, f"{key} is missing", right)
        elif values and value not in values:
            others = [t for t in teams or () if t != team and teams and value in teams.allowed(t, SHARED)[key]]
            if value in (teams.allowed(team, SHARED)[key] if teams and team else ()):
                faults.add(key, f"{key} {value!r} is not that of {team} in {environment}", right)
            elif others:
                faults.add(key, f"{key} {value!r} is of {' and '.join(others)}, not of {team}", right)
            else:
                faults.add(key, f"{key} {value!r} is not allowed", right)
        elif not SHAPE.fullmatch(value):
            faults.add(key, f"{key} {value!r} is no tag value", None)


def _named(said: Mapping[str, str], faults: _Faults, training: bool) -> None:
    """Model and run: there, and a training job's own."""
    for key, standing in STANDING.items():
        value = said.get(key)
        if value is None:
            faults.add(key, f"{key} is missing", None if training else standing)
        elif not SHAPE.fullmatch(value):
            faults.add(key, f"{key} {value!r} is no tag value", None)
        elif training and value == standing:
            faults.add(key, f"{key} is {standing}, though a training job is charged", None)
