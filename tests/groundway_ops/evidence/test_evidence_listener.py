"""What the runtime and a teardown tell goes to the log before it is done; without evidence, a line says so."""

import shutil
from functools import partial
from pathlib import Path
from types import ModuleType

import boto3
import pytest
from botocore.exceptions import ClientError
from evidence_place import CHECKOUT, NAME

from groundway.environment import Environment
from groundway.errors import Unavailable
from groundway.events import publish
from groundway.platform import Bucket, FeatureStore, Images, Network, Platform, Roles
from groundway.platform import Cluster as PlatformCluster
from groundway_ops import deployment
from groundway_ops.evidence import Log, keys, open_log, store
from groundway_ops.evidence.place import Place


@pytest.fixture
def checkout(env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which dev is `env`, and cdktf only says that it was called."""
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    file = tmp_path / "environments/dev/environment.yaml"
    file.write_text(file.read_text().replace("project: groundway", f"project: {env.tags.project}"))
    (tmp_path / "environments/teams.yaml").unlink()  # it does not know that project
    binary = tmp_path / "node_modules/.bin/cdktf"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
    binary.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_published_is_in_the_log_once(checkout: Path, env: Environment, log: Log) -> None:
    for _ in range(2):
        publish("retrain", "dev", id="retrain m 2013-04", reason="drift", version=2, promoted=True)
    (entry,) = log.entries()
    event = entry.event
    assert (event.kind, event.reason, event.details) == ("retrain", "drift", {"version": 2, "promoted": True})
    assert (event.by, event.release) == (f"arn:aws:iam::{env.account}:root", None)


def test_a_teardown_is_told_before_it_begins(checkout: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment.run("destroy", "dev", checkout, checkout / "log", print)
    deployment.run("deploy", "dev", checkout, checkout / "log", print)
    assert [entry.event.kind for entry in log.entries()] == ["destroy"]


def test_a_teardown_that_cannot_be_told_does_not_begin(
    checkout: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    with pytest.raises(Unavailable, match="no secret"):
        deployment.run("destroy", "dev", checkout, checkout / "log", print)
    assert not (checkout / "called").exists()


@pytest.mark.parametrize("without", ["key", "bucket"])
def test_where_there_is_no_evidence_a_line_says_so(
    checkout: Path, env: Environment, capsys: pytest.CaptureFixture[str], without: str
) -> None:
    if without == "key":
        boto3.client("ssm").delete_parameter(Name=f"/{NAME}")
    else:
        boto3.client("s3").delete_bucket(Bucket=env.bucket_name("evidence"))
    deployment.run("destroy", "dev", checkout, checkout / "log", print)
    assert (checkout / "called").exists()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("no evidence of this destroy: dev keeps no evidence: ")


def test_in_a_container_the_platform_tells_where(
    env: Environment, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without environments/: nothing but what the stacks published."""
    monkeypatch.chdir(tmp_path)
    name = "/groundway/dev/platform"
    boto3.client("ssm").put_parameter(Name=name, Value=record(env).model_dump_json(), Type="String", Overwrite=True)
    try:
        publish("retrain", "dev", id="in a container")
    finally:
        boto3.client("ssm").delete_parameter(Name=name)
    assert [entry.event.id for entry in open_log(env).entries()] == ["in a container"]
    on, of = Place.on(record(env)), Place.of(env)
    assert (on.origin, on.region, on.account) == (of.origin, of.region, of.account)


def record(env: Environment) -> Platform:
    bucket = Bucket(name="b", key_arn="k")
    return Platform(
        environment="dev",
        account=env.account,
        region=env.region,
        tags=env.cost_tags,
        network=Network(vpc_id="vpc-1", private_subnet_ids=("s-1",), workload_security_group_id="sg-1"),
        cluster=PlatformCluster(name="c", arn="arn", gpu_pools=()),
        data=bucket,
        models=bucket,
        features=FeatureStore(bucket=bucket, online_table="t", glue_database="g"),
        images=Images(training="t", serving="s"),
        roles=Roles(training="t", serving="s"),
        alerts_topic_arn="arn",
    )


class Denied:
    """A client of a role to which one operation is denied."""

    def __init__(self, operation: str, service: str, region: str | None = None) -> None:
        self._operation, self._client = operation, boto3.client(service, region_name=region)

    def __getattr__(self, name: str) -> object:
        if name != self._operation:
            return getattr(self._client, name)
        answer = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}

        def refused(**_: object) -> None:
            raise ClientError(answer, name)  # type: ignore[arg-type]

        return refused


@pytest.mark.parametrize(("where", "denied"), [(keys, "get_secret_value"), (store, "list_objects_v2")])
def test_a_role_that_signs_nothing_may_retrain_and_not_destroy(
    checkout: Path,
    env: Environment,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    where: ModuleType,
    denied: str,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(where, "client", partial(Denied, denied))
        publish("retrain", "dev", id="retrained")
        assert "no evidence of this retraining until a release is cut: " in capsys.readouterr().err
        with pytest.raises(Unavailable, match="refused"):
            publish("destroy", "dev", id="destroyed")
    assert log.entries() == []
