from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ACCOUNT = "111122223333"
TRUST = '{"Version": "2012-10-17", "Statement": []}'

NUMBERED = {"name": "minimal", "hash_key": "id", "attribute": {"name": "id", "type": "N"}}


def resources(**types: Any) -> dict[str, Any]:
    return {"resource": {f"aws_{t}": {"this": body} for t, body in types.items()}}


def provider(**attributes: Any) -> dict[str, Any]:
    return {"provider": {"aws": attributes}}


def test_default_tags_own_tags_and_foreign_tags(cloud, terraform):
    parameter = {"name": "/lifecycle/tags", "type": "String", "value": "x", "tags": {"own": "1", "team": "mine"}}
    defaults = {"default_tags": {"tags": {"team": "theirs", "env": "dev"}}}
    terraform.write({**resources(ssm_parameter=parameter), **provider(**defaults)})
    terraform.applied()
    state = terraform.state()["aws_ssm_parameter.this"]
    assert state["tags"] == {"own": "1", "team": "mine"}
    assert state["tags_all"] == {"own": "1", "team": "mine", "env": "dev"}
    ssm = cloud.client("ssm")
    listed = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/lifecycle/tags")["TagList"]
    assert {t["Key"]: t["Value"] for t in listed} == state["tags_all"]
    foreign = [{"Key": "foreign", "Value": "1"}]
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/lifecycle/tags", Tags=foreign)
    assert terraform.actions() == {"aws_ssm_parameter.this": ["update"]}
    terraform.applied()
    assert terraform.actions() == {}
    listed = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/lifecycle/tags")["TagList"]
    assert "foreign" not in {t["Key"] for t in listed}


def test_what_is_taken_out_of_the_configuration_goes_back_to_the_default(cloud, terraform):
    role = {"name": "lifecycle-role", "assume_role_policy": TRUST, "description": "text", "max_session_duration": 7200}
    group = {"name": "/lifecycle", "retention_in_days": 30}
    terraform.write(resources(iam_role=role, cloudwatch_log_group=group))
    terraform.applied()
    short = {k: role[k] for k in ("name", "assume_role_policy")}
    terraform.write(resources(iam_role=short, cloudwatch_log_group={"name": "/lifecycle"}))
    terraform.applied()
    assert terraform.actions() == {}
    found = cloud.client("iam").get_role(RoleName="lifecycle-role")["Role"]
    assert (found["MaxSessionDuration"], found.get("Description", "")) == (3600, "")
    logged = cloud.client("logs").describe_log_groups(logGroupNamePrefix="/lifecycle")["logGroups"][0]
    assert "retentionInDays" not in logged


def test_a_create_that_cannot_be_completed_taints(cloud, terraform):
    gateway = {"vpc_id": "vpc-00000000000000000"}
    terraform.write(resources(internet_gateway=gateway))
    ran = terraform.apply()
    assert ran.code == 1
    assert "vpc-00000000000000000" in ran.errors
    kept = json.loads((terraform.directory / "terraform.tfstate").read_text())["resources"][0]["instances"][0]
    assert kept["status"] == "tainted"
    known = cloud.client("ec2").describe_internet_gateways(InternetGatewayIds=[kept["attributes"]["id"]])
    assert len(known["InternetGateways"]) == 1
    terraform.write(resources(internet_gateway={}))
    assert terraform.actions() == {"aws_internet_gateway.this": ["delete", "create"]}
    terraform.applied()
    assert terraform.destroy().code == 0


def test_a_failed_update_and_a_failed_destroy_change_no_record(cloud, terraform):
    bucket = {"bucket": "lifecycle-full", "tags": {"a": "b"}}
    terraform.write(resources(s3_bucket=bucket))
    terraform.applied()
    cloud.client("s3").put_object(Bucket="lifecycle-full", Key="k", Body=b"x")
    ran = terraform.destroy()
    assert ran.code == 1
    assert "BucketNotEmpty" in ran.errors
    assert "aws_s3_bucket.this" in terraform.state()
    terraform.write(resources(s3_bucket={**bucket, "force_destroy": True}))
    terraform.applied()
    assert terraform.destroy().code == 0


def test_lifecycle_timeouts_count_prefixes_and_unknown_values(cloud, terraform):
    table = {
        "name": "lifecycle",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": {"name": "id", "type": "S"},
        "tags": {"key": "${aws_kms_key.this.arn}"},  # unknown in the first plan
        "timeouts": {"create": "5m"},
        "lifecycle": {"ignore_changes": ["deletion_protection_enabled"]},
    }
    config = resources(
        kms_key={"deletion_window_in_days": 7},
        dynamodb_table=table,
        sns_topic={"name_prefix": "lifecycle-", "count": 2},
        ssm_parameter={"name": "/lifecycle/secret", "type": "SecureString", "value": "geheim"},
    )
    terraform.write(config)
    terraform.applied()
    assert terraform.actions() == {}
    state = terraform.state()
    assert state["aws_dynamodb_table.this"]["tags_all"]["key"] == state["aws_kms_key.this"]["arn"]
    names = [state[f"aws_sns_topic.this[{i}]"]["name"] for i in range(2)]
    assert len(set(names)) == 2
    assert all(n.startswith("lifecycle-") for n in names)
    cloud.client("dynamodb").update_table(TableName="lifecycle", DeletionProtectionEnabled=True)
    assert terraform.actions() == {}  # ignored, as configured
    cloud.client("dynamodb").update_table(TableName="lifecycle", DeletionProtectionEnabled=False)
    assert "geheim" not in terraform.run("show").text  # the value is sensitive
    assert terraform.destroy().code == 0


def test_another_region_and_account(cloud, terraform):
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    cloud.client("iam", account="444455556666").create_role(RoleName="deployer", AssumeRolePolicyDocument=policy)
    roles = {"assume_role": {"role_arn": "arn:aws:iam::444455556666:role/deployer"}}
    terraform.write(
        {
            "provider": {"aws": [{}, {"alias": "other", **roles}]},
            "resource": {
                "aws_sns_topic": {
                    "here": {"name": "here", "region": "us-west-2"},
                    "there": {"name": "there", "provider": "aws.other"},
                }
            },
            "data": {
                "aws_caller_identity": {"here": {}, "there": {"provider": "aws.other"}},
                "aws_region": {"here": {}},
                "aws_partition": {"here": {}},
                "aws_availability_zones": {
                    "here": {"state": "available", "filter": [{"name": "zone-type", "values": ["availability-zone"]}]},
                    "near": {"filter": [{"name": "zone-type", "values": ["local-zone"]}]},
                },
            },
            "output": {
                "here": {"value": "${data.aws_caller_identity.here.account_id}"},
                "there": {"value": "${data.aws_caller_identity.there.account_id}"},
                "region": {"value": "${data.aws_region.here.region}"},
                "partition": {"value": "${data.aws_partition.here.partition}"},
                "zones": {"value": "${data.aws_availability_zones.here.names}"},
                "near": {"value": "${data.aws_availability_zones.near.names}"},
            },
        }
    )
    terraform.applied()
    outputs = {k: v["value"] for k, v in json.loads(terraform.run("output", "-json").text).items()}
    assert (outputs["here"], outputs["there"]) == (ACCOUNT, "444455556666")
    assert (outputs["region"], outputs["partition"]) == ("eu-west-1", "aws")
    assert (outputs["zones"], outputs["near"]) == (["eu-west-1a", "eu-west-1b", "eu-west-1c"], [])
    arns = [terraform.state()[f"aws_sns_topic.{n}"]["arn"] for n in ("here", "there")]
    assert arns == ["arn:aws:sns:us-west-2:111122223333:here", "arn:aws:sns:eu-west-1:444455556666:there"]
    assert terraform.actions() == {}
    assert terraform.destroy().code == 0


def test_what_nobody_asked_for_is_left_alone_until_it_changes(cloud, terraform):
    """AWS fills in much that is not configured; that is no drift, but a change of it is."""
    terraform.write(
        resources(
            ecr_repository={"name": "minimal"},
            vpc={"cidr_block": "10.0.0.0/16"},
            subnet={"vpc_id": "${aws_vpc.this.id}", "cidr_block": "10.0.1.0/24"},
            security_group={"vpc_id": "${aws_vpc.this.id}"},
            launch_template={"instance_type": "m6i.large"},
            iam_role={"name": "minimal", "assume_role_policy": TRUST},
            eks_cluster={
                "name": "minimal",
                "role_arn": "${aws_iam_role.this.arn}",
                "vpc_config": {"subnet_ids": ["${aws_subnet.this.id}"]},
            },
            eks_node_group={
                "cluster_name": "${aws_eks_cluster.this.name}",
                "node_role_arn": "${aws_iam_role.this.arn}",
                "subnet_ids": ["${aws_subnet.this.id}"],
                "scaling_config": {"min_size": 0, "desired_size": 0, "max_size": 1},
            },
            s3_bucket={},
            sns_topic={"name": "minimal"},
            kms_key={},
            dynamodb_table={**NUMBERED, "read_capacity": 1, "write_capacity": 1},
            budgets_budget={"name": "minimal", "budget_type": "COST", "limit_amount": "5.0", "time_unit": "MONTHLY"},
            cloudwatch_metric_alarm={
                "alarm_name": "minimal",
                "namespace": "N",
                "metric_name": "M",
                "comparison_operator": "LessThanThreshold",
                "evaluation_periods": 1,
                "period": 60,
                "statistic": "Sum",
                "threshold": 1,
            },
        )
    )
    ran = terraform.applied()
    assert ran.diagnostics("warning") == []
    assert terraform.actions() == {}
    topic = terraform.state()["aws_sns_topic.this"]["arn"]
    sns = cloud.client("sns")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="somebody's")
    encrypted = terraform.state()["aws_ecr_repository.this"]["encryption_configuration"]
    assert encrypted == []
    assert terraform.actions() == {"aws_sns_topic.this": ["update"]}
    terraform.applied()
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == ""
    assert terraform.destroy().code == 0


def test_a_protected_cluster_is_not_deleted(cloud, terraform):
    cluster = {
        "name": "lifecycle",
        "role_arn": "${aws_iam_role.this.arn}",
        "vpc_config": {"subnet_ids": ["${aws_subnet.this.id}"]},
        "deletion_protection": True,
    }
    config = resources(
        vpc={"cidr_block": "10.0.0.0/16"},
        subnet={"vpc_id": "${aws_vpc.this.id}", "cidr_block": "10.0.1.0/24"},
        iam_role={"name": "lifecycle-cluster", "assume_role_policy": TRUST},
        eks_cluster=cluster,
    )
    terraform.write(config)
    terraform.applied()
    ran = terraform.destroy()
    assert ran.code == 1
    assert "deletionProtection" in ran.errors
    terraform.write(
        {
            **config,
            "resource": {**config["resource"], "aws_eks_cluster": {"this": {**cluster, "deletion_protection": False}}},
        }
    )
    terraform.applied()
    assert terraform.destroy().code == 0


def test_it_is_a_plugin_and_says_so():
    ran = subprocess.run([sys.executable, "-m", "groundway_local.provider"], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "Terraform starts it" in ran.stderr
    assert "Traceback" not in ran.stderr
