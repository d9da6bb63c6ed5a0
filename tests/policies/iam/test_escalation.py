"""Who can become whom, computed over all roles: `policies/iam/escalation.yaml` tells every step there is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from iam_escalation import Edge, edges, reached
from iam_grants import expanded, may_call
from iam_roles import Estate
from iam_tables import LINE, POLICIES, read

TOLD = read(POLICIES / "escalation.yaml")


@pytest.fixture(scope="module")
def found(estate: Estate) -> set[Edge]:
    return edges(estate)


def told(estate: Estate) -> Iterator[Edge]:
    """A step within an environment stands for all environments where both roles are."""
    there = {f"{role.environment.name}/{role.table}" for role in estate.roles}
    for step in TOLD["steps"]:
        assert step["because"]
        for whom in step["whom"]:
            if "/" in step["who"]:
                yield Edge(step["who"], step["how"], whom)
                continue
            for environment in estate.environments:
                edge = Edge(f"{environment}/{step['who']}", step["how"], f"{environment}/{whom}")
                if {edge.who, edge.whom} <= there:
                    yield edge


def test_every_step_from_role_to_role_is_told_and_no_other_is_possible(found: set[Edge], estate: Estate) -> None:
    expected = set(told(estate))
    assert sorted(found - expected) == [], "possible, and not in policies/iam/escalation.yaml"
    assert sorted(expected - found) == [], "in policies/iam/escalation.yaml, and not possible"


def test_nobody_comes_to_deploy_and_only_ci_to_what_people_may(found: set[Edge], estate: Estate) -> None:
    for who, whom in reached(found).items():
        assert not [one for one in whom if one.endswith("/ci")], who
        people = [one for one in whom if one.endswith(("/ops", "/engineers"))]
        assert not people or who.endswith("/ci"), who


def test_no_way_leads_into_another_environment_but_promotion(found: set[Edge]) -> None:
    across = {(e.who, e.whom) for e in found if e.who.split("/")[0] != e.whom.split("/")[0]}
    assert {whom.split("/")[1] for _, whom in across} == {"promotion-reader"}
    assert {who.split("/")[1] for who, _ in across} == {"ci", "ops", "pipelines"}
    onward = {e.who for e in found}
    assert not onward & {whom for _, whom in across}


def test_a_new_step_is_seen(estate: Estate) -> None:
    """Serving is given what engineers have: the steps that come of it are found, and told by nobody."""
    serving = next(role for role in estate.roles if role.arn.endswith("groundway-dev-serving"))
    passing = {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": ["*"]}
    wider = replace(serving, inline={**serving.inline, "new": {"Version": "2012-10-17", "Statement": [passing]}})
    assert edges(estate.with_role(wider), of=wider) - set(told(estate)) == {
        Edge("dev/serving", "hands on", "dev/training")
    } | {Edge("dev/serving", "hands on", "dev/karpenter-node")}


def ways() -> Mapping[str, Any]:
    return {name: way for name, way in TOLD["ways"].items() if name != LINE}


def test_the_known_ways_up_are_closed_or_told(estate: Estate) -> None:
    """Rights that together become more than they seem; by action alone, so rather too many than too few."""
    possible = {
        (role.table, name)
        for role in estate.roles
        for name, way in ways().items()
        if all(may_call(role, estate.boundaries[role.boundary_arn], action) for action in way["takes"])
    }
    accepted = {(role, name) for name, way in ways().items() for role in way.get("open to", {}) if role != LINE}
    assert sorted(possible - accepted) == []
    assert sorted(accepted - possible) == []


def test_the_known_ways_are_of_actions_that_exist() -> None:
    assert len(ways()) >= 25
    assert not [action for way in ways().values() for action in way["takes"] if not expanded(action)]
