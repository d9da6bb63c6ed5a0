"""Who may do what: the roles of people, pipelines and promotion, and what bounds them."""

import json
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from sites import DEV

from groundway import environment, tags
from groundway.environment import Environment, load_all, policies
from infra import iam
from infra.access import AccessProps, engineers, operators, operators_trust
from infra.collector import CollectorProps, statements
from infra.job_network import JobNetwork
from infra.pod_identity import PodCluster
from infra.promotion import PromotionProps, trust

CHECKOUT = Path(__file__).parents[2]
MANAGED, INLINE, TRUST = 6144, 10240, 2048  # AWS's limits in characters; it counts no white space
OPS = "arn:aws:iam::111111111111:role/sso-ops"


@pytest.fixture(scope="module")
def environments() -> dict[str, Environment]:
    return load_all(CHECKOUT)


@pytest.fixture
def access() -> AccessProps:
    return AccessProps(
        site=DEV,
        access=environment.Access(),
        boundary_arn="boundary",
        state_bucket="states",
        jobs=JobNetwork(site=DEV, subnet_ids=["subnet-1"], security_group_ids=["sg-1"]),
        data_key_arn="data-key",
    )


def size(document: str) -> int:
    return len(re.sub(r"\s", "", document))


def long(name: str, e: Environment) -> Environment:
    """The same environment with the longest names that its model allows."""
    owner = e.tags.model_copy(update={"project": "p" * 20})
    return e.model_copy(update={"name": "e" * 20, "tags": owner, "region": "ap-southeast-2"})


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_boundaries_fit_into_a_policy_with_the_longest_names_too(
    name: str, environments: dict[str, Environment]
) -> None:
    for e in (environments[name], long(name, environments[name])):
        assert size(policies.workload_boundary(e, CHECKOUT)) <= MANAGED
        assert size(policies.operator_boundary(e, CHECKOUT)) <= MANAGED
        assert sum(map(size, policies.deploying(e, CHECKOUT).values())) <= INLINE
        assert size(policies.deployers(e, CHECKOUT)) <= TRUST


def by_sid(document: str) -> dict[str, dict[str, Any]]:
    return {s["Sid"]: s for s in json.loads(document)["Statement"]}


def denied(document: str, action: str, resource: str = "*") -> bool:
    """Whether a statement without a condition denies it."""
    return any(
        s["Effect"] == "Deny"
        and "Condition" not in s
        and any(fnmatchcase(action, a) for a in s["Action"])
        and any(fnmatchcase(resource, r) for r in s.get("Resource", ["*"]))
        and not any(fnmatchcase(resource, r) for r in s.get("NotResource", []))
        for s in json.loads(document)["Statement"]
    )


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_nobody_can_lift_what_bounds_them(name: str, environments: dict[str, Environment]) -> None:
    e = environments[name]
    bounds = policies.operator_boundary(e, CHECKOUT)
    policy = f"arn:aws:iam::{e.account}:policy"
    mine, theirs = f"{policy}/{e.prefix}-operator-boundary", f"{policy}/{e.prefix}-boundary"
    for action in ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"):
        assert denied(bounds, action, mine)
        assert denied(bounds, action, theirs)
    assert denied(bounds, "iam:DeletePolicy", mine)
    assert denied(bounds, "iam:DeleteRolePermissionsBoundary")
    assert denied(bounds, "iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{e.account}:role/{e.prefix}-ci")
    assert denied(bounds, "cloudtrail:StopLogging")
    assert denied(bounds, "organizations:LeaveOrganization")
    assert denied(bounds, "iam:CreateUser")
    assert denied(bounds, "sts:AssumeRole", f"arn:aws:iam::{e.account}:role/{e.prefix}-training")
    assert not denied(bounds, "sts:AssumeRole", "arn:aws:iam::1:role/groundway-dev-promotion-reader")
    for purpose in ("models", "evidence"):
        secret = f"arn:aws:secretsmanager:{e.region}:{e.account}:secret:groundway/{name}/signing/{purpose}-AbCdEf"
        assert denied(bounds, "secretsmanager:PutSecretValue", secret)
        parameter = f"arn:aws:ssm:{e.region}:{e.account}:parameter/groundway/{name}/signing/{purpose}"
        assert denied(bounds, "ssm:PutParameter", parameter)
    # What is no boundary may change, and what an unprotected environment is made of may go.
    assert not denied(bounds, "iam:CreatePolicyVersion", f"{policy}/{e.prefix}-spending-stopped")
    for action in ("cloudtrail:DeleteTrail", "guardduty:DeleteDetector"):
        assert denied(bounds, action) is e.protection
    assert denied(bounds, "iam:DeletePolicy", theirs) is e.protection


def test_a_role_without_a_boundary_cannot_be_made(environments: dict[str, Environment]) -> None:
    e = environments["prod"]
    boundaries = [f"arn:aws:iam::{e.account}:policy/{e.prefix}-{b}" for b in ("boundary", "operator-boundary")]
    deny = by_sid(policies.operator_boundary(e, CHECKOUT))["NoRoleWithoutABoundary"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"StringNotEquals": {"iam:PermissionsBoundary": boundaries}}
    allow = by_sid(policies.deploying(e, CHECKOUT)["ci-identity"])["BoundedRoles"]
    assert allow["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundaries}}
    makers = [
        s
        for d in policies.deploying(e, CHECKOUT).values()
        for s in json.loads(d)["Statement"]
        if any(fnmatchcase("iam:CreateRole", a) for a in s["Action"])
    ]
    assert makers == [allow]


def test_ci_deploys_this_environment_alone(environments: dict[str, Environment]) -> None:
    e = environments["dev"]
    for document in policies.deploying(e, CHECKOUT).values():
        assert "${" not in document
        assert "staging" not in document
        assert "prod" not in document
        for s in json.loads(document)["Statement"]:
            assert s["Effect"] == "Allow"
            assert "*" not in s["Action"]
            if "sts:AssumeRole" in s["Action"]:
                assert s["Resource"] == [f"arn:aws:iam::*:role/{e.tags.project}-*-promotion-reader"]
    state = by_sid(policies.deploying(e, CHECKOUT)["ci-services"])["State"]
    assert state["Resource"] == [f"arn:aws:s3:::{e.state_bucket}/dev/*"]


def test_operators_say_why_and_show_a_second_factor() -> None:
    here, there = operators_trust([OPS])
    for statement in (here, there):
        assert statement["Principal"] == {"AWS": [OPS]}
        assert statement["Condition"]["StringLike"] == {"aws:RequestTag/reason": "?*"}
        assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert here["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}
    assert there["Condition"]["StringEquals"] == {"aws:PrincipalTag/mfa": "true"}


def test_a_role_that_nobody_is_named_for_denies_everybody() -> None:
    assert operators_trust([]) == [iam.trust_roles([])]
    assert iam.trust_roles([])["Effect"] == "Deny"


def test_engineers_start_what_somebody_pays_for_where_jobs_belong(access: AccessProps) -> None:
    may = {s["Sid"]: s for s in engineers(access)}
    start = may["StartTraining"]
    assert set(start["Condition"]["StringLike"]) == {f"aws:RequestTag/{key}" for key in tags.KEYS}
    assert start["Condition"]["ForAllValues:StringEquals"]["sagemaker:VpcSubnets"] == ["subnet-1"]
    assert start["Condition"]["Null"]["sagemaker:VpcSubnets"] == "false"
    assert all("/groundway-dev-" in r for r in start["Resource"])
    passing = may["HandOnRoles"]
    assert passing["Resource"] == [
        f"arn:aws:iam::{DEV.account}:role/groundway-dev-{kind}" for kind in ("training", "serving")
    ]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    changing = re.compile(r":(Put|Delete|Update|Write|Create(?!TrainingJob|ProcessingJob))")
    assert not [a for s in may.values() for a in s["Action"] if changing.search(a)]


def test_engineers_decrypt_with_the_key_of_data_alone(access: AccessProps) -> None:
    [keys] = [s for s in engineers(access) if any(a.startswith("kms:") for a in s["Action"])]
    assert keys["Resource"] == ["data-key"]


def test_operators_do_not_deploy_or_read_data(access: AccessProps) -> None:
    actions = {a for s in operators(access) for a in s["Action"]}
    assert not [a for a in actions if a.startswith(("iam:", "cloudtrail:", "guardduty:"))]
    bucket = f"arn:aws:s3:::groundway-dev-{DEV.account}"
    assert {r for s in operators(access) if "s3:GetObject" in s["Action"] for r in s["Resource"]} == {
        "arn:aws:s3:::states/dev/*.tflock",
        "arn:aws:s3:::states/dev/release.journal.json",
        f"{bucket}-models/releases/*",
        f"{bucket}-evidence/evidence/*",
        f"{bucket}-evidence/sbom/*",
    }


def test_operators_use_keys_through_s3_alone(access: AccessProps) -> None:
    [keys] = [s for s in operators(access) if any(a.startswith("kms:") for a in s["Action"])]
    assert keys["Condition"]["StringEquals"] == {
        "kms:ViaService": f"s3.{DEV.region}.amazonaws.com",
        "aws:ResourceTag/environment": ["dev", "shared"],
    }


def test_operators_sign_evidence_and_no_model(access: AccessProps) -> None:
    [secrets] = [s for s in operators(access) if any(a.startswith("secretsmanager:") for a in s["Action"])]
    assert secrets["Action"] == ["secretsmanager:GetSecretValue"]
    assert [r.rpartition(":")[2] for r in secrets["Resource"]] == ["groundway/dev/signing/evidence-??????"]


def test_models_are_promoted_to_who_promotes_in_named_accounts_alone() -> None:
    class Arn:
        arn = "arn:aws:s3:::models"

    statement = trust(
        PromotionProps(
            site=replace(DEV, prefix="groundway-staging", environment="staging"),
            accounts=["333333333333"],
            models=Arn(),  # type: ignore[arg-type]  # the trust does not look at it
            key_arn="key",
            model_registry_arn="group",
            image_arns=["image"],
            boundary_arn="boundary",
        )
    )
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::333333333333:root"]}
    patterns = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    for kind in ("pipelines", "ci", "ops"):
        arn = f"arn:aws:iam::333333333333:role/groundway-prod-{kind}"
        assert any(fnmatchcase(arn, pattern) for pattern in patterns)
    for other in ("444444444444:role/groundway-prod-pipelines", "333333333333:role/groundway-prod-training"):
        assert not any(fnmatchcase(f"arn:aws:iam::{other}", pattern) for pattern in patterns)


def test_the_collector_writes_to_this_environments_prometheus() -> None:
    cluster = PodCluster(site=DEV, name="c", arn="arn")
    props = CollectorProps(site=DEV, cluster=cluster, boundary_arn="b")
    write = statements(props)[0]
    assert "aps:RemoteWrite" in write["Action"]
    assert write["Condition"] == {"StringEquals": {"aws:ResourceTag/environment": "dev"}}
