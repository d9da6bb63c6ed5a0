"""What is wrong is said before anything changes, with the attribute named."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.slow

TABLE = {"name": "t", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "attribute": {"name": "id", "type": "S"}}
SUBNETS = ["subnet-1"]
ROLE = "arn:aws:iam::111122223333:role/r"
NODES = {
    "cluster_name": "c",
    "node_group_name": "n",
    "node_role_arn": ROLE,
    "subnet_ids": SUBNETS,
    "scaling_config": {"min_size": 0, "desired_size": 0, "max_size": 1},
}
SIZES = {"memory_mib": {"min": 1}, "vcpu_count": {"min": 1}}
ALARM = {
    "alarm_name": "a",
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 1,
    "metric_name": "m",
    "namespace": "n",
    "period": 60,
    "statistic": "Sum",
}
TRUST = '{"Version": "2012-10-17", "Statement": []}'

# (type, body, what the message names)
BAD = {
    "enumeration": ("aws_kms_key", {"key_usage": "SIGNING"}, "aws_kms_key.key_usage: 'SIGNING' is not one of"),
    "nested enumeration": (
        "aws_eks_node_group",
        {**NODES, "taint": {"key": "gpu", "effect": "NoSchedule"}},
        "aws_eks_node_group.taint[0].effect: 'NoSchedule' is not one of NO_SCHEDULE",
    ),
    "minimum": (
        "aws_eks_node_group",
        {**NODES, "scaling_config": {"min_size": 0, "desired_size": 0, "max_size": -3}},
        "aws_eks_node_group.scaling_config[0].max_size: -3 is less than the minimum 1",
    ),
    "maximum": (
        "aws_iam_role",
        {"name": "r", "assume_role_policy": TRUST, "max_session_duration": 99999},
        "aws_iam_role.max_session_duration: 99999 is more than the maximum 43200",
    ),
    "pattern": (
        "aws_iam_role",
        {"name": "with spaces", "assume_role_policy": TRUST},
        "aws_iam_role.name: 'with spaces' does not match",
    ),
    "length": (
        "aws_cloudwatch_log_group",
        {"name": "x" * 600},
        "aws_cloudwatch_log_group.name: 600 characters is more than the maximum 512",
    ),
    "type": (
        "aws_launch_template",
        {"block_device_mappings": {"device_name": "/dev/xvda", "ebs": {"encrypted": "perhaps"}}},
        "ebs[0].encrypted: 'perhaps' is no boolean",
    ),
    "list element": (
        "aws_glue_catalog_database",
        {"name": "d", "create_table_default_permission": {"permissions": ["READ"]}},
        "aws_glue_catalog_database.create_table_default_permission[0].permissions[0]: 'READ' is not one of ALL, SELECT",
    ),
    "pattern in a list": (
        "aws_launch_template",
        {"instance_requirements": {**SIZES, "allowed_instance_types": ["g5.*", "p5 48xlarge"]}},
        "instance_requirements[0].allowed_instance_types[1]: 'p5 48xlarge' does not match",
    ),
    "too many": (
        "aws_cloudwatch_metric_alarm",
        {**ALARM, "alarm_actions": [f"arn:aws:sns:eu-west-1:111122223333:t{n}" for n in range(6)]},
        "aws_cloudwatch_metric_alarm.alarm_actions: 6 elements is more than the maximum 5",
    ),
    "map key": (
        "aws_eks_node_group",
        {**NODES, "labels": {"k" * 64: "v"}},
        "aws_eks_node_group.labels." + "k" * 64 + ": the key 64 characters is more than the maximum 63",
    ),
    "map value": (
        "aws_eks_node_group",
        {**NODES, "labels": {"gpu": "v" * 64}},
        "aws_eks_node_group.labels.gpu: 64 characters is more than the maximum 63",
    ),
    "tag key": (
        "aws_iam_role",
        {"name": "r", "assume_role_policy": TRUST, "tags": {"what?": "x"}},
        "aws_iam_role.tags.what?: the key 'what?' does not match",
    ),
    "tag value": (
        "aws_sns_topic",
        {"name": "t", "tags": {"team": "x" * 300}},
        "aws_sns_topic.tags.team: 300 characters is more than the maximum 256",
    ),
    "time": (
        "aws_launch_template",
        {"instance_market_options": {"spot_options": {"valid_until": "tomorrow"}}},
        "instance_market_options[0].spot_options[0].valid_until: 'tomorrow' is no time",
    ),
    "one of two": (
        "aws_accessanalyzer_analyzer",
        {
            "analyzer_name": "a",
            "configuration": {
                "unused_access": {"unused_access_age": 90},
                "internal_access": {"analysis_rule": {"inclusion": {"account_ids": ["111122223333"]}}},
            },
        },
        "aws_accessanalyzer_analyzer.configuration[0]: only one of internal_access, unused_access is possible",
    ),
    "required in a block": (
        "aws_launch_template",
        {"credit_specification": {}},
        "aws_launch_template.credit_specification[0].cpu_credits: it is required",
    ),
    "what a function writes": (
        "aws_s3_bucket_lifecycle_configuration",
        {"bucket": "b", "rule": {"id": "r", "status": "On", "filter": {"prefix": "x"}, "expiration": {"days": 1}}},
        "aws_s3_bucket_lifecycle_configuration.rule[0].status: 'On' is not one of Enabled, Disabled",
    ),
    "what a step sets": (
        "aws_kms_key",
        {"enable_key_rotation": True, "rotation_period_in_days": 30},
        "aws_kms_key.rotation_period_in_days: 30 is less than the minimum 90",
    ),
    "no call for it": (
        "aws_iam_role",
        {"name": "r", "assume_role_policy": TRUST, "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
        "aws_iam_role.managed_policy_arns",
    ),
    "no call for a block": (
        "aws_dynamodb_table",
        {**TABLE, "replica": {"region_name": "us-west-2"}},
        "aws_dynamodb_table.replica",
    ),
    "no call for a nested attribute": (
        "aws_launch_template",
        {"network_interfaces": {"ipv4_address_count": 2}},
        "aws_launch_template.network_interfaces[0].ipv4_address_count",
    ),
}
GOOD = {
    "aws_eks_node_group": {**NODES, "taint": {"key": "gpu", "effect": "NO_SCHEDULE"}},
    "aws_iam_role": {"name": "r", "assume_role_policy": TRUST, "max_session_duration": 43200},
    "aws_dynamodb_table": TABLE,
    "aws_kms_key": {"enable_key_rotation": True, "rotation_period_in_days": 90, "deletion_window_in_days": 7},
    "aws_cloudwatch_metric_alarm": {**ALARM, "tags": {"team:of": "a/b"}},
    "aws_launch_template": {"block_device_mappings": {"device_name": "/dev/xvda", "ebs": {"encrypted": "true"}}},
}


@pytest.fixture(scope="module")
def said(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Address to what one `terraform validate` says about all the bad ones and all the good ones."""
    terraform = cloud.terraform(tmp_path_factory.mktemp("validate"))
    terraform.write({"terraform": {"required_providers": {"aws": {"source": "groundway.local/dev/aws"}}}}, "provider")
    found: dict[str, dict[str, Any]] = {}
    for name, (type_name, body, _) in BAD.items():
        found.setdefault(type_name, {})[name.replace(" ", "_")] = body
    for type_name, body in GOOD.items():
        found.setdefault(type_name, {})["good"] = body
    terraform.write({"resource": found})
    out: dict[str, list[dict[str, Any]]] = {}
    for diagnostic in terraform.validate()["diagnostics"]:
        out.setdefault(diagnostic.get("address", ""), []).append(diagnostic)
    return out


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_value_is_named(said, name):
    type_name, _, message = BAD[name]
    found = said.get(f"{type_name}.{name.replace(' ', '_')}", [])
    text = "\n".join(f"{d['summary']} {d['detail']}" for d in found)
    assert found, said
    assert message in text
    assert all(d["severity"] == "error" for d in found)


@pytest.mark.parametrize("type_name", GOOD)
def test_a_right_value_passes(said, type_name):
    assert f"{type_name}.good" not in said


def test_a_bad_plan_changes_nothing(cloud, terraform):
    type_name, body, message = BAD["maximum"]
    good = {"aws_sns_topic": {"this": {"name": "not-made"}}}
    terraform.write({"resource": {type_name: {"this": body}, **good}})
    ran = terraform.apply()
    assert ran.code == 1
    assert message in ran.errors
    assert "not-made" not in str(cloud.client("sns").list_topics()["Topics"])


def test_an_update_is_judged_as_a_create_is(cloud, terraform):
    key = {"description": "x", "enable_key_rotation": True, "rotation_period_in_days": 90}
    pool = {"name": "update-judged", "attribute": {"name": "id", "type": "S"}, "hash_key": "id"}
    table = {**pool, "billing_mode": "PAY_PER_REQUEST"}
    terraform.write({"resource": {"aws_kms_key": {"this": key}, "aws_dynamodb_table": {"this": table}}})
    terraform.applied()
    worse = {**table, "attribute": {"name": "id", "type": "text"}}
    longer = {**key, "rotation_period_in_days": 9999}
    terraform.write({"resource": {"aws_kms_key": {"this": longer}, "aws_dynamodb_table": {"this": worse}}})
    ran = terraform.apply()
    assert ran.code == 1
    assert "aws_kms_key.rotation_period_in_days: 9999 is more than the maximum 2560" in ran.errors
    assert "aws_dynamodb_table.attribute[0].type: 'text' is not one of S, N, B" in ran.errors
    assert terraform.state()["aws_kms_key.this"]["rotation_period_in_days"] == 90
    terraform.write({"resource": {"aws_kms_key": {"this": key}, "aws_dynamodb_table": {"this": table}}})
    assert terraform.destroy().code == 0
