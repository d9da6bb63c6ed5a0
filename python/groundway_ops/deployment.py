"""Run `cdktf` over an environment's stacks with readable progress, and count what is really there."""

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from groundway import environment as environments
from groundway.errors import GroundwayError, Unavailable
from groundway.events import publish
from groundway.platform import client

Action = Literal["deploy", "destroy"]
Report = Callable[[str], None]

DONE = re.compile(r": (?:Creation|Destruction|Modifications) complete after")
SUMMARY = re.compile(r"(?:Apply|Destroy) complete! Resources: .*")
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
EVERY = 20  # resources between two lines of progress
PARALLEL_STACKS = 4
LOCK_SECONDS = 120


def checkout(start: Path | None = None) -> Path:
    """The directory that holds cdktf.json, from `start` upwards."""
    here = (start or Path.cwd()).resolve()
    for directory in (here, *here.parents):
        if (directory / "cdktf.json").exists():
            return directory
    raise Unavailable(f"no cdktf.json in {here} or above it: run this inside the checkout")


def run(action: Action, environment: str, root: Path, log: Path, report: Report) -> None:
    """`cdktf deploy|destroy '<environment>-*'`, its whole output kept in `log`.

    Raises `GroundwayError` with what Terraform complained about. Ctrl-C reaches Terraform, which finishes the resource
    at hand and releases its locks.
    """
    binary = root / "node_modules" / ".bin" / "cdktf"
    if not binary.exists():
        raise Unavailable(f"{binary} is missing: make setup")
    if action == "destroy":  # told before: the evidence itself may be gone after it
        publish("destroy", environment, id=f"destroy {datetime.now(UTC).isoformat()}", reason="teardown with cdktf")
    command = [str(binary), action, f"{environment}-*", "--auto-approve", "--parallelism", str(PARALLEL_STACKS)]
    log.parent.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "GROUNDWAY_ENVIRONMENT": environment, "CI": "1", "FORCE_COLOR": "0"}
    env["NODE_OPTIONS"] = _node_options(env.get("NODE_OPTIONS", ""))
    for step in ("plan", "apply", "destroy"):  # a deploy that another process is just finishing is waited for
        env.setdefault(f"TF_CLI_ARGS_{step}", f"-lock-timeout={LOCK_SECONDS}s")
    with (
        log.open("w") as out,
        subprocess.Popen(
            command,
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        assert process.stdout
        _follow(environment, process.stdout, out, report)
    if process.returncode:
        raise GroundwayError(
            f"cdktf {action} '{environment}-*' failed; the whole output is in {log}\n{_complaint(log)}"
        )


def _follow(environment: str, lines: Iterable[str], out: TextIO, report: Report) -> None:
    """Keep every line in `out`; report how far it is. cdktf names the stack in the first line of a batch only."""
    name, stack, count = re.compile(rf"({re.escape(environment)}-\S+)\s"), environment, 0
    for raw in lines:
        line = COLOUR.sub("", raw).rstrip()
        if not line:
            continue
        out.write(line + "\n")
        if found := name.match(line):
            stack = found[1]
        if DONE.search(line):
            count += 1
            if count % EVERY == 0:
                report(f"{stack}: {count} resources so far")
        elif found := SUMMARY.search(line):
            report(f"{stack}: {found[0]}")


def _node_options(given: str) -> str:
    """Without this, one failing stack kills the Terraform of its siblings and leaves their states locked."""
    flag = "--unhandled-rejections=warn"
    return given if flag in given else f"{given} {flag}".strip()


def _complaint(log: Path) -> str:
    lines = log.read_text().splitlines()
    first = next((i for i, line in enumerate(lines) if "Error" in line), max(0, len(lines) - 30))
    return "\n".join(lines[first : first + 40])


def inventory(environment: str, root: Path) -> dict[str, Counter[str]]:
    """Stack -> resource type -> number, read from the Terraform states in the environment's bucket."""
    return {stack: _count(state) for stack, state in states(environment, root).items()}


def states(environment: str, root: Path) -> dict[str, dict[str, Any]]:
    """Stack -> its Terraform state, from the environment's bucket."""
    from botocore.exceptions import ClientError

    bucket = environments.load(environment, root).state_bucket
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{environment}/")
    try:
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchBucket":
            return {}
        raise Unavailable(f"the states in s3://{bucket} cannot be listed: {e}") from None
    found = [key for key in sorted(keys) if key.endswith(".tfstate")]
    return {f"{environment}-{Path(key).stem}": _state(bucket, key) for key in found}


def _state(bucket: str, key: str) -> dict[str, Any]:
    """One that is just being deleted holds nothing."""
    from botocore.exceptions import ClientError

    try:
        state: dict[str, Any] = json.load(client("s3").get_object(Bucket=bucket, Key=key)["Body"])
    except ClientError as e:
        if e.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            return {"resources": []}
        raise Unavailable(f"the state s3://{bucket}/{key} cannot be read: {e}") from None
    return state


def _count(state: dict[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for resource in state["resources"]:
        if resource["mode"] == "managed":
            counts[resource["type"]] += len(resource["instances"])
    return counts
