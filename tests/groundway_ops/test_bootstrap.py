"""`groundway bootstrap` against an emulated AWS: what the bucket is like, twice, and what is refused."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from click.testing import CliRunner

from groundway.environment import load, policies
from groundway_ops.bootstrap import bootstrap

CHECKOUT = Path(__file__).parents[2]
START = 60  # seconds for the emulator
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Aws:
    """An account of its own in the local cloud, with credentials of it in the environment."""

    account: str
    url: str

    @property
    def bucket(self) -> str:
        return f"groundway-state-{self.account}"

    def client(self, service: str) -> Any:
        return boto3.client(service)

    def key_arn(self) -> str:
        return str(self.client("kms").describe_key(KeyId="alias/groundway-state")["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "groundway_local.emulator", "--port", str(port)]
    env = {**os.environ, "GROUNDWAY_HOME": str(home)}
    with (home / "log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as process:
        until = time.monotonic() + START
        while time.monotonic() < until:
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/groundway/pending", timeout=5):
                break
            time.sleep(0.1)
        else:
            raise TimeoutError((home / "log").read_text())
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def account(request: pytest.FixtureRequest) -> str:
    return f"{zlib.crc32(request.node.name.encode()):012d}"


@pytest.fixture
def aws(emulator: str, account: str, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Aws(account, emulator)


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    shutil.copytree(CHECKOUT / "policies", tmp_path / "policies")
    file = tmp_path / "environments/dev/environment.yaml"
    file.write_text(file.read_text().replace("111111111111", account))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers credentials


def run(*arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON of `groundway bootstrap ... --json`."""
    result = CliRunner().invoke(bootstrap, [*arguments, "--json"])
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout))


def edited(old: str, new: str, environment: str = "dev") -> None:
    file = Path(f"environments/{environment}/environment.yaml")
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_the_bucket_is_versioned_encrypted_private_and_tagged(aws: Aws) -> None:
    result = CliRunner().invoke(bootstrap, ["dev", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {k: told[k] for k in ("bucket", "account", "region", "created", "role", "missing")} == {
        "bucket": aws.bucket,
        "account": aws.account,
        "region": "eu-west-1",
        "created": True,
        "role": f"arn:aws:iam::{aws.account}:role/groundway-dev-ci",
        "missing": [],
    }
    assert "versioned" in result.stderr  # progress does not spoil the JSON
    s3 = aws.client("s3")
    assert s3.get_bucket_location(Bucket=aws.bucket)["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_versioning(Bucket=aws.bucket)["Status"] == "Enabled"
    rule = s3.get_bucket_encryption(Bucket=aws.bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": aws.key_arn()}
    assert all(s3.get_public_access_block(Bucket=aws.bucket)["PublicAccessBlockConfiguration"].values())
    statement = json.loads(s3.get_bucket_policy(Bucket=aws.bucket)["Policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    tags = {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket=aws.bucket)["TagSet"]}
    assert tags["cost-center"] == "cc-1001"
    assert tags["environment"] == "dev"


def test_a_second_run_keeps_what_is_there_and_mends_what_differs(aws: Aws) -> None:
    assert CliRunner().invoke(bootstrap, ["dev"]).exit_code == 0
    s3 = aws.client("s3")
    s3.delete_bucket_policy(Bucket=aws.bucket)
    s3.put_object(Bucket=aws.bucket, Key="dev/foundation.tfstate", Body=b"{}")
    s3.put_bucket_versioning(Bucket=aws.bucket, VersioningConfiguration={"Status": "Suspended"})
    second = run("dev")
    assert second["created"] is False
    assert second["made"] == [f"bucket {aws.bucket}: versioned", f"bucket {aws.bucket}: TLS only"]
    assert s3.get_bucket_versioning(Bucket=aws.bucket)["Status"] == "Enabled"
    assert "DenyPlainHttp" in s3.get_bucket_policy(Bucket=aws.bucket)["Policy"]
    assert [v["Key"] for v in s3.list_object_versions(Bucket=aws.bucket)["Versions"]] == ["dev/foundation.tfstate"]


def test_a_run_after_a_run_has_nothing_to_do(aws: Aws) -> None:
    assert run("dev")["made"]
    assert run("dev")["made"] == []


def test_check_changes_nothing_and_tells_what_is_missing(aws: Aws) -> None:
    missing = run("dev", "--check", code=3)["missing"]
    assert f"bucket {aws.bucket}" in missing
    assert "role groundway-dev-ci" in missing
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.client("iam").list_roles()["Roles"] == []
    assert set(run("dev")["made"]) <= set(missing)
    assert run("dev", "--check")["missing"] == []


def test_the_states_key_rotates_and_is_used_through_the_bucket_only(aws: Aws) -> None:
    run("dev")
    kms = aws.client("kms")
    assert kms.get_key_rotation_status(KeyId=aws.key_arn())["KeyRotationEnabled"]
    administer, use = json.loads(kms.get_key_policy(KeyId=aws.key_arn(), PolicyName="default")["Policy"])["Statement"]
    assert not [a for a in administer["Action"] if a.startswith(("kms:Decrypt", "kms:Encrypt", "kms:*", "kms:Re"))]
    assert use["Condition"]["StringEquals"]["kms:ViaService"] == "s3.eu-west-1.amazonaws.com"


def test_a_bucket_from_before_is_moved_to_the_key_with_its_states(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=aws.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=aws.bucket, Key="dev/foundation.tfstate", Body=b"{}", ServerSideEncryption="aws:kms")
    s3.put_object(Bucket=aws.bucket, Key="staging/foundation.tfstate", Body=b"{}")
    told = run("dev")
    assert told["created"] is False
    assert f"bucket {aws.bucket}: states encrypted with the key" in told["made"]
    moved = s3.get_object(Bucket=aws.bucket, Key="dev/foundation.tfstate")
    assert (moved["SSEKMSKeyId"], moved["Body"].read()) == (aws.key_arn(), b"{}")
    assert s3.head_object(Bucket=aws.bucket, Key="staging/foundation.tfstate").get("SSEKMSKeyId") != aws.key_arn()
    assert run("dev")["made"] == []


def test_a_state_that_somebody_deploys_with_is_not_moved(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=aws.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name in ("dev/foundation.tfstate", "dev/foundation.tfstate.tflock"):
        s3.put_object(Bucket=aws.bucket, Key=name, Body=b"{}")
    result = CliRunner().invoke(bootstrap, ["dev"])
    assert result.exit_code == 3
    assert "dev/foundation.tfstate is locked" in result.output


def test_ci_is_bounded_and_taken_by_this_environments_workflows_alone(aws: Aws) -> None:
    run("dev")
    iam = aws.client("iam")
    role = iam.get_role(RoleName="groundway-dev-ci")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/groundway-dev-operator-boundary")
    assert role["MaxSessionDuration"] == 3600
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    host = "token.actions.githubusercontent.com"
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{aws.account}:oidc-provider/{host}"}
    assert statement["Condition"] == {
        "StringEquals": {
            f"{host}:aud": "sts.amazonaws.com",
            f"{host}:sub": ["repo:example-org/ml-platform:environment:dev"],
        }
    }
    [provider] = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"] == statement["Principal"]["Federated"]


def token(subject: str, audience: str = "sts.amazonaws.com") -> str:
    """A workflow's token; the local cloud does not look at who signed it."""
    claims = {"iss": "https://token.actions.githubusercontent.com", "sub": subject, "aud": audience}
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


def test_another_repository_or_environment_does_not_deploy(aws: Aws) -> None:
    role = run("dev")["role"]
    sts = aws.client("sts")

    def take(subject: str) -> Any:
        return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="ci", WebIdentityToken=token(subject))

    assert take("repo:example-org/ml-platform:environment:dev")["Credentials"]["AccessKeyId"]
    for subject in (
        "repo:somebody-else/ml-platform:environment:dev",
        "repo:example-org/ml-platform:environment:prod",
        "repo:example-org/ml-platform:ref:refs/heads/main",
        "repo:example-org/ml-platform:pull_request",
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            take(subject)


def test_gitlab_comes_with_its_main_branch_and_a_provider_of_its_own(aws: Aws) -> None:
    edited("github: [example-org/ml-platform]", "gitlab: [example-group/ml/platform]")
    run("dev")
    iam = aws.client("iam")
    [statement] = iam.get_role(RoleName="groundway-dev-ci")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "gitlab.com:aud": "sts.amazonaws.com",
        "gitlab.com:sub": ["project_path:example-group/ml/platform:ref_type:branch:ref:main"],
    }
    [provider] = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"].endswith("/gitlab.com")


def test_nobody_takes_the_role_until_somebody_is_named(aws: Aws) -> None:
    edited("github: [example-org/ml-platform]", "github: []")
    run("dev")
    iam = aws.client("iam")
    [statement] = iam.get_role(RoleName="groundway-dev-ci")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    edited("github: []", "github: [example-org/ml-platform]")
    assert run("dev")["made"] == [
        "tokens of token.actions.githubusercontent.com",
        "role groundway-dev-ci: who may take it",
    ]


def test_what_was_added_to_the_role_is_taken_off(aws: Aws) -> None:
    run("dev")
    iam = aws.client("iam")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    added = iam.create_policy(PolicyName="added", PolicyDocument=json.dumps(everything))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="groundway-dev-ci", PolicyArn=added)
    iam.put_role_policy(RoleName="groundway-dev-ci", PolicyName="more", PolicyDocument=json.dumps(everything))
    iam.put_role_permissions_boundary(RoleName="groundway-dev-ci", PermissionsBoundary=added)
    assert run("dev", "--check", code=3)["missing"] == [
        "role groundway-dev-ci: its boundary",
        "role groundway-dev-ci: what it may do",
    ]
    run("dev")
    assert iam.list_attached_role_policies(RoleName="groundway-dev-ci")["AttachedPolicies"] == []
    names = iam.list_role_policies(RoleName="groundway-dev-ci")["PolicyNames"]
    assert sorted(names) == ["ci-identity", "ci-network", "ci-services"]


def test_a_changed_boundary_becomes_the_default_version_however_often(aws: Aws) -> None:
    run("dev")
    iam = aws.client("iam")
    arn = f"arn:aws:iam::{aws.account}:policy/groundway-dev-operator-boundary"
    file = Path("policies/iam/operator-boundary.json")
    for n in range(6):  # AWS keeps five versions
        file.write_text(file.read_text().replace("organizations:", f'x{n}:*", "organizations:'))
        assert run("dev")["made"] == ["policy groundway-dev-operator-boundary"]
    default = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    assert "x5:*" in json.dumps(document)
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) <= 5


def test_the_workload_boundary_is_the_deploys_to_make_and_brought_up_to_date_here(aws: Aws) -> None:
    run("dev")
    iam = aws.client("iam")
    arn = f"arn:aws:iam::{aws.account}:policy/groundway-dev-boundary"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)
    old = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.create_policy(PolicyName="groundway-dev-boundary", PolicyDocument=json.dumps(old))
    assert run("dev", "--check", code=3)["missing"] == ["policy groundway-dev-boundary"]
    run("dev")
    default = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    assert document == json.loads(policies.workload_boundary(load("dev")))


def test_two_environments_in_one_account_share_what_there_is_once(aws: Aws) -> None:
    edited("222222222222", aws.account, "staging")
    edited(f"groundway-state-{aws.account}", aws.bucket, "staging")
    run("dev")
    made = run("staging")["made"]
    assert {m.split(":")[0] for m in made} == {
        "policy groundway-staging-operator-boundary",
        "role groundway-staging-ci",
        "signing key groundway/staging/signing/models",
        "signing key groundway/staging/signing/evidence",
    }
    assert run("dev")["made"] == []
    tags = {t["Key"]: t["Value"] for t in aws.client("s3").get_bucket_tagging(Bucket=aws.bucket)["TagSet"]}
    assert tags["environment"] == "shared"


def test_another_accounts_credentials_are_refused_and_nothing_is_made(aws: Aws) -> None:
    result = CliRunner().invoke(bootstrap, ["prod"])
    assert result.exit_code == 3
    assert f"credentials are for account {aws.account}, but prod is 333333333333" in result.output
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_another_accounts_bucket_is_refused(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    # The emulator lets everybody look at everybody's buckets; AWS answers so.
    session = boto3.Session()
    forbidden = AWSResponse(aws.url, 403, {}, SimpleNamespace(stream=lambda: iter([])))
    session.events.register("before-send.s3.HeadBucket", lambda **_: forbidden)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    result = CliRunner().invoke(bootstrap, ["dev"])
    assert result.exit_code == 3, result.output
    assert "belongs to another account" in result.output
    assert aws.client("s3").list_buckets()["Buckets"] == []


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
