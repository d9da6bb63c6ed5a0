"""Who can become whom: by taking a role, by handing it to a service, or by rewriting it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from iam_grants import many, may_call, statements
from iam_roles import Estate, Role
from iam_simulator import Request, Simulator

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# Whoever comes to a role that asks for it has shown a second factor and says why: rather too many edges than too few.
WELL_DRESSED = {"aws:RequestTag/reason": "any", "aws:MultiFactorAuthPresent": "true"}
REWRITING = ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy")


@dataclass(frozen=True, order=True)
class Edge:
    """`how` is `takes`, `hands on` (to a service that the role trusts) or `rewrites`. Roles: `environment/table`."""

    who: str
    how: str
    whom: str


def named(role: Role) -> str:
    return f"{role.environment.name}/{role.table}"


def edges(estate: Estate, of: Role | None = None) -> set[Edge]:
    """All there are, in and between all environments; or those that begin at one role."""
    asked = [
        (edge, request)
        for edge, request in (*_taking(estate), *_handing(estate), *_rewriting(estate))
        if of in (None, request.principal)
    ]
    judgements = Simulator(estate).judge(request for _, request in asked)
    return {edge for (edge, _), one in zip(asked, judgements, strict=True) if one.decision == "allow"}


def reached(found: set[Edge]) -> dict[str, set[str]]:
    """Whom each role becomes in the end, over any number of steps."""
    onward = defaultdict(set)
    for edge in found:
        onward[edge.who].add(edge.whom)
    for _ in onward:
        for who, whom in onward.items():
            onward[who] = whom.union(*(onward[one] for one in whom if one in onward)) - {who}
    return dict(onward)


def _taking(estate: Estate) -> Iterator[tuple[Edge, Request]]:
    """Asked where the role has the right, or the other's trust names principals rather than services."""
    for role, other in _pairs(estate):
        by_trust = any("AWS" in s["Principal"] for s in statements(other.trust))
        if by_trust or may_call(role, estate.boundaries[role.boundary_arn], "sts:AssumeRole"):
            yield (
                Edge(named(role), "takes", named(other)),
                Request(role, "sts:AssumeRole", other.arn, WELL_DRESSED),
            )


def _handing(estate: Estate) -> Iterator[tuple[Edge, Request]]:
    """To each service that the other role trusts; what is run with it there does what its giver wants."""
    for role, other in _pairs(estate, same=True):
        if may_call(role, estate.boundaries[role.boundary_arn], "iam:PassRole"):
            for service in {s for one in statements(other.trust) for s in many(one["Principal"].get("Service", ()))}:
                context = {"iam:PassedToService": service}
                yield Edge(named(role), "hands on", named(other)), Request(role, "iam:PassRole", other.arn, context)


def _rewriting(estate: Estate) -> Iterator[tuple[Edge, Request]]:
    """What the other may do, or who may take it: with its boundary on, and as much as it can be."""
    for role, other in _pairs(estate, same=True):
        for action in REWRITING:
            if may_call(role, estate.boundaries[role.boundary_arn], action):
                context = {"iam:PermissionsBoundary": other.boundary_arn, "iam:PolicyARN": ADMINISTRATOR}
                known = context if action == "iam:AttachRolePolicy" else {"iam:PermissionsBoundary": other.boundary_arn}
                asked = {} if action == "iam:UpdateAssumeRolePolicy" else known
                yield Edge(named(role), "rewrites", named(other)), Request(role, action, other.arn, asked)


def _pairs(estate: Estate, same: bool = False) -> Iterator[tuple[Role, Role]]:
    for role in estate.roles:
        for other in estate.roles:
            if role is not other and (not same or role.environment == other.environment):
                yield role, other
