"""`groundway rehearse` of the environments that this checkout has, side by side: what the README claims of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
GROUNDWAY = Path(sys.executable).with_name("groundway")
PHASES = ["synth", "deploy", "second plan", "drift", "destroy", "leftovers", "killed"]
PROTECTED = ["refusal", "synth with the word", "protection lifted"]

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Environment -> the record of its rehearsal."""
    home = tmp_path_factory.mktemp("rehearsals")
    done = subprocess.run(
        [str(GROUNDWAY), "rehearse", "dev", "staging", "prod"],
        cwd=CHECKOUT,
        env={**os.environ, "GROUNDWAY_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    found = {f.stem: json.loads(f.read_text()) for f in (home / "rehearsals").glob("*.json")}
    breaches = {name: record["breaches"] for name, record in found.items() if record["breaches"]}
    assert done.returncode == 0, f"{breaches}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return found


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_passes(environment: str, records: dict[str, dict[str, Any]]) -> None:
    record = records[environment]
    assert record["breaches"] == []
    phases = {phase["name"]: phase for phase in record["phases"]}
    expected = PHASES if environment == "dev" else PHASES + PROTECTED
    assert set(expected) <= set(phases)
    assert [name for name in expected if not phases[name]["ok"]] == []
    assert all(phases[name]["seconds"] > 0 for name in expected)


def test_prod_is_the_whole_platform(records: dict[str, dict[str, Any]]) -> None:
    prod = records["prod"]
    assert prod["resources"] > 400
    assert prod["types"] >= 90
    assert prod["resources"] == sum(prod["by_type"].values())
    assert prod["types"] == len(prod["by_type"])
    assert prod["resources"] > records["dev"]["resources"]
