"""The local cloud as the tests drive it: the real commands, boto3 as the client."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
GROUNDWAY = Path(sys.prefix) / "bin" / "groundway"
REGION = "eu-west-1"


def groundway(home: Path, *arguments: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `groundway local ...`."""
    return subprocess.run(
        [GROUNDWAY, "local", *arguments],
        cwd=cwd,
        env={**os.environ, "GROUNDWAY_HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=120,
    )


def up(home: Path, **env: str) -> str:
    """Start it; its address."""
    done = groundway(home, "up", **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def status(home: Path) -> dict[str, Any]:
    done = groundway(home, "status", "--json")
    assert done.returncode == 0, done.stderr
    state: dict[str, Any] = json.loads(done.stdout)
    return state


def client(service: str, address: str, account: str = "111111111111", **more: Any) -> Any:
    """A boto3 client that works in an account of the local cloud."""
    return boto3.client(
        service,
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id=account,
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
        **more,
    )


def bucket(address: str, name: str, account: str = "111111111111") -> Any:
    """A client of S3 in whose account this bucket was made."""
    s3 = client("s3", address, account)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3
