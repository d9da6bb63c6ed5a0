"""Interface endpoints: what only they have, and what they leave in their subnets."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}


def network(**endpoint: Any) -> dict[str, Any]:
    """A VPC with two subnets and an interface endpoint in them, but for what `endpoint` says."""
    vpc, subnet = "${aws_vpc.this.id}", ("${aws_subnet.one.id}", "${aws_subnet.two.id}")
    wanted = {
        "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-west-1.ecr.api",
        "vpc_endpoint_type": "Interface",
        "subnet_ids": subnet,
        "security_group_ids": ["${aws_security_group.this.id}"],
        "private_dns_enabled": True,
        "policy": json.dumps(POLICY),
        **endpoint,
    }
    return {
        "resource": {
            "aws_vpc": {"this": {"cidr_block": "10.77.0.0/16"}},
            "aws_subnet": {
                name: {"vpc_id": vpc, "cidr_block": f"10.77.{i}.0/24"} for i, name in enumerate(("one", "two"))
            },
            "aws_security_group": {"this": {"name": "endpoints", "vpc_id": vpc}},
            "aws_vpc_endpoint": {"this": {k: v for k, v in wanted.items() if v is not None}},
        }
    }


def interfaces(cloud: Any, vpc: str) -> list[str]:
    """The subnets of all network interfaces in a VPC."""
    found = cloud.client("ec2").describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    return sorted(i["SubnetId"] for i in found["NetworkInterfaces"])


def test_an_interface_endpoint_lives_in_its_subnets_and_takes_its_interfaces_along(cloud: Any, terraform: Any) -> None:
    terraform.write(network())
    terraform.applied()
    assert terraform.actions() == {}
    state = terraform.state()
    vpc, endpoint = state["aws_vpc.this"]["id"], state["aws_vpc_endpoint.this"]
    subnets = [state[f"aws_subnet.{n}"]["id"] for n in ("one", "two")]
    assert interfaces(cloud, vpc) == sorted(subnets)
    assert endpoint["private_dns_enabled"] is True
    assert json.loads(endpoint["policy"]) == POLICY

    terraform.write(network(subnet_ids=["${aws_subnet.one.id}"], private_dns_enabled=False, policy=""))
    terraform.applied()
    assert terraform.actions() == {}
    [described] = cloud.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint["id"]])["VpcEndpoints"]
    assert described["PrivateDnsEnabled"] is False
    assert described["SubnetIds"] == subnets[:1] == interfaces(cloud, vpc)
    assert json.loads(described["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"

    cloud.client("ec2").modify_vpc_endpoint(VpcEndpointId=endpoint["id"], PrivateDnsEnabled=True)
    assert terraform.actions() == {"aws_vpc_endpoint.this": ["update"]}
    assert terraform.destroy().code == 0
    assert interfaces(cloud, vpc) == []


def test_an_endpoint_in_a_subnet_that_does_not_exist_is_refused(terraform: Any) -> None:
    terraform.write(network(subnet_ids=["subnet-0123456789abcdef0"]))
    assert "subnet-0123456789abcdef0" in terraform.apply().errors
