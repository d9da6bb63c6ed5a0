"""The cluster: who is let in, what its pods are given, its add-ons, with either kind of pod credentials."""

import json
from typing import Any

import pytest
from sites import DEV

from groundway import environment
from groundway.environment.service_accounts import TRAINING, ServiceAccount, workload
from infra import cdk
from infra.addons import BEFORE_NODES, IDENTITIES, Addons, AddonsProps
from infra.cdk import TerraformStack
from infra.cluster import Cluster, ClusterProps
from infra.cluster_access import ADMIN, ClusterAccess, Grant
from infra.pod_identity import PodRole, PodRoleProps

KINDS = ("pod_identity", "irsa")


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def made(stack: TerraformStack, **settings: Any) -> Cluster:
    return Cluster(
        stack,
        "cluster",
        ClusterProps(
            site=DEV,
            cluster=environment.Cluster(**settings),
            vpc_id="vpc-1",
            subnet_ids=["subnet-1", "subnet-2"],
            workload_security_group_id="sg-1",
            boundary_arn="boundary",
            secrets_key_arn="key",
            log_key_arn="key",
        ),
    )


def addons(stack: TerraformStack, cluster: Cluster, versions: dict[str, str | None]) -> None:
    node = cdk.aws.cloudwatch_log_group.CloudwatchLogGroup(stack, "nodes", name="stands-for-nodes")
    Addons(
        stack,
        "addons",
        AddonsProps(
            site=DEV,
            cluster=cluster.pods,
            addons=versions,
            boundary_arn="boundary",
            log_key_arn="key",
            nodes=[node],
            buckets=["arn:aws:s3:::data"],
            bucket_key_arns=["key"],
        ),
    )


def test_its_maker_is_let_in_by_an_entry_only_and_old_clusters_stay(stack: TerraformStack) -> None:
    made(stack)
    [cluster] = resources(stack, "aws_eks_cluster")
    assert cluster["access_config"] == {
        "authentication_mode": "API",
        "bootstrap_cluster_creator_admin_permissions": False,
    }
    # Whatever an old cluster says here, changing it would make a new cluster.
    assert cluster["lifecycle"]["ignore_changes"] == ["access_config[0].bootstrap_cluster_creator_admin_permissions"]


def test_a_grant_is_for_the_cluster_or_for_namespaces(stack: TerraformStack) -> None:
    edit = Grant("AmazonEKSEditPolicy", [TRAINING.namespace])
    ClusterAccess(stack, "engineers", DEV, "c", "arn:aws:iam::111111111111:role/e", [*ADMIN, edit])
    [entry] = resources(stack, "aws_eks_access_entry")
    assert (entry["type"], entry["principal_arn"]) == ("STANDARD", "arn:aws:iam::111111111111:role/e")
    scopes = {
        p["policy_arn"].rpartition("/")[2]: p["access_scope"]
        for p in resources(stack, "aws_eks_access_policy_association")
    }
    assert scopes == {
        "AmazonEKSClusterAdminPolicy": {"type": "cluster"},
        "AmazonEKSEditPolicy": {"type": "namespace", "namespaces": ["groundway-training"]},
    }


def pod_role(stack: TerraformStack, kind: str) -> str:
    """The trust policy of a role for the pods `jobs` in `work`."""
    cluster = made(stack, pod_credentials=kind)
    PodRole(
        stack,
        "role",
        PodRoleProps(
            cluster=cluster.pods,
            pods=ServiceAccount("work", "jobs"),
            name="groundway-dev-jobs",
            description="",
            boundary_arn="boundary",
        ),
    )
    [role] = [r for r in resources(stack, "aws_iam_role") if r["name"] == "groundway-dev-jobs"]
    document: str = role["assume_role_policy"]
    return document


def test_a_pod_identity_is_of_one_service_account_of_one_cluster(stack: TerraformStack) -> None:
    [statement] = json.loads(pod_role(stack, "pod_identity"))["Statement"]
    assert statement["Principal"] == {"Service": ["pods.eks.amazonaws.com"]}
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": DEV.account,
        "aws:RequestTag/kubernetes-namespace": "work",
        "aws:RequestTag/kubernetes-service-account": "jobs",
    }
    assert "aws_eks_cluster" in statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    [association] = resources(stack, "aws_eks_pod_identity_association")
    assert (association["namespace"], association["service_account"]) == ("work", "jobs")
    assert resources(stack, "aws_iam_openid_connect_provider") == []


def test_with_irsa_a_token_of_the_cluster_for_one_service_account_does(stack: TerraformStack) -> None:
    document = pod_role(stack, "irsa")
    issuer = '${replace(aws_eks_cluster.cluster_A4C38409.identity[0].oidc[0].issuer, "https://", "")}'
    assert issuer in document
    [statement] = json.loads(document.replace(issuer, "ISSUER"))["Statement"]
    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert statement["Condition"] == {
        "StringEquals": {"ISSUER:aud": "sts.amazonaws.com", "ISSUER:sub": "system:serviceaccount:work:jobs"}
    }
    [provider] = resources(stack, "aws_iam_openid_connect_provider")
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert resources(stack, "aws_eks_pod_identity_association") == []


@pytest.mark.parametrize("kind", KINDS)
def test_add_ons_that_call_aws_have_a_role_of_their_own(kind: str, stack: TerraformStack) -> None:
    cluster = made(stack, pod_credentials=kind)
    addons(stack, cluster, {"vpc-cni": "v1.21.1-eksbuild.3", "aws-ebs-csi-driver": None, "coredns": None})
    found = {a["addon_name"]: a for a in resources(stack, "aws_eks_addon")}
    assert found["vpc-cni"]["addon_version"] == "v1.21.1-eksbuild.3"
    assert "addon_version" not in found["coredns"]
    for name, addon in found.items():
        assert addon["resolve_conflicts_on_create"] == addon["resolve_conflicts_on_update"] == "OVERWRITE"
        identity = IDENTITIES.get(name)
        by_pods = addon.get("pod_identity_association", [])
        assert [a["service_account"] for a in by_pods] == (
            [identity.pods.name] if identity and kind == "pod_identity" else []
        )
        assert ("service_account_role_arn" in addon) is (identity is not None and kind == "irsa")
    names = {r["name"] for r in resources(stack, "aws_iam_role")}
    assert names == {"groundway-dev-cluster", "groundway-dev-vpc-cni", "groundway-dev-ebs-csi-driver"}


def test_what_runs_on_nodes_waits_for_them_and_what_nodes_need_does_not(stack: TerraformStack) -> None:
    addons(stack, made(stack), dict(environment.Cluster().addons))
    for addon in resources(stack, "aws_eks_addon"):
        waits = any("nodes" in d for d in addon.get("depends_on", []))
        assert waits is (addon["addon_name"] not in BEFORE_NODES), addon["addon_name"]


def test_insights_have_their_log_groups_made_and_cannot_make_more(stack: TerraformStack) -> None:
    addons(stack, made(stack), {"amazon-cloudwatch-observability": None})
    groups = {g["name"] for g in resources(stack, "aws_cloudwatch_log_group")}
    assert {g for g in groups if g.startswith("/aws/containerinsights/")} == {
        f"/aws/containerinsights/groundway-dev/{kind}" for kind in ("application", "dataplane", "host", "performance")
    }
    [policy] = resources(stack, "aws_iam_role_policy")
    assert "logs:CreateLogGroup" not in policy["policy"]


def test_each_kind_of_work_has_a_namespace_of_its_own() -> None:
    assert workload("training") == TRAINING
    assert workload("serving").namespace != TRAINING.namespace
    assert TRAINING.subject == "system:serviceaccount:groundway-training:training"
