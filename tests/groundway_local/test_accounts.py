"""Each environment is an account of its own in the one emulator."""

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from local_cloud import REGION, bucket, client

TABLE = {
    "TableName": "features",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def test_the_access_key_is_the_account(address: str, new_account: Callable[[], str]) -> None:
    dev, prod = new_account(), new_account()
    assert client("sts", address, dev).get_caller_identity()["Account"] == dev
    client("dynamodb", address, dev).create_table(**TABLE)
    client("ssm", address, dev).put_parameter(Name="/platform", Value="dev", Type="String")
    client("ssm", address, prod).put_parameter(Name="/platform", Value="prod", Type="String")
    assert client("dynamodb", address, dev).list_tables()["TableNames"] == ["features"]
    assert client("dynamodb", address, prod).list_tables()["TableNames"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("dynamodb", address, prod).describe_table(TableName="features")
    assert client("ssm", address, dev).get_parameter(Name="/platform")["Parameter"]["Value"] == "dev"
    assert client("ssm", address, prod).get_parameter(Name="/platform")["Parameter"]["Value"] == "prod"
    assert dev in client("dynamodb", address, dev).describe_table(TableName="features")["Table"]["TableArn"]


def test_keys_from_iam_and_sts_keep_their_account(address: str, new_account: Callable[[], str]) -> None:
    dev, other = new_account(), new_account()
    iam = client("iam", address, dev)
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    assert client("sts", address, made["AccessKeyId"]).get_caller_identity()["Arn"] == f"arn:aws:iam::{dev}:user/ann"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": other}}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    lent = client("sts", address, other).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    key, token = lent["AccessKeyId"], lent["SessionToken"]
    assert client("sts", address, key, aws_session_token=token).get_caller_identity()["Account"] == dev


def test_a_presigned_address_is_of_its_account(address: str, account: str) -> None:
    import urllib.request

    s3 = bucket(address, f"presigned-{account}", account)
    s3.put_object(Bucket=f"presigned-{account}", Key="k", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": f"presigned-{account}", "Key": "k"})
    assert urllib.request.urlopen(url).read() == b"x"


def test_a_key_that_nobody_made_is_moto_s_default_account(address: str) -> None:
    assert client("sts", address, "AKIAIOSFODNN7EXAMPLE").get_caller_identity()["Account"] == "123456789012"


def test_bucket_names_are_one_for_all_accounts(address: str, new_account: Callable[[], str]) -> None:
    bucket(address, "taken-by-the-first", new_account())
    with pytest.raises(ClientError, match="BucketAlreadyExists"):
        client("s3", address, new_account()).create_bucket(
            Bucket="taken-by-the-first", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
