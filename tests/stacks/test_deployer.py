"""The role that deploys may call what the stacks' resources take to be made, read, changed and removed.

By action only: whether the resources and conditions of its policies fit is seen on AWS alone.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from synthesis import CHECKOUT, Synthesized

from groundway.environment import Environment, policies
from groundway_local.provider.resources import registry
from groundway_local.provider.spec import Op, Spec

# Services whose actions begin with another word than their API's name.
PREFIXES = {"accessanalyzer": "access-analyzer", "amp": "aps", "s3control": "s3"}


def actions(spec: Spec) -> Iterator[str]:
    """The IAM actions of a type's calls."""
    tagging = (spec.tagging.listing, spec.tagging.tag, spec.tagging.untag) if spec.tagging else ()
    calls = (spec.create, *spec.read, *(c for c in spec.update if isinstance(c, Op)), spec.delete, *tagging)
    prefix = PREFIXES.get(spec.service, spec.service)
    for call in calls:
        if call:
            yield f"{prefix}:{''.join(word.capitalize() for word in call.name.split('_'))}"


def allowed(action: str, *documents: str) -> bool:
    statements = [s for d in documents for s in json.loads(d)["Statement"] if s["Effect"] == "Allow"]
    return any(fnmatchcase(action.lower(), a.lower()) for s in statements for a in s["Action"])


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_ci_may_call_what_a_deploy_calls(
    name: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    environment = environments[name]
    deploying = policies.deploying(environment, CHECKOUT).values()
    boundary = policies.operator_boundary(environment, CHECKOUT)
    types = {r.type for r in synthesized.resources(name)}
    called = {a for t in types for a in actions(registry()[t])}
    assert len(called) > 100
    assert sorted(a for a in called if not allowed(a, *deploying)) == []
    assert sorted(a for a in called if not allowed(a, boundary)) == []


@pytest.mark.parametrize(
    "action", ["lambda:CreateFunction", "sts:GetFederationToken", "iam:CreateUser", "organizations:ListRoots"]
)
def test_ci_may_not_call_anything_else(action: str, environments: dict[str, Environment]) -> None:
    assert not allowed(action, *policies.deploying(environments["dev"], CHECKOUT).values())
