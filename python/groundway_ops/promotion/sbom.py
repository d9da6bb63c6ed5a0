"""The bill of materials of a release: CycloneDX, of every package that its environment lock names, with its hashes."""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from groundway.environment import Environment
from groundway.errors import GroundwayError
from groundway.platform import client
from groundway.service import home

LOCK = "requirements/groundway.txt"


def write(root: Path) -> bytes:
    """The document for the checkout at `root`. The same lock gives the same bytes, so it is made once and kept."""
    lock = hashlib.sha256((root / LOCK).read_bytes()).hexdigest()
    kept = home() / "releases" / "sbom" / f"{lock}-{version('cyclonedx-bom')}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}")
        partial.write_bytes(_made(root))
        partial.replace(kept)
    return kept.read_bytes()


def _made(root: Path) -> bytes:
    command = [str(Path(sys.executable).with_name("cyclonedx-py")), "requirements", LOCK]
    command += ["--output-reproducible", "--output-format", "JSON", "--output-file", "-"]
    done = subprocess.run(command, cwd=root, capture_output=True)
    if done.returncode:
        raise GroundwayError(f"no bill of materials could be made of {LOCK}: {done.stderr.decode().strip()[-500:]}")
    return done.stdout


def digest(document: bytes) -> str:
    return f"sha256:{hashlib.sha256(document).hexdigest()}"


def keep(environment: Environment, document: bytes) -> str:
    """Put it where evidence is kept; returns its key. Where it is already, it is left alone: it cannot be another."""
    from botocore.exceptions import ClientError

    key = f"sbom/{digest(document).removeprefix('sha256:')}.cdx.json"
    try:
        client("s3", environment.region).put_object(
            Bucket=environment.bucket_name("evidence"), Key=key, Body=document, IfNoneMatch="*"
        )
    except ClientError as e:
        if e.response["Error"]["Code"] != "PreconditionFailed":
            raise GroundwayError(f"the bill of materials cannot be kept: {e}") from None
    return key
