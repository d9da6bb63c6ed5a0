"""The trust policies that the stacks write, judged as the local cloud judges them: who gets from where to where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from synthesis import Synthesized

from groundway.environment import Environment
from groundway_local.emulator.trust import Caller, refusal

NEXT = {"dev": "staging", "staging": "prod"}  # whose pipelines fetch models from where


def trust(synthesized: Synthesized, environment: str, name: str) -> dict[str, Any]:
    [role] = [
        r.arguments for r in synthesized.resources(environment, "aws_iam_role") if r.arguments["name"].endswith(name)
    ]
    policy: dict[str, Any] = json.loads(role["assume_role_policy"])
    return policy


def session(account: str, role: str) -> Caller:
    """Somebody who has assumed this role."""
    arn, principal = f"arn:aws:sts::{account}:assumed-role/{role}/run-1", f"arn:aws:iam::{account}:role/{role}"
    keys = {"aws:principalarn": principal, "aws:principalaccount": account}
    return Caller(arn, account, frozenset({arn, principal}), "AWS", keys)


def role_name(synthesized: Synthesized, environment: str, ending: str) -> str:
    roles = synthesized.resources(environment, "aws_iam_role")
    [name] = [r.arguments["name"] for r in roles if r.arguments["name"].endswith(ending)]
    return str(name)


@pytest.mark.parametrize("source", NEXT)
def test_the_next_environments_pipelines_read_models_and_nobody_else(
    source: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    policy = trust(synthesized, source, "-promotion-reader")
    accounts = {e: environments[e].account for e in environments}
    pipelines = role_name(synthesized, NEXT[source], "-pipelines")
    assert refusal(policy, "sts:AssumeRole", session(accounts[NEXT[source]], pipelines)) is None
    other = next(e for e in accounts if e not in (source, NEXT[source]))
    assert refusal(policy, "sts:AssumeRole", session(accounts[other], pipelines))
    assert refusal(policy, "sts:AssumeRole", session(accounts[NEXT[source]], "somebody-else"))


def test_prod_is_read_by_nobody(synthesized: Synthesized) -> None:
    roles = synthesized.resources("prod", "aws_iam_role")
    assert not [r for r in roles if r.arguments["name"].endswith("-promotion-reader")]
