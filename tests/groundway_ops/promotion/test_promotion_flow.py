"""A release is cut, promoted, deployed and taken back: the files, what runs, the evidence, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_checkout import GROUNDWAY
from small_environments import DRIVER, SmallEnvironments

from groundway.errors import InvalidInput, Refused, Unavailable

pytestmark = pytest.mark.long


def pinned(small: SmallEnvironments, environment: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((small.root / "environments" / environment / "release.yaml").read_text())
    return found


@pytest.mark.timeout(900)
def test_a_release_goes_on_and_comes_back(small: SmallEnvironments, models: tuple[Path, Path]) -> None:
    """One story, told in order: each step stands on the one before."""
    one, two = (f"small={n}={path}" for n, path in enumerate(models, 1))

    # nothing is released yet
    for arguments, said in (
        (("promote", "dev", "staging"), "dev pins nothing yet: groundway release cut dev"),
        (("deploy", "staging"), "staging pins nothing"),
        (("rollback", "staging"), "has not run a release yet"),
        (("promote", "staging", "dev"), "releases of staging do not go to dev"),
    ):
        done = small.drive(*arguments)
        assert done.returncode in (InvalidInput.exit_code, Refused.exit_code), done.stderr
        assert said in done.stderr

    # the first one
    first = small.ok("cut", "dev", "the first", MODEL=one)
    assert pinned(small, "dev")["models"]["small"]["version"] == 1
    assert pinned(small, "dev")["revision"] == small.checkout.git("rev-parse", "HEAD")
    assert small.ok("cut", "dev", MODEL=one)["name"] == first["name"]  # the same again is no other release
    refused = small.ok("promote", "dev", "staging", GATES="freeze approvals")
    assert [(r["gate"], r["passed"]) for r in refused["results"]] == [("freeze", True), ("approvals", False)]
    assert "0 of 1 approvals" in refused["refused"]
    assert small.ok("look", "staging")["pinned"] is None
    given = small.ok("agree", "dev", "staging", **small.taking("staging", "reviewer"))
    assert given["by"] == "arn:aws:sts::222222222222:assumed-role/groundway-staging-ops/reviewer"
    at_staging = small.ok("promote", "dev", "staging", GATES="freeze approvals")
    assert at_staging["origin"] == f"dev/{first['name']}"
    assert [r["gate"] for r in at_staging["results"] if r["passed"]] == ["freeze", "approvals"]
    assert small.ok("promote", "dev", "staging")["name"] == at_staging["name"]
    assert small.ok("look", "staging")["runs"] is None  # pinned, not deployed
    small.ok("deploy", "staging")
    seen = small.ok("look", "staging")
    assert (seen["pinned"], seen["runs"]) == (at_staging["name"], at_staging["name"])
    assert [kind for kind, _ in seen["events"]] == ["gates", "approval", "gates", "promotion", "deploy"]
    assert seen["problems"] == []

    # what came there by hand passed no gate
    file = small.root / "environments" / "staging" / "release.yaml"
    kept = file.read_text()
    file.write_text(kept.replace("version: 1", "version: 7"))
    done = small.drive("deploy", "staging")
    assert done.returncode == Refused.exit_code
    assert "it passed no gate" in done.stderr
    file.write_text(kept)

    # the second one has other code, too
    small.commit("2")
    small.ok("platform", "dev")
    second = small.ok("cut", "dev", MODEL=two)
    assert second["blueprint"] != first["blueprint"]
    small.ok("promote", "dev", "staging")
    small.ok("deploy", "staging")
    seen = small.ok("look", "staging")
    assert seen["revision"] == "2"
    assert len(seen["ran"]) == 2

    # and back: code, models and pin, without dev
    done = small.attempt([str(GROUNDWAY), "rollback", "staging", "--json"], **small.variables("staging"))
    assert done.returncode == 0, done.stderr
    back = json.loads(done.stdout)
    assert back["release"]["name"] == at_staging["name"]
    seen = small.ok("look", "staging")
    assert (seen["pinned"], seen["runs"], seen["revision"]) == (at_staging["name"], at_staging["name"], "1")
    assert seen["events"][-1] == ["rollback", at_staging["name"]]
    assert seen["problems"] == []
    assert seen["journal"] is None

    # a second way back must be meant
    done = small.drive("rollback", "staging")
    assert done.returncode == InvalidInput.exit_code
    assert "nothing before" in done.stderr

    # commands that only look
    names = [line.split()[3] for line in small.groundway("release", "list", "staging").splitlines()]
    assert names[-1] == at_staging["name"]
    changed = json.loads(small.groundway("release", "diff", "dev", "staging", "--json"))
    assert {"revision", "blueprint", "models.small.digest"} <= {c["key"] for c in changed}
    status = {s["environment"]: s for s in json.loads(small.groundway("status", "--json"))}
    assert list(status) == ["dev", "staging", "prod"]
    assert status["staging"]["running"]["name"] == at_staging["name"]
    assert any("the code here is not that of" in d for d in status["staging"]["drift"])
    assert any("groundway promote dev staging" in p for p in status["staging"]["pending"])


def test_who_cannot_be_asked_is_said(small: SmallEnvironments) -> None:
    """A registry that does not answer: nothing is cut, and nothing is left half-way."""
    before = small.ok("look", "dev")
    at = {**small.variables("dev"), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    done = small.attempt([str(GROUNDWAY), "release", "cut", "dev"], **at)
    assert done.returncode == Unavailable.exit_code, done.stderr
    assert "http://127.0.0.1:9" in done.stderr
    assert small.ok("look", "dev") == before


def test_two_at_once_one_wins(small: SmallEnvironments, models: tuple[Path, Path]) -> None:
    small.ok("cut", "dev", MODEL=f"small=8={models[0]}")
    before = small.ok("look", "staging")["events"]
    env = small.env(**small.variables("dev"))
    command = [sys.executable, str(DRIVER), "promote", "dev", "staging"]
    both = [
        subprocess.Popen(command, cwd=small.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300) for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, Refused.exit_code], [0, 0]), said
    if codes == [0, Refused.exit_code]:
        assert any("staging is busy: promotion of r-" in err for _, err in said), said
    after = small.ok("look", "staging")
    assert [kind for kind, _ in after["events"][len(before) :]].count("promotion") == 1
    assert after["journal"] is None
