"""The tour in docs/tour.md, run as a reader would run it: every command, in order, in one shell."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tour.md"
# what a shell of the machine may have set and a reader of the page would not have
FOREIGN = re.compile(r"AWS_|TF_|GROUNDWAY_|MLFLOW_|TERRAFORM_|NODE_OPTIONS|NODE_PATH")


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.S)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_tour(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)} | {"GROUNDWAY_HOME": str(tmp_path / "home")}
    script = "set -euo pipefail\n" + "\n".join(f"echo '=== {i}'\n{c}" for i, c in enumerate(commands(PAGE)))
    try:
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
    finally:
        down = f'export PATH="{ROOT}/.venv/bin:$PATH"; groundway serve stop flights-delay; groundway registry down; '
        subprocess.run(["bash", "-c", down + "groundway local reset --yes"], cwd=ROOT, env=env, capture_output=True)
    said = dict(re.findall(r"=== (\d+)\n(.*?)(?==== |\Z)", done.stdout, re.S))
    by_command = {c: said[str(i)] for i, c in enumerate(commands(PAGE))}

    def output(start: str, nth: int = 0) -> str:
        return [text for c, text in by_command.items() if c.startswith(start)][nth]

    assert "is the champion" in done.stderr
    assert re.search(r"flights-delay@1: ROC AUC 0\.[67]\d+", output("groundway pipeline run"))
    assert re.search(r"0\.\d{4}  \(version 1\)", output("groundway serve ask"))
    assert re.search(r"2013-05  version 1 +\d,\d{3} predictions  AUC 0\.[67]", output("groundway pipeline watch"))
    assert "identical" in output("groundway reproduce")
    assert "stopped" in output("groundway serve stop")
    # what is left in the cloud after the destroy is what bootstrap made: the state bucket, its key, CI's role
    left = dict(re.findall(r"^    (\w+) +(.*)$", output("groundway local status"), re.M))
    assert set(left) == {"iam", "kms", "s3", "secretsmanager", "ssm"}
    assert (left["kms"], left["s3"]) == ("keys 1", "buckets 1")
    assert "roles 1" in left["iam"]
