"""The contract: what the stacks publish is what the runtime loads, field by field, each from a real resource."""

import json
import re
from typing import Any

import pytest
from synthesis import Synthesized

from flights import workload
from groundway import platform
from groundway.environment import Environment
from groundway.tags import Team, Teams
from infra import cdk
from infra.cdk import TerraformStack
from infra.platform_record import PlatformRecord, resolved

REFERENCE = re.compile(r"^\$\{(?P<expression>[^}]+)\}$")
REMOTE = re.compile(r"^data\.terraform_remote_state\.(?P<state>[\w-]+)\.outputs\.(?P<output>[\w-]+)$")
# What the stacks know without asking AWS; everything else must refer to what AWS answers.
KNOWN = (
    "version",
    "environment",
    "account",
    "region",
    "tags.",
    "cluster.gpu_pools.",
    "cluster.karpenter.discovery_tag",
    "cluster.karpenter.pools.",
    "registry.port",
    "registry.database",
    "registry.iam_auth",
    "teams.",
)
# field -> the type and attribute that it must come from
PRODUCERS = {
    "cluster.karpenter.node_role_name": "aws_iam_role.name",
    "cluster.karpenter.instance_profile": "aws_iam_instance_profile.name",
    "cluster.karpenter.queue": "aws_sqs_queue.name",
    "network.vpc_id": "aws_vpc.id",
    "network.private_subnet_ids.0": "aws_subnet.id",
    "network.private_subnet_ids.1": "aws_subnet.id",
    "network.private_subnet_ids.2": "aws_subnet.id",
    "network.workload_security_group_id": "aws_security_group.id",
    "cluster.name": "aws_eks_cluster.name",
    "cluster.arn": "aws_eks_cluster.arn",
    "data.name": "aws_s3_bucket.bucket",
    "data.key_arn": "aws_kms_key.arn",
    "models.name": "aws_s3_bucket.bucket",
    "models.key_arn": "aws_kms_key.arn",
    "features.bucket.name": "aws_s3_bucket.bucket",
    "features.bucket.key_arn": "aws_kms_key.arn",
    "features.online_table": "aws_dynamodb_table.name",
    "features.glue_database": "aws_glue_catalog_database.name",
    "images.training": "aws_ecr_repository.repository_url",
    "images.serving": "aws_ecr_repository.repository_url",
    "roles.training": "aws_iam_role.arn",
    "roles.serving": "aws_iam_role.arn",
    "roles.pipelines": "aws_iam_role.arn",
    "roles.monitoring": "aws_iam_role.arn",
    "alerts_topic_arn": "aws_sns_topic.arn",
    "checkpoints.name": "aws_s3_bucket.bucket",
    "checkpoints.key_arn": "aws_kms_key.arn",
    "registry.host": "aws_db_instance.address",
    "features.workgroup": "aws_athena_workgroup.name",
    "features.groups.0": "aws_sagemaker_feature_group.feature_group_name",
    "images.signing_profile_arn": "aws_signer_signing_profile.arn",
}


def published(synthesized: Synthesized, environment: str) -> dict[str, Any]:
    [parameter] = synthesized.resources(environment, "aws_ssm_parameter")
    assert parameter.arguments["name"] == platform.parameter_name(environment)
    record: dict[str, Any] = json.loads(parameter.arguments["value"])
    return record


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, inner in items for k, v in leaves(inner, f"{path}{key}.").items()}
    return {path.removesuffix("."): value}


def producer(synthesized: Synthesized, stack: str, expression: str) -> str:
    """`type.attribute` of the resource that `expression`, found in `stack`, leads to; it must be there."""
    if remote := REMOTE.match(expression):
        content = synthesized.stacks[stack]
        state = content["data"]["terraform_remote_state"][remote["state"]]["config"]
        [stack] = [
            name
            for name, other in synthesized.stacks.items()
            if all(other["terraform"]["backend"]["s3"][k] == state[k] for k in ("bucket", "key", "region"))
        ]
        output = synthesized.stacks[stack]["output"][remote["output"]]["value"]
        found = REFERENCE.match(output)
        assert found, output
        return producer(synthesized, stack, found["expression"])
    kind, name, attribute = expression.split(".")
    assert name in synthesized.stacks[stack]["resource"][kind]
    return f"{kind}.{attribute}"


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_runtime_can_read_what_the_stacks_publish(
    environment: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    record = platform.parse(json.dumps(published(synthesized, environment)), "the synthesized parameter")
    data = environments[environment]
    assert (record.environment, record.account, record.region) == (environment, data.account, data.region)
    assert record.tags == data.cost_tags
    assert record.teams is not None
    assert set(record.teams) >= {data.tags.team, *data.budget.teams}
    assert record.require(data.cost_tags) == data.cost_tags
    assert record.require(workload.tags(record)).team == "network-operations"
    assert record.cluster.gpu_pools == tuple(data.gpu_pools)
    assert record.cluster.karpenter
    assert record.cluster.karpenter.pools == tuple(n for n, p in data.gpu_pools.items() if p.scaler == "karpenter")
    assert len(record.network.private_subnet_ids) == data.network.zones


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_field_comes_from_the_resource_it_names(environment: str, synthesized: Synthesized) -> None:
    found = {}
    record = published(synthesized, environment)
    fabric = record["cluster"]["karpenter"].pop("efa_security_group_id")
    assert (fabric is not None) is (environment == "prod")  # which alone has a pool with EFA
    for field, value in leaves(record).items():
        if field.startswith(KNOWN):
            continue
        reference = REFERENCE.match(str(value))
        assert reference, f"{field} is {value!r}: nothing produces it"
        found[field] = producer(synthesized, f"{environment}-observability", reference["expression"])
    zones = 2 if environment == "dev" else 3
    assert found == {f: p for f, p in PRODUCERS.items() if f != f"network.private_subnet_ids.{zones}"}


def test_each_room_has_its_own_resource(synthesized: Synthesized) -> None:
    """Training's image is not serving's, models are not data: swapped fields would parse all the same."""
    record = published(synthesized, "dev")
    for room in ("data", "models", "checkpoints"):
        assert f"{room}-bucket" in record[room]["name"]
    assert "features-bucket" in record["features"]["bucket"]["name"]
    for kind in ("training", "serving"):
        assert f"{kind}-images" in record["images"][kind]
        assert kind in record["roles"][kind].rpartition("aws_iam_role")[2]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_it_fits_into_a_standard_parameter(environment: str, synthesized: Synthesized) -> None:
    # The longest that AWS answers with names like ours; ids have 24 characters.
    longest = {True: "x" * 24, False: "x" * 105}
    [parameter] = synthesized.resources(environment, "aws_ssm_parameter")
    record = parameter.arguments["value"]
    made = re.sub(r"\$\{[^}]+\}", lambda found: longest[found[0].endswith("id}")], record)
    assert len(json.dumps(resolved(json.loads(record)), separators=(",", ":"))) == len(made) < 4096
    assert "tier" not in parameter.arguments


def test_a_record_of_many_teams_gets_a_larger_parameter(synthesized: Synthesized) -> None:
    record = platform.parse(json.dumps(published(synthesized, "prod")), "test")
    team = Team(cost_center={"default": "cc-1"}, projects=("p",))
    many = record.model_copy(update={"teams": Teams({f"team-{n}": team for n in range(20)})})
    stack = TerraformStack(cdk.Testing.app(), "stack")
    PlatformRecord(stack, "platform", many)
    [parameter] = json.loads(cdk.Testing.synth(stack))["resource"]["aws_ssm_parameter"].values()
    assert parameter["tier"] == "Advanced"
    assert platform.parse(parameter["value"], "test") == many


def test_a_record_that_does_not_fit_is_told_from_one_that_does(synthesized: Synthesized) -> None:
    record = published(synthesized, "dev")
    for broken in ({**record, "extra": 1}, {k: v for k, v in record.items() if k != "roles"}):
        with pytest.raises(platform.InvalidInput, match=r"extra|roles"):
            platform.parse(json.dumps(broken), "test")
