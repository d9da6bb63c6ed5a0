"""The model registry: a database that is private, encrypted and kept, and packages that other accounts may read."""

import json
from typing import Any

import pytest
from sites import DEV

from groundway import environment
from infra import cdk, iam
from infra.cdk import TerraformStack
from infra.identity import Role, RoleProps
from infra.model_registry import ModelRegistry, ModelRegistryProps, packages_arn
from infra.registry_database import LOGS, RegistryDatabase, RegistryDatabaseProps
from infra.registry_events import RegistryEvents

OTHER = "222222222222"


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def database(stack: TerraformStack, size: dict[str, Any] | None = None, **more: Any) -> RegistryDatabase:
    props = RegistryDatabaseProps(
        site=DEV,
        database=environment.RegistryDatabase(**(size or {})),
        vpc_id="vpc-1",
        subnet_ids=["subnet-1", "subnet-2"],
        client_security_group_id="sg-workload",
        boundary_arn="boundary",
        key_arn="registry-key",
        telemetry_key_arn="telemetry-key",
        **more,
    )
    return RegistryDatabase(stack, "database", props)


def instance(stack: TerraformStack) -> dict[str, Any]:
    [made] = resources(stack, "aws_db_instance")
    return made


def test_it_is_kept_unless_somebody_says_otherwise(stack: TerraformStack) -> None:
    database(stack)
    made = instance(stack)
    assert made["lifecycle"]["prevent_destroy"] is True
    assert made["deletion_protection"] is True
    assert made["skip_final_snapshot"] is False
    assert made["final_snapshot_identifier"] == "groundway-dev-registry-final"
    assert made["delete_automated_backups"] is False
    assert made["apply_immediately"] is False


def test_one_that_is_not_protected_goes_without_a_trace(stack: TerraformStack) -> None:
    database(stack, protect=False)
    made = instance(stack)
    assert "lifecycle" not in made
    assert "final_snapshot_identifier" not in made
    assert made["deletion_protection"] is False
    assert made["skip_final_snapshot"] is True
    assert made["delete_automated_backups"] is True


def test_nobody_writes_down_a_password(stack: TerraformStack) -> None:
    database(stack)
    made = instance(stack)
    assert made["manage_master_user_password"] is True
    assert made["master_user_secret_kms_key_id"] == "registry-key"
    assert not {"password", "password_wo"} & made.keys()
    assert made["iam_database_authentication_enabled"] is True


def test_everything_of_it_is_encrypted(stack: TerraformStack) -> None:
    database(stack)
    made = instance(stack)
    assert made["storage_encrypted"] is True
    assert made["kms_key_id"] == made["performance_insights_kms_key_id"] == "registry-key"
    [group] = resources(stack, "aws_db_parameter_group")
    parameters = {p["name"]: p for p in group["parameter"]}
    assert parameters["rds.force_ssl"]["value"] == "1"
    assert made["parameter_group_name"].startswith("${aws_db_parameter_group.")


def test_a_static_parameter_waits_for_a_restart(stack: TerraformStack) -> None:
    """RDS refuses to apply one at once."""
    database(stack)
    [group] = resources(stack, "aws_db_parameter_group")
    methods = {p["name"]: p["apply_method"] for p in group["parameter"]}
    assert methods.pop("shared_preload_libraries") == "pending-reboot"
    assert set(methods.values()) == {"immediate"}


def test_only_workloads_reach_it(stack: TerraformStack) -> None:
    database(stack)
    made = instance(stack)
    assert made["publicly_accessible"] is False
    [rule] = resources(stack, "aws_vpc_security_group_ingress_rule")
    assert rule["referenced_security_group_id"] == "sg-workload"
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (5432, 5432, "tcp")
    assert "cidr_ipv4" not in rule
    assert resources(stack, "aws_vpc_security_group_egress_rule") == []
    [security_group] = resources(stack, "aws_security_group")
    assert not {"ingress", "egress"} & security_group.keys()
    [subnets] = resources(stack, "aws_db_subnet_group")
    assert subnets["subnet_ids"] == ["subnet-1", "subnet-2"]


def test_its_logs_have_a_group_before_it_writes_them(stack: TerraformStack) -> None:
    database(stack, log_retention_days=7)
    made = instance(stack)
    assert made["enabled_cloudwatch_logs_exports"] == list(LOGS)
    groups = resources(stack, "aws_cloudwatch_log_group")
    assert {g["name"] for g in groups} == {f"/aws/rds/instance/groundway-dev-registry/{kind}" for kind in LOGS}
    for group in groups:
        assert group["kms_key_id"] == "telemetry-key"
        assert group["retention_in_days"] == 7
    assert sum(d.startswith("aws_cloudwatch_log_group.") for d in made["depends_on"]) == len(LOGS)


@pytest.mark.parametrize("multi_az", [True, False])
def test_its_size_is_what_the_environment_says(multi_az: bool, stack: TerraformStack) -> None:
    size = {"instance_class": "db.r7g.xlarge", "storage_gb": 200, "max_storage_gb": 400}
    database(stack, {**size, "multi_az": multi_az, "backup_days": 14})
    made = instance(stack)
    assert made["instance_class"] == "db.r7g.xlarge"
    assert (made["allocated_storage"], made["max_allocated_storage"]) == (200, 400)
    assert made["multi_az"] is multi_az
    assert made["backup_retention_period"] == 14


def test_it_warns_before_it_is_full(stack: TerraformStack) -> None:
    watches = {w.name: w for w in database(stack, {"storage_gb": 100, "max_storage_gb": 200}).watches}
    assert watches["registry-storage"].limit == 10 * 2**30
    assert watches["registry-storage"].above is False
    assert set(watches) == {"registry-storage", "registry-cpu", "registry-connections"}
    assert {frozenset(w.dimensions.items()) for w in watches.values()} == {
        frozenset({("DBInstanceIdentifier", "groundway-dev-registry")})
    }


def test_a_role_may_log_in_as_one_user_of_this_database(stack: TerraformStack) -> None:
    statement = database(stack).allow("training")
    trust = [iam.trust(["sagemaker.amazonaws.com"], DEV.account)]
    Role(
        stack,
        "role",
        RoleProps(site=DEV, name="r", description="", trust=trust, boundary_arn="b", statements=[statement]),
    )
    policies = {p["name"]: p["policy"] for p in resources(stack, "aws_iam_role_policy")}
    [allowed] = json.loads(policies["r"])["Statement"]
    assert allowed["Action"] == ["rds-db:connect"]
    [resource] = allowed["Resource"]
    assert resource.startswith(f"arn:aws:rds-db:eu-west-1:{DEV.account}:dbuser:${{aws_db_instance.")
    assert resource.endswith(".resource_id}/training")


def test_its_events_reach_a_topic(stack: TerraformStack) -> None:
    RegistryEvents(stack, "events", "groundway-dev-registry", "topic")
    [subscription] = resources(stack, "aws_db_event_subscription")
    assert subscription["sns_topic"] == "topic"
    assert subscription["source_ids"] == ["groundway-dev-registry"]
    assert {"deletion", "failover", "failure", "low storage"} <= set(subscription["event_categories"])


def registry(stack: TerraformStack, **more: Any) -> None:
    ModelRegistry(stack, "registry", ModelRegistryProps(site=DEV, **more))


def test_packages_are_asked_for_by_their_own_arn_not_their_groups() -> None:
    assert packages_arn(DEV) == f"arn:aws:sagemaker:{DEV.region}:{DEV.account}:model-package/{DEV.prefix}-models/*"


def test_an_account_that_is_promoted_to_may_read_packages_and_change_none(stack: TerraformStack) -> None:
    registry(stack, readers=[OTHER])
    [policy] = resources(stack, "aws_sagemaker_model_package_group_policy")
    for statement in json.loads(policy["resource_policy"])["Statement"]:
        assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{OTHER}:root"]}
        assert all(a.startswith(("sagemaker:Describe", "sagemaker:List")) for a in statement["Action"])
        assert all("/groundway-dev-models" in r for r in statement["Resource"])


def test_without_one_nobody_else_reads_them(stack: TerraformStack) -> None:
    registry(stack)
    assert resources(stack, "aws_sagemaker_model_package_group_policy") == []


@pytest.mark.parametrize("protect", [True, False])
def test_protected_packages_are_kept(protect: bool, stack: TerraformStack) -> None:
    registry(stack, protect=protect)
    [group] = resources(stack, "aws_sagemaker_model_package_group")
    assert group.get("lifecycle", {}).get("prevent_destroy", False) is protect
