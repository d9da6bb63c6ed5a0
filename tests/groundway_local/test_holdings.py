"""What is deleted is not counted, and takes along what AWS deletes with it."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.ec2.models import EC2Backend

from groundway_local.emulator import holdings
from groundway_local.emulator.patches import ec2_deletes


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(EC2Backend, "delete_vpc", ec2_deletes.with_default_network_acl)
    monkeypatch.setattr(EC2Backend, "delete_nat_gateway", ec2_deletes.with_network_interface)
    with mock_aws():
        yield


def test_a_deleted_network_leaves_nothing(aws: None) -> None:
    ec2 = boto3.client("ec2", "eu-west-1")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    held = holdings.counts()["123456789012"]["ec2"]
    assert {"vpcs", "subnets", "nat_gateways", "enis", "network_acls"} <= set(held)
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.release_address(AllocationId=address)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert "ec2" not in holdings.counts().get("123456789012", {})


def test_a_key_in_its_waiting_period_is_not_held(aws: None) -> None:
    kms = boto3.client("kms", "eu-west-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert holdings.counts()["123456789012"]["kms"]["keys"] == 1
    kms.schedule_key_deletion(KeyId=key)
    assert "kms" not in holdings.counts().get("123456789012", {})


def test_what_stands_in_something_that_every_account_has_is_held(aws: None) -> None:
    events = boto3.client("events", "eu-west-1")
    events.put_rule(Name="r", EventPattern='{"source": ["aws.ec2"]}')  # on the default bus
    assert holdings.counts()["123456789012"]["events"]["event_buses.Rule"] == 1
    events.delete_rule(Name="r")
    assert "events" not in holdings.counts().get("123456789012", {})


def test_a_cluster_is_held_though_its_class_is_a_plain_one(aws: None) -> None:
    eks = boto3.client("eks", "eu-west-1")
    role = "arn:aws:iam::123456789012:role/cluster"
    eks.create_cluster(name="c", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    assert holdings.counts()["123456789012"]["eks"]["clusters"] == 1
    eks.delete_cluster(name="c")
    assert "eks" not in holdings.counts().get("123456789012", {})


def test_what_a_bucket_holds_is_not_counted_but_the_bucket_is(aws: None) -> None:
    s3 = boto3.client("s3", "us-east-1")
    s3.create_bucket(Bucket="bucket")
    before = holdings.counts()
    s3.put_object(Bucket="bucket", Key="k", Body=b"1")
    assert holdings.counts() == before
    assert before["123456789012"]["s3"]["buckets"] == 1
