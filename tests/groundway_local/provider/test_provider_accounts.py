"""dev, staging and prod side by side in one local cloud, as three accounts; from one to another leads only a role."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

ACCOUNTS = {"dev": "211111111111", "staging": "222222222221", "prod": "233333333333"}
PROVIDER = {"terraform": {"required_providers": {"aws": {"source": "groundway.local/dev/aws"}}}}
READER = f"arn:aws:iam::{ACCOUNTS['dev']}:role/dev-reader"


def trust(account: str) -> str:
    who = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": who}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def stack(environment: str) -> dict[str, Any]:
    """What each environment has: a bucket, a table, a key, a parameter of the same name, and dev a role for staging."""
    table = {"name": "features", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id"}
    resources: dict[str, Any] = {
        "aws_s3_bucket": {"data": {"bucket": f"us-{environment}-data", "tags": {"environment": environment}}},
        "aws_dynamodb_table": {"features": {**table, "attribute": {"name": "id", "type": "S"}}},
        "aws_kms_key": {"data": {"description": environment}},
        "aws_ssm_parameter": {"platform": {"name": "/groundway/platform", "type": "String", "value": environment}},
    }
    if environment == "dev":
        role = {"name": "dev-reader", "assume_role_policy": trust(ACCOUNTS["staging"])}
        resources["aws_iam_role"] = {"reader": role}
    provider = {"aws": {"region": "eu-west-1", "allowed_account_ids": [ACCOUNTS[environment]]}}
    return {**PROVIDER, "provider": provider, "resource": resources}


@pytest.fixture(scope="module")
def deployed(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Environment to its Terraform; all three are applied at the same time."""
    stacks = {e: terraform(cloud, e, tmp_path_factory.mktemp(e)) for e in ACCOUNTS}
    for environment, own in stacks.items():
        own.write(stack(environment))
    running = {e: own.start("apply", "-json", "-auto-approve") for e, own in stacks.items()}
    for environment, process in running.items():
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, f"{environment}: {out}{err}"
    yield stacks
    for own in stacks.values():
        own.destroy()


def terraform(cloud: Any, environment: str, directory: Path) -> Any:
    """Terraform in the account of an environment."""
    made = cloud.terraform(directory)
    made.env = {**made.env, "AWS_ACCESS_KEY_ID": ACCOUNTS[environment]}
    return made


def client(cloud: Any, service: str, environment: str, credentials: dict[str, str] | None = None) -> Any:
    given = credentials or {"AccessKeyId": ACCOUNTS[environment], "SecretAccessKey": "local", "SessionToken": None}
    return boto3.client(
        service,
        endpoint_url=cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def test_each_has_its_own(cloud: Any, deployed: dict[str, Any]) -> None:
    for environment, own in deployed.items():
        assert own.actions() == {}
        found = client(cloud, "ssm", environment).get_parameter(Name="/groundway/platform")["Parameter"]
        assert found["Value"] == environment
        assert [b["Name"] for b in client(cloud, "s3", environment).list_buckets()["Buckets"]] == [
            f"us-{environment}-data"
        ]
        state = own.state()
        assert f":{ACCOUNTS[environment]}:" in state["aws_dynamodb_table.features"]["arn"]
        assert f":{ACCOUNTS[environment]}:" in state["aws_kms_key.data"]["arn"]


def test_the_wrong_account_is_refused(cloud: Any, deployed: dict[str, Any], tmp_path: Path) -> None:
    wrong = terraform(cloud, "dev", tmp_path / "wrong")
    wrong.write(stack("prod"))
    ran = wrong.apply()
    assert ran.code == 1
    assert "Wrong account" in ran.errors


def test_staging_reads_devs_bucket_as_the_role(cloud: Any, deployed: dict[str, Any]) -> None:
    client(cloud, "s3", "dev").put_object(Bucket="us-dev-data", Key="k", Body=b"of dev")
    with pytest.raises(ClientError, match="AccessDenied"):
        client(cloud, "s3", "staging").get_object(Bucket="us-dev-data", Key="k")
    sts = client(cloud, "sts", "staging")
    lent = sts.assume_role(RoleArn=READER, RoleSessionName="from-staging")["Credentials"]
    assert client(cloud, "s3", "dev", lent).get_object(Bucket="us-dev-data", Key="k")["Body"].read() == b"of dev"
    me = client(cloud, "sts", "dev", lent).get_caller_identity()
    assert me["Account"] == ACCOUNTS["dev"]
    assert me["Arn"] == f"arn:aws:sts::{ACCOUNTS['dev']}:assumed-role/dev-reader/from-staging"
    with pytest.raises(ClientError, match="AccessDenied"):
        client(cloud, "sts", "prod").assume_role(RoleArn=READER, RoleSessionName="from-prod")


def reading() -> dict[str, Any]:
    """A stack that works in dev through the role, reading what is there."""
    dev = {"region": "eu-west-1", "alias": "dev", "assume_role": [{"role_arn": READER, "session_name": "terraform"}]}
    return {
        **PROVIDER,
        "provider": {"aws": [{"region": "eu-west-1"}, dev]},
        "data": {"aws_caller_identity": {"me": {}, "lent": {"provider": "aws.dev"}}},
        "output": {n: {"value": f"${{data.aws_caller_identity.{n}.arn}}"} for n in ("me", "lent")},
        "import": [{"to": "aws_s3_bucket.of_dev", "id": "us-dev-data", "provider": "aws.dev"}],
        "resource": {
            "aws_s3_bucket": {
                "of_dev": {"provider": "aws.dev", "bucket": "us-dev-data", "tags": {"environment": "dev"}}
            }
        },
    }


def test_a_provider_of_staging_reads_devs_bucket_as_the_role(
    cloud: Any, deployed: dict[str, Any], tmp_path: Path
) -> None:
    own = terraform(cloud, "staging", tmp_path / "reading")
    own.write(reading())
    plan = own.plan()
    [change] = plan["resource_changes"]
    assert change["change"]["importing"]
    assert change["change"]["before"]["tags"] == {"environment": "dev"}
    assert change["change"]["before"]["arn"] == "arn:aws:s3:::us-dev-data"
    outputs = {name: output["value"] for name, output in plan["planned_values"]["outputs"].items()}
    assert outputs == {
        "me": f"arn:aws:iam::{ACCOUNTS['staging']}:root",
        "lent": f"arn:aws:sts::{ACCOUNTS['dev']}:assumed-role/dev-reader/terraform",
    }


def test_a_provider_of_prod_may_not(cloud: Any, deployed: dict[str, Any], tmp_path: Path) -> None:
    own = terraform(cloud, "prod", tmp_path / "denied")
    own.write(reading())
    ran = own.run("plan", "-json")
    assert ran.code == 1
    assert "AccessDenied" in ran.errors
    assert f"arn:aws:iam::{ACCOUNTS['prod']}:root is not authorized to perform: sts:AssumeRole" in ran.errors
