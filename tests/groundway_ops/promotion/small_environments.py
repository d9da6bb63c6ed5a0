"""Three environments with what releases need - evidence, models, the runtime's record - and next to nothing besides.

They lie in a local cloud of their own; operations run as processes of their own, which can be killed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import small_checkout
from small_checkout import GROUNDWAY, SmallCheckout

from groundway.platform import Bucket, Cluster, FeatureStore, Images, Network, Platform, Roles
from groundway.tags import CostTags

PLACES = '.replace("ENV", env.name).replace("ACCOUNT", env.account).replace("\\"DAYS\\"", str(env.audit.evidence_days))'
KEY = "arn:aws:kms:eu-west-1:ACCOUNT:key/00000000-0000-0000-0000-000000000000"
DRIVER = Path(__file__).with_name("drive.py")


def bucket(purpose: str) -> Bucket:
    return Bucket(name=f"groundway-ENV-ACCOUNT-{purpose}", key_arn=KEY)


def platform() -> str:
    """The runtime's record; ENV and ACCOUNT are filled in when the stacks are written."""
    image = "ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com/groundway-ENV"
    role = "arn:aws:iam::ACCOUNT:role/groundway-ENV"
    return Platform(
        environment="ENV",
        account="ACCOUNT",
        region="eu-west-1",
        tags=CostTags(team="ml-platform", project="groundway", environment="ENV", cost_center="cc-1001", owner="tests"),
        network=Network(vpc_id="vpc-1", private_subnet_ids=("subnet-1",), workload_security_group_id="sg-1"),
        cluster=Cluster(name="ENV", arn="arn:aws:eks:eu-west-1:ACCOUNT:cluster/ENV", gpu_pools=()),
        data=bucket("data"),
        models=bucket("models"),
        features=FeatureStore(bucket=bucket("features"), online_table="groundway-ENV-online", glue_database="g"),
        images=Images(training=f"{image}/training", serving=f"{image}/serving"),
        roles=Roles(training=f"{role}-training", serving=f"{role}-serving"),
        alerts_topic_arn="arn:aws:sns:eu-west-1:ACCOUNT:alerts",
    ).model_dump_json()


def resources(revision: str = "1") -> dict[str, Any]:
    """Stack -> type -> name -> arguments. `revision` is what an upgrade changes."""
    names = {purpose: bucket(purpose).name for purpose in ("evidence", "models")}
    lock = {"default_retention": [{"mode": "GOVERNANCE", "days": "DAYS"}]}
    own = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    return {
        "first": {
            "aws_iam_role": {"ops": {"name": "groundway-ENV-ops", "assume_role_policy": trust}},
            "aws_s3_bucket": {
                "evidence": {"bucket": names["evidence"], "object_lock_enabled": True},
                "models": {"bucket": names["models"]},
            },
            "aws_s3_bucket_versioning": {
                p: {"bucket": f"${{aws_s3_bucket.{p}.bucket}}", "versioning_configuration": [{"status": "Enabled"}]}
                for p in names
            },
            "aws_s3_bucket_object_lock_configuration": {
                "evidence": {
                    "bucket": "${aws_s3_bucket.evidence.bucket}",
                    "rule": [lock],
                    "depends_on": ["aws_s3_bucket_versioning.evidence"],
                }
            },
        },
        "second": {
            "aws_ssm_parameter": {
                "platform": {"name": "/groundway/ENV/platform", "type": "String", "value": platform()},
                "revision": {"name": "/groundway/ENV/revision", "type": "String", "value": revision},
            },
        },
    }


class SmallEnvironments:
    """The checkout at `root`; the local cloud and all run-time state in `home`."""

    def __init__(self, root: Path, home: Path) -> None:
        root.mkdir()
        self.checkout = SmallCheckout(root, home)
        self.root, self.home = root, home
        main = root / "stacks" / "__main__.py"
        read = 'with_name("resources.json").read_text()'
        assert read in main.read_text()
        main.write_text(main.read_text().replace(read, read + PLACES))
        self.commit()

    def commit(self, revision: str = "1") -> str:
        """The blueprint at another revision; returns the commit."""
        self.checkout.commit(resources(revision))
        return self.checkout.git("rev-parse", "HEAD")

    def env(self, **more: str) -> dict[str, str]:
        """The local cloud, and nothing that the machine may have set."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GROUNDWAY_", "TF_"))}
        return {**kept, "GROUNDWAY_HOME": str(self.home), "GROUNDWAY_CLOUD": "local", **more}

    def groundway(self, *arguments: str, **env: str) -> str:
        done = self.attempt([str(GROUNDWAY), *arguments], **env)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def attempt(self, command: list[str], **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, cwd=self.root, env=self.env(**env), capture_output=True, text=True, timeout=300)

    def variables(self, environment: str) -> dict[str, str]:
        """What leads into an environment's account."""
        found = json.loads(self.groundway("local", "env", environment, "--json"))
        return {name: value for name, value in found.items() if value is not None}

    def drive(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        """An operation, with the gates that `GATES` names (default: all pass): see drive.py."""
        start = self.variables("dev")
        return self.attempt([sys.executable, str(DRIVER), *arguments], **{**start, **env})

    def ok(self, *arguments: str, **env: str) -> dict[str, Any]:
        done = self.drive(*arguments, **env)
        assert done.returncode == 0, done.stderr + done.stdout
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def taking(self, environment: str, session: str) -> dict[str, str]:
        """What leads into the account as somebody who took the role of operators there."""
        import boto3

        at = self.variables(environment)
        own = {"AWS_ACCESS_KEY_ID": "aws_access_key_id", "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}
        place = {"endpoint_url": at["AWS_ENDPOINT_URL"], "region_name": at["AWS_REGION"]}
        sts = boto3.client("sts", **place, **{name: at[key] for key, name in own.items()})
        role = f"arn:aws:iam::{at['AWS_ACCESS_KEY_ID']}:role/groundway-{environment}-ops"
        found = sts.assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
        return {
            **at,
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def up(self, *environments: str) -> None:
        """Start the cloud, bootstrap the environments and deploy what releases need there."""
        self.groundway("local", "up")
        for name in environments:
            self.groundway("bootstrap", name, **self.variables(name))
            self.ok("platform", name)

    def down(self) -> None:
        self.attempt([str(GROUNDWAY), "local", "down"])


__all__ = ["SmallEnvironments", "resources", "small_checkout"]
