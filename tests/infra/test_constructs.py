"""Single constructs, with what no environment of ours sets: other processors, no statements."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sites import DEV

from groundway import environment
from groundway.environment import CpuPool, GpuPool
from infra import cdk, iam
from infra.cdk import Construct, TerraformStack
from infra.cluster import Cluster, ClusterProps
from infra.cpu_pools import CpuPools
from infra.gpu_pools import GpuPools
from infra.identity import PermissionBoundaryProps, Role, RoleProps, boundary_document
from infra.nodes import PoolsProps, node_role


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def place(scope: Construct) -> PoolsProps:
    return PoolsProps(
        site=DEV,
        cluster_name="c",
        vpc_id="vpc-1",
        subnet_ids=["subnet-1"],
        zones=["eu-west-1a"],
        security_group_ids=["sg-1"],
        node_role=node_role(scope, "node", DEV, "groundway-dev-node", "boundary"),
        tags={"team": "t"},
    )


@pytest.mark.parametrize(
    ("instance_type", "ami"), [("m7g.large", "AL2023_ARM_64_STANDARD"), ("m7i.large", "AL2023_x86_64_STANDARD")]
)
def test_cpu_pools_take_the_image_of_their_processor(instance_type: str, ami: str, stack: TerraformStack) -> None:
    CpuPools(stack, "cpu", place(stack), {"general": CpuPool(instance_types=(instance_type,), max=2)})
    [group] = resources(stack, "aws_eks_node_group")
    assert group["ami_type"] == ami
    assert "taint" not in group


@pytest.mark.parametrize(
    ("instance_type", "ami", "taint", "kind"),
    [
        ("g5.12xlarge", "AL2023_x86_64_NVIDIA", "nvidia.com/gpu", "a10g"),
        ("inf2.xlarge", "AL2023_x86_64_NEURON", "aws.amazon.com/neuron", "inferentia2"),
    ],
)
def test_gpu_pools_take_image_taint_and_labels_of_their_accelerator(
    instance_type: str, ami: str, taint: str, kind: str, stack: TerraformStack
) -> None:
    pool = GpuPool(instance_types=(instance_type,), max=2, labels={"workload": "x"})
    pools = GpuPools(stack, "gpu", place(stack), {"accelerated": pool})
    assert pools.names == ("accelerated",)
    [group] = resources(stack, "aws_eks_node_group")
    assert group["ami_type"] == ami
    assert group["taint"] == [{"key": taint, "value": "present", "effect": "NO_SCHEDULE"}]
    assert group["labels"] == {
        "groundway.dev/pool": "accelerated",
        "groundway.dev/accelerator": kind,
        "groundway.dev/accelerator-count": str(pool.accelerator.count),
        **({"k8s.amazonaws.com/accelerator": f"nvidia-{kind}"} if "NVIDIA" in ami else {}),
        "workload": "x",
    }
    assert group["scaling_config"] == {"min_size": 0, "desired_size": 0, "max_size": 2}


@pytest.mark.parametrize(("cidrs", "public"), [((), False), (("203.0.113.0/24",), True)])
def test_the_endpoint_is_public_only_for_named_networks(
    cidrs: tuple[str, ...], public: bool, stack: TerraformStack
) -> None:
    Cluster(
        stack,
        "cluster",
        ClusterProps(
            site=DEV,
            cluster=environment.Cluster(endpoint_access_cidrs=cidrs),
            vpc_id="vpc-1",
            subnet_ids=["subnet-1", "subnet-2"],
            workload_security_group_id="sg-1",
            boundary_arn="boundary",
            secrets_key_arn="key",
            log_key_arn="key",
        ),
    )
    [cluster] = resources(stack, "aws_eks_cluster")
    assert cluster["vpc_config"]["endpoint_public_access"] is public
    assert cluster["vpc_config"].get("public_access_cidrs", []) == list(cidrs)
    assert cluster["vpc_config"]["endpoint_private_access"] is True
    assert cluster["deletion_protection"] is True  # by default


def test_a_role_without_statements_has_no_policy(stack: TerraformStack) -> None:
    trust = [iam.trust(["ec2.amazonaws.com"])]
    bare = Role(stack, "bare", RoleProps(site=DEV, name="bare", description="", trust=trust, boundary_arn="b"))
    assert bare.ready == []
    assert resources(stack, "aws_iam_role_policy") == []
    able = RoleProps(
        site=replace(DEV, partition="aws-cn"),
        name="able",
        description="",
        trust=trust,
        boundary_arn="b",
        statements=[iam.allow("S", ["s3:GetObject"], ["arn:aws:s3:::b/*"])],
        managed=["AmazonEKSClusterPolicy"],
    )
    assert len(Role(stack, "able", able).ready) == 2
    [attachment] = resources(stack, "aws_iam_role_policy_attachment")
    assert attachment["policy_arn"] == "arn:aws-cn:iam::aws:policy/AmazonEKSClusterPolicy"


def test_a_boundary_with_an_unknown_placeholder_is_refused(tmp_path: Any) -> None:
    template = tmp_path / "boundary.json"
    template.write_text('{"Resource": "${acount}"}')
    props = PermissionBoundaryProps(site=DEV, template=template)
    with pytest.raises(KeyError, match="acount"):
        boundary_document(props)
