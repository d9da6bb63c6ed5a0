"""Who shares an environment's cluster: teams, their namespaces, and how many accelerators each may take.

A slice of a shared accelerator counts as a whole one: Kubernetes sees no difference.
"""

import re
from collections import Counter
from fractions import Fraction
from math import ceil
from pathlib import Path

from groundway import environment as environments
from groundway.environment import Environment
from groundway.environment.accelerators import RESOURCES
from groundway.environment.service_accounts import (
    KARPENTER,
    MONITORING,
    PIPELINES,
    SERVING,
    TRAINING,
    ServiceAccount,
)
from groundway.errors import InvalidInput
from groundway.tags import CostTags

POLICIES = "groundway-policies"
PLATFORM = (TRAINING, SERVING, PIPELINES, MONITORING)


def teams(environment: Environment) -> list[str]:
    """The team of the platform, and those with a budget of their own."""
    return sorted({environment.tags.team, *environment.budget.teams})


def namespaces(environment: Environment) -> dict[str, str]:
    """Namespace to the team that it belongs to: the platform's, and one for each team."""
    found = {account.namespace: environment.tags.team for account in PLATFORM}
    for team in teams(environment):
        name = f"team-{re.sub('[._]', '-', team.lower())}"
        if name in found:
            raise InvalidInput(
                f"environments/{environment.name}/environment.yaml: budget.teams: {found[name]} and {team} would share "
                f"the namespace {name}; rename one"
            )
        found[name] = team
    return found


def tags(environment: Environment, team: str, root: Path | None = None) -> CostTags:
    """What belongs to a team as a whole carries these; the platform's own where nobody says what the team's are."""
    known = environments.teams(environments.checkout(root))
    if team == environment.tags.team or known is None or team not in known:
        return environment.cost_tags.using(team=team)
    return known.standing(team, environment.name)


def identities(environment: Environment) -> list[ServiceAccount]:
    """Service accounts whose pods have a role on AWS."""
    return [*PLATFORM, *([KARPENTER] if environment.cluster.karpenter else [])]


def accelerators(environment: Environment) -> dict[str, int]:
    """Resource to how many of it all pools together have when they are full."""
    found: Counter[str] = Counter()
    for pool in environment.gpu_pools.values():
        found[RESOURCES[pool.accelerator.vendor]] += pool.max * pool.accelerator.count
    return dict(found)


def per_pod(environment: Environment) -> dict[str, int]:
    """Resource to how many of it the largest node has: a pod that asks for more never starts."""
    found: dict[str, int] = {}
    for pool in environment.gpu_pools.values():
        resource = RESOURCES[pool.accelerator.vendor]
        found[resource] = max(found.get(resource, 0), pool.accelerator.count)
    return found


def per_team(environment: Environment, team: str) -> dict[str, int]:
    """A team's part of all accelerators, as large as its part of the budget, rounded up.

    The platform's team has what is left of the budget when it is not named there.
    """
    budget = environment.budget
    own = budget.teams.get(team, budget.monthly_usd - sum(budget.teams.values()))
    part = Fraction(own) / Fraction(budget.monthly_usd)
    return {resource: ceil(count * part) for resource, count in accelerators(environment).items()}
