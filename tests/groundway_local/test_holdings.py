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
    assert holdings.counts()["123456789012"]["kms"] == {"keys": 1}
    kms.schedule_key_deletion(KeyId=key)
    assert "kms" not in holdings.counts().get("123456789012", {})
