"""What policies grant, statement by statement: for what a table must tell and for what is possible at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from iam_cases import Case
from iam_roles import Document, Role
from policy_sentry.querying.all import get_all_actions

NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True)
class Grant:
    """An action or a resource of a statement that allows. `statement` is its name in judgements: `policy/Sid`."""

    statement: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def many(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def statements(document: Document) -> list[dict[str, Any]]:
    found = document["Statement"]
    return [found] if isinstance(found, dict) else list(found)


def grants(role: Role) -> Iterator[Grant]:
    """Of the policies that are ours; what AWS's managed ones grant, a table tells by their names."""
    for name, document in role.inline.items():
        for index, one in enumerate(statements(document), 1):
            if one["Effect"] == "Allow":
                told = f"{role.arn} {name}/{one.get('Sid', index)}"
                yield Grant(told, many(one["Action"]), many(one["Resource"]))


def used(grant: Grant, cases: Iterable[Case]) -> tuple[set[str], set[str]]:
    """Actions and resources of a grant that rows have used: the rows' requests were allowed by this statement."""
    by_it = [c.request for c in cases if c.judgement.decision == "allow" and grant.statement in c.judgement.allowed]
    actions = {a for a in grant.actions if any(matches(r.action, a) for r in by_it)}
    resources = {p for p in grant.resources if any(fnmatchcase(r.resource, p) for r in by_it)}
    alike = {NUMBER.sub("", p) for p in resources}  # of subnets that differ in their number, one stands for all
    return actions, {p for p in grant.resources if NUMBER.sub("", p) in alike}


def matches(action: str, pattern: str) -> bool:
    return fnmatchcase(action.lower(), pattern.lower())


@cache
def known() -> frozenset[str]:
    """All actions of AWS, in lower case."""
    return frozenset(action.lower() for action in get_all_actions())


@cache
def expanded(pattern: str) -> frozenset[str]:
    return frozenset(action for action in known() if fnmatchcase(action, pattern.lower()))


def may_call(role: Role, boundary: Document, action: str) -> bool:
    """Whether a role may do it to anything, under any conditions: the most that its policies can come to."""
    own = (*role.inline.values(), *role.attached.values())
    denied = any(
        s["Effect"] == "Deny" and "Condition" not in s and many(s.get("Resource", ())) == ("*",) and _names(s, action)
        for s in statements(boundary)
    )
    return not denied and any(_allows(d, action) for d in own) and _allows(boundary, action)


def _allows(document: Document, action: str) -> bool:
    return any(s["Effect"] == "Allow" and _names(s, action) for s in statements(document))


def _names(statement: Mapping[str, Any], action: str) -> bool:
    return any(matches(action, pattern) for pattern in many(statement.get("Action", ())))
