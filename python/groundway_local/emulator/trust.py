"""Who may assume a role: its trust policy, judged.

Judged are the principals AWS (account, role, user, session, "*") and Federated, and the conditions named below. A
service principal is no caller. What cannot be judged is refused by name, never let through.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = re.compile(r"(\d{12})|arn:aws[\w-]*:iam::(\d{12}):root")


@dataclass(frozen=True)
class Caller:
    """Who asks: every ARN or name by which a principal may mean them, and the keys that conditions ask for.

    `kind` is the element of `Principal` that can name them: "AWS" or "Federated". Keys are in lower case.
    """

    arn: str
    account: str
    names: frozenset[str]
    kind: str = "AWS"
    keys: Mapping[str, str | None] = field(default_factory=dict)


class Unjudged(Exception):
    """Something in a statement that the local cloud does not evaluate; the message names it."""


def refusal(policy: Mapping[str, Any], action: str, caller: Caller) -> str | None:
    """Why the caller may not; None when they may."""
    statements = policy.get("Statement") or []
    unjudged, allowed = "", False
    for statement in [statements] if isinstance(statements, dict) else statements:
        effect = statement.get("Effect")
        try:
            applies = _applies(statement, action, caller)
        except Unjudged as error:
            if effect == "Deny":
                return str(error)
            unjudged = unjudged or str(error)
            continue
        if applies and effect == "Deny":
            return "the role's trust policy denies it"
        allowed |= applies and effect == "Allow"
    return None if allowed else unjudged or "the role's trust policy does not allow it"


def _applies(statement: Mapping[str, Any], action: str, caller: Caller) -> bool:
    for element in ("NotAction", "NotPrincipal"):
        if element in statement:
            raise Unjudged(f"the local cloud does not judge {element} in a trust policy")
    actions = (a.lower() for a in _many(statement.get("Action")))
    if not any(fnmatch.fnmatchcase(action.lower(), a) for a in actions):
        return False
    if not any(_is_meant(principal, caller) for principal in _principals(statement.get("Principal"), caller.kind)):
        return False
    return _conditions(statement.get("Condition") or {}, caller)


def _principals(principal: Any, kind: str) -> Iterator[str]:
    if principal == "*":
        yield "*"
    elif isinstance(principal, dict):
        yield from _many(principal.get(kind))


def _is_meant(principal: str, caller: Caller) -> bool:
    account = ACCOUNT.fullmatch(principal) if caller.kind == "AWS" else None
    if account:
        return caller.account in account.groups()
    return principal == "*" or principal in caller.names


def _many(value: Any) -> list[str]:
    return [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]


# conditions -----------------------------------------------------------------------------------------------------------
def _equals(have: str, want: str) -> bool:
    return have == want


def _like(have: str, want: str) -> bool:
    """`*` and `?` are the only wildcards."""
    return fnmatch.fnmatchcase(have, want.replace("[", "[[]"))


def _arn_like(have: str, want: str) -> bool:
    """The six parts of an ARN one by one, so that `*` stands for no colon between them."""
    ours, theirs = have.split(":", 5), want.split(":", 5)
    return len(ours) == len(theirs) and all(map(_like, ours, theirs))


OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {  # how values compare, and whether it is negated
    "StringEquals": (_equals, False),
    "StringNotEquals": (_equals, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnLike": (_arn_like, False),
    "ArnNotLike": (_arn_like, True),
}


def _conditions(conditions: Mapping[str, Any], caller: Caller) -> bool:
    """Whether all hold. One that is judged and does not hold decides, whatever cannot be judged beside it."""
    unjudged = ""
    for operator, asked in conditions.items():
        for key, values in asked.items():
            try:
                if not _holds(operator, key, _many(values), caller):
                    return False
            except Unjudged as error:
                unjudged = str(error)
    if unjudged:
        raise Unjudged(unjudged)
    return True


def _holds(operator: str, key: str, values: list[str], caller: Caller) -> bool:
    compare = OPERATORS.get(operator.removesuffix("IfExists"))
    if compare is None:
        raise Unjudged(f"the local cloud does not judge the condition operator {operator} in a trust policy")
    if key.lower() not in caller.keys:
        raise Unjudged(f"the local cloud does not judge the condition key {key} in a trust policy")
    if variable := next((v for v in values if "${" in v), None):
        raise Unjudged(f"the local cloud does not judge the variable in the condition value {variable!r}")
    have = caller.keys[key.lower()]
    matches, negated = compare
    if have is None:
        return negated or operator.endswith("IfExists")
    return any(matches(have, want) for want in values) is not negated
