"""`cdktf deploy 'dev-*'` for real, in a local cloud of its own: one deployment, looked at from every side."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from groundway import platform

CHECKOUT = Path(__file__).parents[2]
GROUNDWAY = Path(sys.executable).with_name("groundway")
CDKTF = CHECKOUT / "node_modules" / ".bin" / "cdktf"
PARTS = ("foundation", "compute", "ml", "observability")
# The app, and one more stack, which plans well and cannot be applied.
BROKEN_APP = """
from groundway.environment import load
from infra.cdk import App, aws
from stacks.app import add
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud

app, dev = App(), load("dev")
add(app, dev, Cloud.LOCAL)
broken = EnvironmentStack(app, "broken", dev, Cloud.LOCAL)
aws.route.Route(
    broken, "route", route_table_id="rtb-0123456789abcdef0", destination_cidr_block="0.0.0.0/0", gateway_id="igw-1"
)
app.synth()
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Deployment:
    """A directory to run `cdktf` in, and the variables that point it at the local cloud."""

    root: Path
    env: dict[str, str]
    bootstrapped: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.bootstrapped = self.held()

    def held(self) -> dict[str, Any]:
        """What the emulator holds: {account: {service: {kind: number}}}."""
        status = [GROUNDWAY, "local", "status", "--json"]
        shown = subprocess.run(status, cwd=self.root, env=self.env, check=True, capture_output=True, text=True)
        accounts: dict[str, Any] = json.loads(shown.stdout)["accounts"]
        return accounts

    def cdktf(self, *arguments: str, app: str = "-m stacks") -> subprocess.CompletedProcess[str]:
        command = [str(CDKTF), *arguments, "--app", f"{sys.executable} {app}"]
        return subprocess.run(
            command, cwd=self.root, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    def plan(self, part: str) -> subprocess.CompletedProcess[str]:
        """Exit code 0: nothing to do; 2: something."""
        terraform = self.env.get("TERRAFORM_BINARY_NAME", "terraform")
        return subprocess.run(
            [terraform, "plan", "-detailed-exitcode", "-input=false", "-no-color"],
            cwd=self.root / "cdktf.out" / "stacks" / f"dev-{part}",
            env=self.env,
            capture_output=True,
            text=True,
        )

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.env["AWS_ENDPOINT_URL"],
            region_name=self.env["AWS_REGION"],
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
        )

    def states(self) -> dict[str, int]:
        """Key in the state bucket -> number of resources; a lock file that stayed behind counts as -1."""
        s3, bucket = self.client("s3"), "groundway-state-111111111111"
        found = {}
        for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            key = entry["Key"]
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            managed = (
                [] if key.endswith(".tflock") else [r for r in json.loads(body)["resources"] if r["mode"] == "managed"]
            )
            found[key] = -1 if key.endswith(".tflock") else sum(len(r["instances"]) for r in managed)
        return found


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    root = tmp_path_factory.mktemp("checkout")
    for name in ("stacks", "infra", "policies"):
        (root / name).symlink_to(CHECKOUT / name)
    shutil.copytree(CHECKOUT / "environments", root / "environments")
    shutil.copy(CHECKOUT / "cdktf.json", root)
    (root / "broken.py").write_text(BROKEN_APP)
    ours = ("AWS_", "GROUNDWAY_", "CDKTF_", "TF_", "TERRAFORM_", "NODE_OPTIONS")
    start = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    start |= {"GROUNDWAY_HOME": str(tmp_path_factory.mktemp("home")), "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1"}
    try:
        subprocess.run([GROUNDWAY, "local", "up"], cwd=root, env=start, check=True, capture_output=True)
        script = f'eval "$({GROUNDWAY} local env dev)" && env -0'
        shown = subprocess.run(["bash", "-c", script], cwd=root, env=start, check=True, capture_output=True, text=True)
        env = dict(v.split("=", 1) for v in shown.stdout.split("\0") if v)
        subprocess.run([GROUNDWAY, "bootstrap", "dev"], cwd=root, env=env, check=True, capture_output=True)
        yield Deployment(root, env)
    finally:
        subprocess.run([GROUNDWAY, "local", "reset", "--yes"], cwd=root, env=start, capture_output=True)


@pytest.fixture(scope="module")
def after_failure(deployment: Deployment) -> subprocess.CompletedProcess[str]:
    return deployment.cdktf("deploy", "dev-*", "--auto-approve", "--parallelism", "4", app="broken.py")


def test_a_failing_stack_leaves_its_sibling_whole_and_nothing_locked(
    deployment: Deployment, after_failure: subprocess.CompletedProcess[str]
) -> None:
    said = after_failure.stdout + after_failure.stderr
    assert after_failure.returncode != 0, said
    assert "rtb-0123456789abcdef0" in said
    states = deployment.states()
    assert -1 not in states.values(), states
    assert states["dev/foundation.tfstate"] >= 30
    assert deployment.plan("foundation").returncode == 0  # what was applied was recorded


@pytest.fixture(scope="module")
def deployed(deployment: Deployment, after_failure: subprocess.CompletedProcess[str]) -> Deployment:
    run = deployment.cdktf("deploy", "dev-*", "--auto-approve", "--parallelism", "4")
    assert run.returncode == 0, run.stdout + run.stderr
    return deployment


def test_every_synthesized_resource_is_there(deployed: Deployment) -> None:
    states = deployed.states()
    for part in PARTS:
        content = json.loads((deployed.root / f"cdktf.out/stacks/dev-{part}/cdk.tf.json").read_text())
        assert states[f"dev/{part}.tfstate"] == sum(len(members) for members in content["resource"].values())
    assert sum(states[f"dev/{part}.tfstate"] for part in PARTS) >= 60


def test_the_runtime_loads_the_platform_and_finds_what_it_names(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployed.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    record = platform.load("dev")
    assert record.account == "111111111111"
    for bucket in (record.data, record.models, record.features.bucket):
        deployed.client("s3").put_object(Bucket=bucket.name, Key="probe", Body=b"x")
        assert deployed.client("kms").describe_key(KeyId=bucket.key_arn)["KeyMetadata"]["Enabled"]
    table = deployed.client("dynamodb").describe_table(TableName=record.features.online_table)["Table"]
    assert table["KeySchema"] == [{"AttributeName": "entity_id", "KeyType": "HASH"}]
    assert deployed.client("glue").get_database(Name=record.features.glue_database)
    assert deployed.client("eks").describe_cluster(name=record.cluster.name)["cluster"]["arn"] == record.cluster.arn
    subnets = deployed.client("ec2").describe_subnets(SubnetIds=list(record.network.private_subnet_ids))["Subnets"]
    assert {s["VpcId"] for s in subnets} == {record.network.vpc_id}
    assert len({s["AvailabilityZone"] for s in subnets}) == len(subnets)
    assert deployed.client("sns").get_topic_attributes(TopicArn=record.alerts_topic_arn)
    for role in (record.roles.training, record.roles.serving):
        found = deployed.client("iam").get_role(RoleName=role.rpartition("/")[2])["Role"]
        assert found["Arn"] == role
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/groundway-dev-boundary")


def test_cost_tags_are_on_what_was_made(deployed: Deployment) -> None:
    tags = deployed.client("s3").get_bucket_tagging(Bucket="groundway-dev-111111111111-data")["TagSet"]
    assert {"cost-center", "environment", "team", "project", "model", "owner", "run"} <= {t["Key"] for t in tags}
    cluster = deployed.client("eks").describe_cluster(name="groundway-dev")["cluster"]
    assert cluster["tags"]["cost-center"] == "cc-1001"


def test_a_second_plan_finds_nothing_to_do(deployed: Deployment) -> None:
    for part in PARTS:
        plan = deployed.plan(part)
        assert plan.returncode == 0, plan.stdout + plan.stderr


def test_a_plan_sees_what_was_changed_behind_its_back(deployed: Deployment) -> None:
    """The empty plan above would be worth nothing if plans were always empty."""
    s3 = deployed.client("s3")
    bucket = "groundway-dev-111111111111-models"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    plan = deployed.plan("ml")
    assert plan.returncode == 2, plan.stdout + plan.stderr
    assert "Suspended" in plan.stdout


def test_destroy_leaves_nothing(deployed: Deployment) -> None:
    run = deployed.cdktf("destroy", "dev-*", "--auto-approve", "--parallelism", "4")
    assert run.returncode == 0, run.stdout + run.stderr
    assert {deployed.states()[f"dev/{part}.tfstate"] for part in PARTS} == {0}
    assert -1 not in deployed.states().values()
    assert [b["Name"] for b in deployed.client("s3").list_buckets()["Buckets"]] == ["groundway-state-111111111111"]
    assert deployed.held() == deployed.bootstrapped
