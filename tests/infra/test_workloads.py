"""Buckets, and where jobs run: what expires, what is kept, and that a job's interfaces lie in our subnets only."""

import json
from pathlib import Path
from typing import Any

import pytest
from sites import DEV

from groundway.environment import load_all
from infra import cdk, iam
from infra.buckets import Bucket, BucketProps
from infra.cdk import App, TerraformStack
from infra.identity import Role, RoleProps
from infra.job_logs import JobLogs
from infra.job_network import JobNetwork
from stacks.app import add
from stacks.cloud import Cloud

CHECKOUT = Path(__file__).parents[2]
NETWORK = JobNetwork(site=DEV, subnet_ids=["subnet-1", "subnet-2"], security_group_ids=["sg-1"])
STATEFUL = (
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_ecr_repository",
    "aws_s3_bucket",
    "aws_sagemaker_feature_group",
)


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def rules(stack: TerraformStack, **more: Any) -> dict[str, dict[str, Any]]:
    Bucket(stack, "bucket", BucketProps(name="groundway-dev-data", key_arn="key", **more))
    [lifecycle] = resources(stack, "aws_s3_bucket_lifecycle_configuration")
    return {r["id"]: r for r in lifecycle["rule"]}


def test_objects_stay_unless_somebody_says_otherwise(stack: TerraformStack) -> None:
    assert set(rules(stack)) == {"expire-old-versions"}


def test_checkpoints_expire_and_results_of_queries_alone(stack: TerraformStack) -> None:
    made = rules(stack, expire={"": 14, "queries/": 30})
    assert made["expire-objects"]["expiration"] == [{"days": 14}]
    assert made["expire-objects"]["filter"] == [{"prefix": ""}]
    assert made["expire-queries"]["filter"] == [{"prefix": "queries/"}]


def test_old_data_moves_to_cheaper_storage(stack: TerraformStack) -> None:
    assert rules(stack, tier_days=30)["tier"]["transition"] == [{"days": 30, "storage_class": "INTELLIGENT_TIERING"}]


def statements() -> dict[str, iam.Statement]:
    return {s["Sid"]: s for s in NETWORK.interfaces()}


def test_a_jobs_interfaces_lie_in_our_subnets_and_wear_our_groups() -> None:
    here = f"arn:aws:ec2:eu-west-1:{DEV.account}"
    made = statements()
    assert made["MakeInterfaces"]["Resource"] == [
        f"{here}:subnet/subnet-1",
        f"{here}:subnet/subnet-2",
        f"{here}:security-group/sg-1",
    ]
    for sid in ("MakeOurInterfaces", "HandInterfacesToSageMaker", "RemoveInterfaces"):
        assert made[sid]["Resource"] == [f"{here}:network-interface/*"]
        assert made[sid]["Condition"]["ArnEquals"] == {
            "ec2:Subnet": [f"{here}:subnet/subnet-1", f"{here}:subnet/subnet-2"]
        }


def test_interfaces_are_handed_to_sagemaker_and_nobody_else() -> None:
    condition = statements()["HandInterfacesToSageMaker"]["Condition"]
    assert condition["StringEquals"] == {"ec2:AuthorizedService": "sagemaker.amazonaws.com"}


def test_only_looking_needs_no_resource() -> None:
    everywhere = [a for s in NETWORK.interfaces() if "*" in s["Resource"] for a in s["Action"]]
    assert everywhere
    assert all(a.startswith("ec2:Describe") for a in everywhere)


def test_who_starts_a_job_must_say_where(stack: TerraformStack) -> None:
    """`ForAllValues` holds when there are no values: without `Null`, a job outside the VPC would pass."""
    condition = NETWORK.only_here()
    assert condition["ForAllValues:StringEquals"]["sagemaker:VpcSubnets"] == ["subnet-1", "subnet-2"]
    assert condition["Null"] == {"sagemaker:VpcSubnets": "false", "sagemaker:VpcSecurityGroupIds": "false"}
    start = iam.allow("Start", ["sagemaker:CreateTrainingJob"], ["arn:aws:sagemaker:*:*:training-job/p-*"], condition)
    trust = [iam.trust(["sagemaker.amazonaws.com"], DEV.account)]
    Role(
        stack, "role", RoleProps(site=DEV, name="r", description="", trust=trust, boundary_arn="b", statements=[start])
    )
    [policy] = resources(stack, "aws_iam_role_policy")
    assert json.loads(policy["policy"])["Statement"][0]["Condition"] == condition


def test_logs_of_jobs_have_a_group_before_the_first_job(stack: TerraformStack) -> None:
    JobLogs(stack, "logs", "key", 30)
    groups = {g["name"]: g for g in resources(stack, "aws_cloudwatch_log_group")}
    assert set(groups) == {f"/aws/sagemaker/{kind}Jobs" for kind in ("Processing", "Training", "Transform")}
    assert all(g["kms_key_id"] == "key" and g["retention_in_days"] == 30 for g in groups.values())


@pytest.mark.parametrize("word", [True, False])
def test_with_protection_nothing_stateful_can_be_destroyed_without_the_word(word: bool, tmp_path: Path) -> None:
    """`prevent_destroy` is what Terraform refuses by; the word lifts it from all of them together."""
    prod = load_all(CHECKOUT)["prod"]
    assert prod.protection
    app = App(outdir=str(tmp_path))
    add(app, prod.unprotected() if word else prod, Cloud.LOCAL)
    app.synth()
    found = dict.fromkeys(STATEFUL, 0)
    for file in tmp_path.glob("stacks/*/cdk.tf.json"):
        for kind, members in json.loads(file.read_text())["resource"].items():
            for made in members.values() if kind in STATEFUL else ():
                found[kind] += 1
                assert made.get("lifecycle", {}).get("prevent_destroy", False) is not word, (kind, made)
    assert all(found.values()), found


def test_an_unprotected_database_comes_of_no_protected_environment(tmp_path: Path) -> None:
    environments = load_all(CHECKOUT)
    app = App(outdir=str(tmp_path))
    for one in environments.values():
        add(app, one, Cloud.LOCAL)
    app.synth()
    for name, one in environments.items():
        content = json.loads((tmp_path / "stacks" / f"{name}-ml" / "cdk.tf.json").read_text())
        [made] = content["resource"]["aws_db_instance"].values()
        assert made["deletion_protection"] is one.protection
        assert made["skip_final_snapshot"] is not one.protection
        assert made["publicly_accessible"] is False
        assert made["multi_az"] is one.registry.multi_az
