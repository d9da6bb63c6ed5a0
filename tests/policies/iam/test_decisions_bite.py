"""A role that is given more, or less, than its table says turns the table red: shown on changed roles of prod."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from iam_cases import cases, judged
from iam_roles import Document, Estate
from iam_tables import Names, Table

Statements = dict[str, dict[str, Any]]
CLAIMS = "token.actions.githubusercontent.com"


def anybody_of_the_organization(_: Statements, trust: Document) -> None:
    trust["Statement"][0]["Condition"] = {
        "StringEquals": {f"{CLAIMS}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{CLAIMS}:sub": "repo:example-org/*"},
    }


CHANGES: dict[str, tuple[str, Callable[[Statements, Document], Any]]] = {
    "any repository of the organization": ("ci", anybody_of_the_organization),
    "tokens for anybody": (
        "ci",
        lambda s, trust: trust["Statement"][0]["Condition"]["StringEquals"].pop(f"{CLAIMS}:aud"),
    ),
    "no second factor": ("ops", lambda s, trust: trust["Statement"][0]["Condition"].pop("Bool")),
    "another account's SageMaker": ("serving", lambda s, trust: trust["Statement"][0].pop("Condition")),
    "pods of any namespace": (
        "training",
        lambda s, trust: trust["Statement"][1]["Condition"]["StringEquals"].pop("aws:RequestTag/kubernetes-namespace"),
    ),
    "models are written": ("serving", lambda s, trust: s["ModelsRead"]["Action"].append("s3:PutObject")),
    "metrics in any name": ("serving", lambda s, trust: s["Metrics"].pop("Condition")),
    "interfaces for any service": (
        "training",
        lambda s, trust: s["HandInterfacesToSageMaker"]["Condition"].pop("StringEquals"),
    ),
    "jobs outside our network": ("engineers", lambda s, trust: s["StartTraining"]["Condition"].pop("Null")),
    "jobs that nobody pays for": ("engineers", lambda s, trust: s["StartTraining"]["Condition"].pop("StringLike")),
    "data cannot be read": ("training", lambda s, trust: s["BucketsRead"]["Resource"].pop(0)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_role_that_was_changed_turns_its_table_red(
    change: str, estate: Estate, names: Names, written: dict[str, Table]
) -> None:
    name, make = CHANGES[change]
    role = next(role for role in estate.roles if (role.table, role.environment.name) == (name, "prod"))
    inline, trust = copy.deepcopy(dict(role.inline)), copy.deepcopy(role.trust)
    make({s["Sid"]: s for document in inline.values() for s in document["Statement"]}, trust)
    changed = estate.with_role(replace(role, inline=inline, trust=trust))
    found = [c for c in judged(cases(written[name], changed, names), changed) if not c.holds]
    assert found
    assert {c.role.environment.name for c in found} == {"prod"}


def test_a_boundary_that_bounds_nothing_turns_tables_red(
    estate: Estate, names: Names, written: dict[str, Table]
) -> None:
    all_of_it = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    unbounded = copy.copy(estate)
    unbounded.boundaries = dict.fromkeys(estate.boundaries, all_of_it)
    some = [case for name in ("cluster", "node") for case in cases(written[name], unbounded, names)]
    assert {c.table for c in judged(some, unbounded) if not c.holds} == {"cluster", "node"}
