"""Karpenter's AWS side: the controller starts nothing that is not this cluster's, and hears all that ends a node."""

import json
from typing import Any

import pytest
from sites import DEV

from groundway import tags
from infra import cdk
from infra.cdk import TerraformStack
from infra.interruptions import EVENTS
from infra.karpenter import Karpenter, KarpenterProps
from infra.karpenter_policy import STARTED
from infra.pod_identity import PodCluster

CLUSTER = DEV.prefix
STARTS = {"ec2:RunInstances", "ec2:CreateFleet"}
OWNED = f"kubernetes.io/cluster/{CLUSTER}"


def synthesized(**cluster: str) -> tuple[Karpenter, dict[str, dict[str, Any]]]:
    stack = TerraformStack(cdk.Testing.app(), "stack")
    made = Karpenter(
        stack,
        "karpenter",
        KarpenterProps(
            site=DEV,
            cluster=PodCluster(site=DEV, name=CLUSTER, arn="arn:cluster", **cluster),
            boundary_arn="boundary",
            pools=["burst"],
        ),
    )
    resources: dict[str, dict[str, Any]] = json.loads(cdk.Testing.synth(stack))["resource"]
    return made, resources


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    return synthesized()[1]


def only(made: dict[str, dict[str, Any]], kind: str) -> dict[str, Any]:
    [resource] = made[kind].values()
    return dict(resource)


@pytest.fixture(scope="module")
def statements(made: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(only(made, "aws_iam_role_policy")["policy"])["Statement"]
    return listed


def allowed(statements: list[dict[str, Any]], action: str, resource: str, **context: str) -> bool:
    """IAM's answer, for the operators that the policy uses: exact values, any value, a set of tag keys."""
    return any(
        action in s["Action"]
        and any(_arn(r, resource) for r in s["Resource"])
        and _met(s.get("Condition", {}), context)
        for s in statements
    )


def _arn(pattern: str, resource: str) -> bool:
    return pattern == "*" or (resource.startswith(pattern[:-1]) if pattern.endswith("*") else pattern == resource)


def _met(condition: dict[str, Any], context: dict[str, str]) -> bool:
    for operator, wanted in condition.items():
        for key, values in wanted.items():
            values = values if isinstance(values, list) else [values]
            if operator == "ForAllValues:StringEquals":
                met = set(context.get(key, "").split()) <= set(values)
            else:
                assert operator in ("StringEquals", "StringLike")
                met = key in context and ("*" in values or context[key] in values)
            if not met:
                return False
    return True


def arn(kind: str, account: str = DEV.account) -> str:
    return f"arn:aws:ec2:eu-west-1:{account}:{kind}/x"


def request(**changes: str | None) -> dict[str, str]:
    """What Karpenter says when it starts a node, with some of it other or left out."""
    said: dict[str, str | None] = {OWNED: "owned", "eks:eks-cluster-name": CLUSTER, "karpenter.sh/nodepool": "burst"}
    said |= dict.fromkeys(tags.KEYS, "x") | changes
    return {f"aws:RequestTag/{k}": v for k, v in said.items() if v is not None}


@pytest.mark.parametrize("action", sorted(STARTS))
@pytest.mark.parametrize("kind", STARTED)
def test_it_starts_what_is_tagged_as_its_own(action: str, kind: str, statements: list[dict[str, Any]]) -> None:
    assert allowed(statements, action, arn(kind), **request())
    for without in (OWNED, "karpenter.sh/nodepool", *tags.KEYS):
        assert not allowed(statements, action, arn(kind), **request(**{without: None})), without
    assert not allowed(statements, action, arn(kind), **request(**{OWNED: "shared"}))
    assert not allowed(statements, action, arn(kind), **request(**{"eks:eks-cluster-name": "another"}))
    assert not allowed(statements, action, arn(kind, "222222222222"), **request())


@pytest.mark.parametrize(
    ("kind", "tag", "value"),
    [("subnet", "karpenter.sh/discovery", CLUSTER), ("security-group", "environment", "dev")],
)
def test_it_starts_nodes_in_our_network_only(kind: str, tag: str, value: str, statements: list[dict[str, Any]]) -> None:
    assert allowed(statements, "ec2:RunInstances", arn(kind), **{f"aws:ResourceTag/{tag}": value})
    assert not allowed(statements, "ec2:RunInstances", arn(kind), **{f"aws:ResourceTag/{tag}": "another"})
    assert not allowed(statements, "ec2:RunInstances", arn(kind), **request())


@pytest.mark.parametrize(
    ("action", "kind"), [("ec2:TerminateInstances", "instance"), ("ec2:DeleteLaunchTemplate", "launch-template")]
)
def test_it_ends_its_own_and_nothing_else(action: str, kind: str, statements: list[dict[str, Any]]) -> None:
    own = {f"aws:ResourceTag/{OWNED}": "owned", "aws:ResourceTag/karpenter.sh/nodepool": "burst"}
    assert allowed(statements, action, arn(kind), **own)
    # A node of a managed node group has the first tag and not the second.
    assert not allowed(statements, action, arn(kind), **{f"aws:ResourceTag/{OWNED}": "owned"})
    assert not allowed(statements, action, arn(kind), **{**own, f"aws:ResourceTag/{OWNED}": "shared"})


def test_it_cannot_make_anything_its_own_by_tagging_it(statements: list[dict[str, Any]]) -> None:
    instance, asked = arn("instance"), {**request(), "aws:TagKeys": OWNED}
    assert allowed(statements, "ec2:CreateTags", instance, **asked, **{"ec2:CreateAction": "RunInstances"})
    assert not allowed(statements, "ec2:CreateTags", instance, **asked)
    own = {f"aws:ResourceTag/{OWNED}": "owned", "aws:ResourceTag/karpenter.sh/nodepool": "burst"}
    assert allowed(statements, "ec2:CreateTags", instance, **own, **{"aws:TagKeys": "Name"})
    assert not allowed(statements, "ec2:CreateTags", instance, **own, **{"aws:TagKeys": "Name cost-center"})


def test_it_gives_nodes_their_role_and_nothing_else_any(statements: list[dict[str, Any]]) -> None:
    [passing] = [s for s in statements if "iam:PassRole" in s["Action"]]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    [role] = passing["Resource"]
    assert "aws_iam_role.karpenter_node_role" in role
    everything = {a for s in statements if "*" in s["Resource"] for a in s["Action"]}
    looks = {"iam:ListInstanceProfiles", "pricing:GetProducts"}  # AWS knows no resource of these either
    assert all(a.startswith("ec2:Describe") or a in looks for a in everything)
    assert not [a for s in statements for a in s["Action"] if "*" in a]


def test_every_warning_reaches_the_queue_and_only_ours(made: dict[str, dict[str, Any]]) -> None:
    queue, policy = only(made, "aws_sqs_queue"), json.loads(only(made, "aws_sqs_queue_policy")["policy"])
    assert queue["sqs_managed_sse_enabled"] is True
    assert queue["message_retention_seconds"] == 300
    rules, targets = made["aws_cloudwatch_event_rule"], made["aws_cloudwatch_event_target"]
    assert len(rules) == len(EVENTS) == 5
    assert {t["rule"] for t in targets.values()} == {f"${{aws_cloudwatch_event_rule.{r}.name}}" for r in rules}
    assert {t["arn"] for t in targets.values()} == {"${aws_sqs_queue." + next(iter(made["aws_sqs_queue"])) + ".arn}"}
    send, plain = policy["Statement"]
    assert list(send["Condition"]) == ["ArnEquals"]
    sources = send["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert sorted(sources) == sorted(f"${{aws_cloudwatch_event_rule.{r}.arn}}" for r in rules)
    assert (plain["Effect"], plain["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    kinds = {json.loads(r["event_pattern"])["detail-type"][0] for r in rules.values()}
    assert kinds == {
        "AWS Health Event",
        "EC2 Capacity Reservation Instance Interruption Warning",
        "EC2 Instance Rebalance Recommendation",
        "EC2 Instance State-change Notification",
        "EC2 Spot Instance Interruption Warning",
    }


def test_its_nodes_may_join(made: dict[str, dict[str, Any]]) -> None:
    entry, profile = only(made, "aws_eks_access_entry"), only(made, "aws_iam_instance_profile")
    [node] = [key for key in made["aws_iam_role"] if "node" in key]
    assert entry["type"] == "EC2_LINUX"
    assert entry["principal_arn"] == f"${{aws_iam_role.{node}.arn}}"
    assert profile["role"] == f"${{aws_iam_role.{node}.name}}"
    assert all(role["permissions_boundary"] == "boundary" for role in made["aws_iam_role"].values())
    attached = {a["policy_arn"].rpartition("/")[2] for a in made["aws_iam_role_policy_attachment"].values()}
    assert attached == {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"}


def test_the_controller_is_the_pods_of_one_service_account(made: dict[str, dict[str, Any]]) -> None:
    association = only(made, "aws_eks_pod_identity_association")
    assert (association["namespace"], association["service_account"]) == ("kube-system", "karpenter")
    # With IRSA the service account names the role, and there is nothing to associate.
    record, other = synthesized(oidc_arn="arn:provider", oidc_issuer="issuer")
    assert "aws_eks_pod_identity_association" not in other
    assert record.record.pools == ("burst",)
    assert record.record.discovery_tag == "karpenter.sh/discovery"
