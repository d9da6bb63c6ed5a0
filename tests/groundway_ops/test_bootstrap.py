"""`groundway bootstrap` against an emulated AWS: what the bucket is like, twice, and what is refused."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

from groundway_ops.bootstrap import bootstrap

CHECKOUT = Path(__file__).parents[2]
ACCOUNT = "123456789012"  # whose credentials the emulator takes ours for
BUCKET = "groundway-state-of-tests"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with urlopen(Request(f"{url}/moto-api/reset", method="POST")) as answer:
        assert answer.status == 200
    yield url
    server.stop()


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    file = tmp_path / "environments/dev/environment.yaml"
    text = file.read_text().replace("groundway-state-111111111111", BUCKET)
    file.write_text(text.replace("111111111111", ACCOUNT))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers credentials


def test_the_bucket_is_versioned_encrypted_private_and_tagged(endpoint: str) -> None:
    result = CliRunner().invoke(bootstrap, ["dev", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "bucket": BUCKET,
        "account": ACCOUNT,
        "region": "eu-west-1",
        "created": True,
    }
    assert "versioned" in result.stderr  # progress does not spoil the JSON
    s3 = boto3.client("s3")
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    statement = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    tags = {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    assert tags["cost-center"] == "cc-1001"
    assert tags["environment"] == "dev"


def test_a_second_run_keeps_what_is_there_and_mends_what_differs(endpoint: str) -> None:
    assert CliRunner().invoke(bootstrap, ["dev"]).exit_code == 0
    s3 = boto3.client("s3")
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="dev/foundation.tfstate", Body=b"{}")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    second = CliRunner().invoke(bootstrap, ["dev", "--json"])
    assert json.loads(second.stdout)["created"] is False
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert "DenyPlainHttp" in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert [v["Key"] for v in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == ["dev/foundation.tfstate"]


def test_another_accounts_credentials_are_refused_and_nothing_is_made(endpoint: str) -> None:
    result = CliRunner().invoke(bootstrap, ["prod"])
    assert result.exit_code == 3
    assert f"credentials are for account {ACCOUNT}, but prod is 333333333333" in result.output
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_another_accounts_bucket_is_refused(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The emulator lets everybody look at everybody's buckets; AWS answers so.
    session = boto3.Session()
    forbidden = AWSResponse(endpoint, 403, {}, SimpleNamespace(stream=lambda: iter([])))
    session.events.register("before-send.s3.HeadBucket", lambda **_: forbidden)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    result = CliRunner().invoke(bootstrap, ["dev"])
    assert result.exit_code == 3, result.output
    assert "belongs to another account" in result.output
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_without_aws_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(variable, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = CliRunner().invoke(bootstrap, ["dev"])
    assert result.exit_code == 4
    assert "groundway local up" in result.output
    assert "Traceback" not in result.output
