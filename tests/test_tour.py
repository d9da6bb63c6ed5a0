"""The tour in docs/tour.md, run as a reader would run it: every command, in order, in one shell.

Before the commands that tear all of it down, what it holds is looked at: its tags, and the bill that it makes.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "groundway_ops"))
from tag_walk import Found, faults

from groundway import environment as environments

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tour.md"
LOOK = ROOT / "tests" / "groundway_ops" / "after_demo.py"
LEAVING = "groundway serve stop flights-delay"
# Of these kinds there are some that AWS makes by itself; tag_kinds.py says which, and why they have no tags.
EXCUSED = {"access entry", "enis", "keys", "network_acls", "pod identity association", "route_tables", "secrets"}
# what a shell of the machine may have set and a reader of the page would not have
FOREIGN = re.compile(r"AWS_|TF_|GROUNDWAY_|MLFLOW_|TERRAFORM_|NODE_OPTIONS|NODE_PATH")


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.S)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@dataclass
class Toured:
    """What each command printed, all that went to stderr, and what was found before the tear-down."""

    by_command: dict[str, str]
    stderr: str
    found: dict[str, Any]

    def output(self, start: str, nth: int = 0) -> str:
        return [text for c, text in self.by_command.items() if c.startswith(start)][nth]


pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Toured:
    home, found = tmp_path_factory.mktemp("tour"), tmp_path_factory.mktemp("found") / "found.json"
    env = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)} | {"GROUNDWAY_HOME": str(home)}
    asked = commands(PAGE)
    look = f"{sys.executable} {LOOK} {found} >&2"
    steps = [f"echo '=== {i}'\n{look if c == LEAVING else ':'}\n{c}" for i, c in enumerate(asked)]
    script = "set -euo pipefail\n" + "\n".join(steps)
    try:
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
    finally:
        down = f'export PATH="{ROOT}/.venv/bin:$PATH"; groundway serve stop flights-delay; groundway registry down; '
        subprocess.run(["bash", "-c", down + "groundway local reset --yes"], cwd=ROOT, env=env, capture_output=True)
    said = dict(re.findall(r"=== (\d+)\n(.*?)(?==== |\Z)", done.stdout, re.S))
    return Toured({c: said[str(i)] for i, c in enumerate(asked)}, done.stderr, json.loads(found.read_text()))


def test_the_tour(toured: Toured) -> None:
    output = toured.output
    assert "is the champion" in toured.stderr
    assert re.search(r"flights-delay@1: ROC AUC 0\.[67]\d+", output("groundway pipeline run"))
    assert re.search(r"0\.\d{4}  \(version 1\)", output("groundway serve ask"))
    assert re.search(r"2013-05  version 1 +\d,\d{3} predictions  AUC 0\.[67]", output("groundway pipeline watch"))
    assert "identical" in output("groundway reproduce")
    assert "stopped" in output("groundway serve stop")
    # what is left in the cloud after the destroy is what bootstrap made: the state bucket, its key, CI's role; and what
    # looking at it left, as AWS does: the instances that were started show as terminated, with a key of AWS's own
    left = dict(re.findall(r"^    (\w+) +(.*)$", output("groundway local status"), re.M))
    assert left.pop("ec2") == f"reservations {len(toured.found['tags']['launched'])}"
    assert set(left) == {"iam", "kms", "s3", "secretsmanager", "ssm"}
    assert (left["kms"], left["s3"]) == ("keys 2", "buckets 1")
    assert "roles 1" in left["iam"]


def test_everything_in_the_cloud_carries_the_cost_tags(toured: Toured) -> None:
    """Instances, volumes and interfaces that launch templates start, and objects that the runtime wrote, included."""
    tags = toured.found["tags"]
    found = [Found(**one) for one in tags["found"]]
    assert tags["unknown"] == []
    assert faults([one for one in found if not one.excused], environments.teams(ROOT)) == []
    number = Counter(one.kind for one in found)
    assert number["reservations.Instance"] == len(tags["launched"]) == number["launch_templates"] > 1
    assert number["volumes"] >= len(tags["launched"])
    assert number["objects"] > 20
    assert len(found) > 200
    assert {one.kind for one in found if one.excused} <= EXCUSED


def test_the_bill_of_what_was_deployed(toured: Toured) -> None:
    bill = toured.found["bill"]
    assert bill["told"]["simulated"] is True
    assert {row[0] for row in tables(bill)["bill-models"]["rows"]} >= {"shared", "flights-delay"}
    gateways = [one["name"] for one in toured.found["tags"]["found"] if one["kind"] == "route_tables.NatGateway"]
    assert [name for (name,) in bill["gateways"]] == gateways
    [(run, charged)] = bill["trained"]
    assert run.startswith("flights-delay-2")
    assert charged == 1


def tables(bill: dict[str, Any]) -> dict[str, Any]:
    return {table["name"]: table for table in bill["told"]["tables"]}
