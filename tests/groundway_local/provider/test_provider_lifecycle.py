from __future__ import annotations

from typing import Any


def resources(**types: Any) -> dict[str, Any]:
    return {"resource": {f"aws_{t}": {"this": body} for t, body in types.items()}}


NETWORK = resources(
    vpc={"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": True, "tags": {"Name": "lifecycle"}},
    subnet={"vpc_id": "${aws_vpc.this.id}", "cidr_block": "10.0.1.0/24"},
    s3_bucket={"bucket": "lifecycle-bucket", "force_destroy": True, "tags": {"a": "b"}},
    iam_role={"name": "lifecycle", "assume_role_policy": '{"Version": "2012-10-17", "Statement": []}'},
)


def test_a_stack_lives_and_dies(terraform, cloud):
    terraform.write(NETWORK)
    terraform.applied()
    assert terraform.actions() == {}
    vpc = terraform.state()["aws_vpc.this"]
    assert cloud.client("ec2").describe_vpcs(VpcIds=[vpc["id"]])["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
    ran = terraform.destroy()
    assert ran.code == 0, ran.errors
    assert terraform.state() == {}
