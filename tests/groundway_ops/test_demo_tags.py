"""The walk over everything that a cloud holds finds what has no cost tags. What it walks after a demo: test_tour.py."""

import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

sys.path.insert(0, str(Path(__file__).parent))

from tag_kinds import LISTED, PARTS, UNTAGGABLE
from tag_walk import Found, faults, plain, unknown, walk

from groundway import environment as environments
from groundway.tags import CostTags

CHECKOUT = Path(__file__).parents[2]
TAGS = CostTags(
    team="ml-platform", project="groundway", environment="dev", cost_center="cc-1001", owner="ml-platform"
).aws()
ACCOUNT, REGION = "123456789012", "eu-west-1"
# what moto has no backend for, or lacks in it; the local cloud has
LACKING = {"accessanalyzer", "amp", "budgets", "ce", "eks", "guardduty", "iam", "sagemaker", "signer"}


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in tags.items()]


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("ec2", REGION)


def walked(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    monkeypatch.setattr("tag_walk.LISTED", tuple(one for one in LISTED if one.service not in LACKING))
    return list(walk(lambda service: boto3.client(service, REGION), ACCOUNT, REGION, []))


def test_what_was_launched_without_tags_is_named(ec2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[spec("vpc")])["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", TagSpecifications=[spec("subnet")])["Subnet"]
    ec2.create_tags(Resources=[group["GroupId"] for group in groups(ec2, vpc)], Tags=pairs(TAGS))
    ec2.create_tags(Resources=[rule["SecurityGroupRuleId"] for rule in rules(ec2, vpc)], Tags=pairs(TAGS))
    started = ec2.run_instances(
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet["SubnetId"],
        ImageId="ami-12c6146b",
        TagSpecifications=[spec("instance")],
    )["Instances"][0]
    [volume] = [m["Ebs"]["VolumeId"] for m in described(ec2, started["InstanceId"])["BlockDeviceMappings"]]
    [interface] = [i["NetworkInterfaceId"] for i in started["NetworkInterfaces"]]
    found = walked(monkeypatch)
    told = faults([one for one in found if not one.excused], environments.teams(CHECKOUT))
    every = ", ".join(TAGS)
    assert told == [f"ec2 enis {interface}: no {every}", f"ec2 volumes {volume}: no {every}"]
    assert {one.kind for one in found if one.excused} == {"network_acls", "route_tables"}  # the VPC's own
    ec2.create_tags(Resources=[interface, volume], Tags=pairs(TAGS))
    found = walked(monkeypatch)
    assert faults([one for one in found if not one.excused], environments.teams(CHECKOUT)) == []
    assert {"reservations.Instance", "volumes", "enis", "subnets", "vpcs"} <= {one.kind for one in found}


def test_buckets_queues_topics_and_keys_are_asked(ec2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that are asked for tags one by one, each with its own form of them."""
    where = {"LocationConstraint": REGION}
    boto3.client("s3", REGION).create_bucket(Bucket="tagged", CreateBucketConfiguration=where)
    boto3.client("s3", REGION).put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": pairs(TAGS)})
    boto3.client("sqs", REGION).create_queue(QueueName="q", tags=TAGS)
    boto3.client("sns", REGION).create_topic(Name="t", Tags=pairs(TAGS))
    tags = [{"TagKey": k, "TagValue": v} for k, v in TAGS.items()]
    boto3.client("kms", REGION).create_key(Tags=tags)
    bare = boto3.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"]
    found = [one for one in walked(monkeypatch) if one.service != "ec2"]
    assert sorted((one.kind, len(one.tags)) for one in found) == [
        ("buckets", 7), ("keys", 0), ("keys", 7), ("queues", 7), ("topics", 7),
    ]  # fmt: skip
    assert [text.split(":")[0] for text in faults(found, None)] == [f"kms keys {bare}"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"team": "nobody"}, "team: 'nobody' is not allowed"),
        ({"cost-center": "cc-9"}, "cost-center: 'cc-9' is not allowed"),
        ({"model": "not a value"}, "model: String should match pattern"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_values_that_are_not_allowed_are_named(change: dict[str, str], told: str) -> None:
    teams = environments.teams(CHECKOUT)
    assert faults([Found("s3", "buckets", "b", TAGS)], teams) == []
    [text] = faults([Found("s3", "buckets", "b", {**TAGS, **change})], teams)
    assert text.startswith(f"s3 buckets b: {told}")


def test_what_no_table_speaks_of_is_named() -> None:
    found = [Found("sqs", "queues", "q", TAGS)]
    held = {"sqs": {"queues": 1, "queues.Route": 3}, "cloudwatch": {"dashboards": 2}}
    assert unknown(held, found) == []
    assert unknown({"sqs": {"queues": 2}}, found) == ["sqs queues: 2 are held, 1 were found"]
    assert unknown({"kafka": {"clusters": 1}}, found)[0].startswith("kafka clusters: say in tag_kinds.py")
    assert unknown({"sqs": {"queues.New": 1}}, found)[0].startswith("sqs queues.New: say")


def test_reasons_are_given_and_no_kind_is_both() -> None:
    kinds = [(one.service, one.kind) for one in LISTED]
    assert len(kinds) == len(set(kinds))
    assert not UNTAGGABLE.keys() & set(kinds)
    assert all(UNTAGGABLE.values())
    assert not PARTS & {kind for _, kind in kinds}


@pytest.mark.parametrize(
    "tags",
    [TAGS, pairs(TAGS), [{"key": k, "value": v} for k, v in TAGS.items()]],
    ids=["map", "Key", "key"],
)
def test_tags_in_any_form(tags: Any) -> None:
    assert plain(tags) == TAGS
    assert plain([{"TagKey": k, "TagValue": v} for k, v in TAGS.items()]) == TAGS
    assert plain(None) == {}


def spec(kind: str) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": pairs(TAGS)}


def groups(ec2: Any, vpc: str) -> list[dict[str, Any]]:
    return list(ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"])


def rules(ec2: Any, vpc: str) -> list[dict[str, Any]]:
    ids = [group["GroupId"] for group in groups(ec2, vpc)]
    return list(ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": ids}])["SecurityGroupRules"])


def described(ec2: Any, instance: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return found
