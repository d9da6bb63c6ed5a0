"""Nobody is stranded on an archived library: the same stacks synthesize on its living fork, and come out the same."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from groundway.environment import names

CHECKOUT = Path(__file__).parents[2]
FORK = CHECKOUT / ".venv-cdktn" / "bin" / "python"


def synthesize(python: Path | str, engine: str, out: Path) -> dict[str, dict[str, Any]]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GROUNDWAY_", "CDKTF_"))}
    environment |= {
        "GROUNDWAY_CDK": engine,
        "PYTHONPATH": f"{CHECKOUT / 'python'}{os.pathsep}{CHECKOUT}",
        "CDKTF_OUTDIR": str(out),
    }
    run = subprocess.run([str(python), "-m", "stacks"], cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return {f.parent.name: json.loads(f.read_text()) for f in out.glob("stacks/*/cdk.tf.json")}


def without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_metadata(v) for k, v in value.items() if k != "//"}
    return [without_metadata(v) for v in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_both_engines_synthesize_the_same(tmp_path: Path) -> None:
    assert FORK.exists(), f"{FORK} is missing: make setup-tests"
    ours = synthesize(sys.executable, "cdktf", tmp_path / "cdktf")
    theirs = synthesize(FORK, "cdktn", tmp_path / "cdktn")
    assert ours.keys() == theirs.keys()
    assert {name.partition("-")[0] for name in ours} == set(names(CHECKOUT))
    for name in ours:
        a, b = without_metadata(ours[name]), without_metadata(theirs[name])
        versions = [x["terraform"]["required_providers"]["aws"].pop("version") for x in (a, b)]
        assert versions[0] != versions[1]  # or one engine was compared with itself
        assert a == b, name
        places = [(tmp_path / engine / "stacks" / name / "sources.json").read_bytes() for engine in ("cdktf", "cdktn")]
        assert places[0] == places[1], name
