"""An emulated AWS with what evidence needs: a locked bucket, as the stacks make it, and a pair of keys."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.request import urlopen

import boto3

from groundway import environment, signing
from groundway.environment import Environment

CHECKOUT = Path(__file__).parents[3]
START = 60  # seconds for the emulator
NAME = "groundway/dev/signing/evidence"


@contextlib.contextmanager
def emulator(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "groundway_local.emulator", "--port", str(port)]
    env = {**os.environ, "GROUNDWAY_HOME": str(home)}
    with (home / "log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as process:
        try:
            until = time.monotonic() + START
            while True:
                with contextlib.suppress(OSError), urlopen(f"{url}/groundway/pending", timeout=5):
                    break
                if time.monotonic() > until:
                    raise TimeoutError((home / "log").read_text())
                time.sleep(0.1)
            yield url
        finally:
            process.kill()


@cache
def _dev() -> Environment:
    return environment.load("dev", CHECKOUT)


def dev(project: str) -> Environment:
    """dev of this checkout, as another project's: with a bucket of its own."""
    return _dev().model_copy(update={"tags": _dev().tags.model_copy(update={"project": project})})


def settings(url: str) -> dict[str, str]:
    """What points a process at dev's account there."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": _dev().region,
        "AWS_ACCESS_KEY_ID": _dev().account,
        "AWS_SECRET_ACCESS_KEY": "local",
    }


def keep(bucket: str, region: str, days: int = 1, mode: str = "GOVERNANCE") -> None:
    s3 = boto3.client("s3")
    there = {"LocationConstraint": region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=there, ObjectLockEnabledForBucket=True)
    retain(bucket, days, mode)


def retain(bucket: str, days: int, mode: str = "GOVERNANCE") -> None:
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    boto3.client("s3").put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)


def pair() -> None:
    """A new pair of keys, as bootstrap makes it."""
    pem = signing.generate("evidence")
    secrets = boto3.client("secretsmanager")
    with contextlib.suppress(secrets.exceptions.ResourceNotFoundException):
        secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name=NAME, SecretString=pem)
    boto3.client("ssm").put_parameter(Name=f"/{NAME}", Value=signing.public_of(pem), Type="String", Overwrite=True)
