"""What the emulator holds outlives it, whatever ends it; a snapshot that cannot be trusted is set aside."""

import json
import os
import signal
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from local_cloud import REGION, bucket, client, groundway, status, up

from groundway_local.emulator import snapshot

DEV, PROD = "111111111111", "333333333333"


def rest(answer: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in answer.items() if k != "ResponseMetadata"}


class Estate:
    """Something in every service that the stacks and the runtime use, and what a client sees of it."""

    def __init__(self, address: str) -> None:
        self.clients: dict[str, Any] = {}
        self.address = address

    def __getattr__(self, service: str) -> Any:
        return self.clients.setdefault(service, client(service.replace("_", "-"), self.address, DEV))

    def build(self) -> None:
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{z}")["Subnet"][
                "SubnetId"
            ]
            for i, z in enumerate("ab")
        ]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        role = self.iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="cluster", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
        self.eks.create_cluster(name="ml", roleArn=role, resourcesVpcConfig={"subnetIds": subnets})
        self.eks.create_nodegroup(clusterName="ml", nodegroupName="cpu", subnets=subnets, nodeRole=role)
        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.kms.create_alias(AliasName="alias/data", TargetKeyId=key)
        self.secret = self.kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
        s3 = bucket(self.address, "estate", DEV)
        s3.put_bucket_versioning(Bucket="estate", VersioningConfiguration={"Status": "Enabled"})
        for body in (b"one", b"two"):
            s3.put_object(Bucket="estate", Key="k", Body=body)
        self.dynamodb.create_table(
            TableName="features",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.put_item(
            TableName="features", Item={"id": {"S": "a"}, "v": {"M": {"x": {"N": "1.5"}, "y": {"B": b"\x00"}}}}
        )
        topic = self.sns.create_topic(Name="alarms")["TopicArn"]
        queue = self.sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.sns.publish(TopicArn=topic, Message="kept")
        self.ssm.put_parameter(Name="/platform", Value="{}", Type="String")
        self.logs.create_log_group(logGroupName="/ml")
        self.cloudwatch.put_metric_alarm(
            AlarmName="late",
            MetricName="m",
            Namespace="n",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        self.cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 3}])
        self.glue.create_database(DatabaseInput={"Name": "features"})
        self.ecr.create_repository(repositoryName="serving")
        self.sagemaker.create_model_package_group(ModelPackageGroupName="flights")
        self.events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
        self.secretsmanager.create_secret(Name="token", SecretString="x")
        self.budgets.create_budget(
            AccountId=DEV,
            Budget={
                "BudgetName": "b",
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": "1", "Unit": "USD"},
            },
        )
        self.acm.request_certificate(DomainName="ml.example.com")
        self.autoscaling.create_launch_configuration(
            LaunchConfigurationName="lc", ImageId="ami-12c6146b", InstanceType="m5.large"
        )

    def seen(self) -> dict[str, Any]:
        """What the services answer."""
        calls: dict[str, Callable[[], dict[str, Any]]] = {
            "vpcs": self.ec2.describe_vpcs,
            "subnets": self.ec2.describe_subnets,
            "gateways": self.ec2.describe_internet_gateways,
            "nat": self.ec2.describe_nat_gateways,
            "role": lambda: self.iam.list_attached_role_policies(RoleName="cluster"),
            "cluster": lambda: self.eks.describe_cluster(name="ml"),
            "nodegroups": lambda: self.eks.list_nodegroups(clusterName="ml"),
            "aliases": self.kms.list_aliases,
            "decrypted": lambda: self.kms.decrypt(CiphertextBlob=self.secret),
            "versions": lambda: self.s3.list_object_versions(Bucket="estate"),
            "items": lambda: self.dynamodb.scan(TableName="features"),
            "subscriptions": self.sns.list_subscriptions,
            "parameter": lambda: self.ssm.get_parameter(Name="/platform"),
            "groups": self.logs.describe_log_groups,
            "alarms": self.cloudwatch.describe_alarms,
            "metrics": self.cloudwatch.list_metrics,
            "databases": self.glue.get_databases,
            "repositories": self.ecr.describe_repositories,
            "packages": self.sagemaker.list_model_package_groups,
            "rules": self.events.list_rules,
            "secret": lambda: self.secretsmanager.get_secret_value(SecretId="token"),
            "budgets": lambda: self.budgets.describe_budgets(AccountId=DEV),
            "certificates": self.acm.list_certificates,
            "launch": self.autoscaling.describe_launch_configurations,
        }
        return {name: rest(call()) for name, call in calls.items()}


def test_every_service_survives_down_and_up(home: Path) -> None:
    estate = Estate(up(home))
    estate.build()
    before = estate.seen()
    groundway(home, "down")
    assert up(home) == estate.address
    assert estate.seen() == before
    log = (home / "local" / "emulator.log").read_text()
    assert "not kept" not in log
    # and it goes on working: what refers to each other still does
    queue = estate.sqs.get_queue_url(QueueName="inbox")["QueueUrl"]
    assert "kept" in estate.sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    with pytest.raises(ClientError, match="DependencyViolation"):
        estate.ec2.delete_vpc(VpcId=before["subnets"]["Subnets"][-1]["VpcId"])
    with pytest.raises(ClientError, match="BucketAlready"):
        bucket(estate.address, "estate", PROD)
    groundway(home, "down")


def await_snapshot(home: Path, size: int) -> None:
    """Wait until so many bytes are saved."""
    path, deadline = home / "local" / "snapshot", time.monotonic() + 60
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < deadline, (home / "local" / "emulator.log").read_text()
        time.sleep(0.05)


def kill(home: Path) -> None:
    os.kill(status(home)["pid"], signal.SIGKILL)


def test_killed_it_comes_back_as_it_was_last_saved(home: Path) -> None:
    address = up(home, GROUNDWAY_LOCAL_SAVE_EVERY="0.3")
    s3 = bucket(address, "data-of-dev")
    s3.put_object(Bucket="data-of-dev", Key="k", Body=os.urandom(16_000_000), ChecksumAlgorithm="SHA256")
    await_snapshot(home, 16_000_000)
    kill(home)
    assert up(home) == address
    assert len(s3.get_object(Bucket="data-of-dev", Key="k", ChecksumMode="ENABLED")["Body"].read()) == 16_000_000


def test_killed_while_it_is_used_the_rest_is_consistent(home: Path) -> None:
    """Objects are written one after the other: what was saved between two requests is the first ones, without a gap."""
    address = up(home, GROUNDWAY_LOCAL_SAVE_EVERY="0.05")
    s3 = bucket(address, "chain")

    def write() -> int:
        written = 0
        with suppress(EndpointConnectionError, ConnectionClosedError, ReadTimeoutError):
            while True:
                s3.put_object(Bucket="chain", Key=f"{written:06}", Body=f"{written:06}".encode() * 20_000)
                written += 1
        return written

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(write)
        await_snapshot(home, 16_000_000)
        kill(home)
        written = writer.result(30)
    assert up(home) == address
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="chain")
    keys = [o["Key"] for page in pages for o in page["Contents"]]
    assert 50 < len(keys) <= written + 1
    assert keys == [f"{i:06}" for i in range(len(keys))]
    assert s3.get_object(Bucket="chain", Key=keys[-1])["Body"].read() == keys[-1].encode() * 20_000
    assert not list((home / "local").glob("*.tmp"))


def resealed(data: bytes, **changes: Any) -> bytes:
    """The snapshot as another version would have written it."""
    head, _, rest_ = data.partition(b"\n")
    body, _, _ = rest_.rpartition(b"\n")
    content = json.dumps(json.loads(head) | changes).encode() + b"\n" + body
    return content + b"\n" + json.dumps({"bytes": len(content), "crc32": zlib.crc32(content)}).encode()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: resealed(data, moto="5.0.0"), f"written with format {snapshot.FORMAT}, moto 5.0.0"),
        (lambda data: resealed(data, format=0), "written with format 0"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "damaged"),
        (lambda data: b"", "damaged"),
    ],
    ids=["other moto", "other format", "torn", "one bit", "empty"],
)
def test_a_snapshot_that_cannot_be_trusted_is_refused(
    damage: Callable[[bytes], bytes], why: str, tmp_path: Path, one_snapshot: bytes
) -> None:
    path = tmp_path / "snapshot"
    path.write_bytes(damage(one_snapshot))
    with pytest.raises(snapshot.Unusable, match=why):
        snapshot.read(path)
    path.write_bytes(resealed(one_snapshot))
    assert "s3" in snapshot.read(path)["backends"]


@pytest.mark.parametrize("damage", [lambda data: resealed(data, moto="5.0.0"), lambda data: data[:-9]])
def test_a_refused_one_is_set_aside_with_a_message(
    damage: Callable[[bytes], bytes], home: Path, one_snapshot: bytes
) -> None:
    (home / "local").mkdir(parents=True)
    path = home / "local" / "snapshot"
    path.write_bytes(damage(one_snapshot))
    done = groundway(home, "up")
    assert done.returncode == 0
    assert "discarded" in done.stderr
    assert path.with_name("snapshot.discarded").read_bytes() == damage(one_snapshot)
    assert client("s3", done.stdout.strip()).list_buckets()["Buckets"] == []


def test_a_whole_one_is_read(home: Path, one_snapshot: bytes) -> None:
    (home / "local").mkdir(parents=True)
    (home / "local" / "snapshot").write_bytes(resealed(one_snapshot))
    done = groundway(home, "up")
    assert "discarded" not in done.stderr
    assert [b["Name"] for b in client("s3", done.stdout.strip()).list_buckets()["Buckets"]] == ["data-of-dev"]


@pytest.fixture(scope="module")
def one_snapshot(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    home = tmp_path_factory.mktemp("snapshot")
    bucket(up(home), "data-of-dev")
    assert groundway(home, "down").returncode == 0
    path = home / "local" / "snapshot"
    assert path.stat().st_mode & 0o077 == 0
    return path.read_bytes()
