"""The workflows run: every command of every job, in order, in the local cloud, from a pull request to a rollback.

GitHub's files are run; GitLab's have the same commands (test_ci_vendors). What is not run here: `uses`, which sets
machines up and carries files from job to job, and the commands of `ci.yml`, which are this very suite and the demo.
Stand-ins: `make` (its targets are looked up, not made), `gh`, GitHub's API, the local cloud for a role of AWS, and a
role there for single sign-on, by which somebody else than CI approves.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from recipe import copy
from stand_ins import Comments, serving
from walk import Walk
from workflows import GITHUB, load, steps

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]
ELSEWHERE = {"ci"}
MODEL = "flights-delay"
MONTHS = {"inputs.train || vars.TRAIN": "2013-08..2013-10", "inputs.validate || vars.VALIDATE": "2013-11"}
REGISTRY = {"vars.MLFLOW_TRACKING_URI": ""}  # the local one


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    with copy(folder) as made:
        walk = Walk.begin(made, folder)
        try:
            walk.shell("groundway local up", walk.base)
            for name in ("dev", "staging"):
                walk.shell(f"groundway bootstrap {name}", walk.base | walk.cloud(name))
            dev = walk.base | walk.cloud("dev")  # the first time by hand: models need a place for their registry
            walk.shell("npx cdktf deploy 'dev-*' --auto-approve && groundway registry up", dev)
            yield walk
        finally:
            walk.shell("groundway registry down", walk.base)


def released(walk: Walk, before: str) -> list[str]:
    """The environments that the workflow `release` finds, after what was merged since `before`."""
    walk.handed("GITHUB_OUTPUT").write_text("")
    walk.job("release", "changed", None, {"github.event.before": before})
    found: list[str] = json.loads(walk.handed("GITHUB_OUTPUT").read_text().removeprefix("environments="))
    return found


def deploy(walk: Walk, environment: str) -> str:
    return walk.job("release", "deploy", environment, {"matrix.environment": environment})


def pinned(walk: Walk, environment: str) -> dict[str, object]:
    text = walk.git("show", f"main:environments/{environment}/release.yaml")
    return dict(yaml.safe_load(text))


def test_a_pull_request_is_checked_and_told_about(walk: Walk) -> None:
    base = walk.git("rev-parse", "HEAD")
    file = walk.made.root / "environments/dev/environment.yaml"
    text = re.sub(r"monthly_usd: \d+", "monthly_usd: 700", file.read_text(), count=1)
    file.write_text(text)
    walk.commit("A larger budget")
    walk.git("push", "-q", "origin", "main")
    walk.job("pull-request", "check", None, {"github.event.pull_request.base.sha": base})
    assert {"make setup", "make lint types", "make quick"} <= set(walk.stand_ins.called)
    comment = (walk.made.root / ".groundway/comment.md").read_text()
    assert walk.handed("GITHUB_STEP_SUMMARY").read_text() == comment
    assert "**" not in comment.partition("### ")[0], comment[:1000]  # every check passed
    for name in ("dev", "staging", "prod"):
        assert f"### Policies of {name}: passed" in comment
        assert f"`{name}-foundation`" in comment  # its price
    assert f"### Rehearsal of dev from `{base[:12]}` and back: passed" in comment
    assert len(comment) < 65_536
    with serving(comments := Comments()) as url:
        values = {"github.event.pull_request.number": "5", "secrets.GITHUB_TOKEN": "right"}
        walk.forge = {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": "o/r"}
        walk.job("pull-request", "comment", None, values)
        walk.forge = {}
    assert [c["body"] for c in comments.comments] == [comment]


def test_what_is_merged_runs_in_dev(walk: Walk) -> None:
    walk.job("merge", "dev", "dev", REGISTRY)
    assert released(walk, walk.propose("dev", "Dev runs what was merged")) == ["dev"]
    assert pinned(walk, "dev")["revision"] == walk.git("rev-parse", "main~1")
    deploy(walk, "dev")


def test_the_plan_of_a_pull_request(walk: Walk) -> None:
    walk.job("pull-request", "plan", "dev")
    plan = (walk.made.root / ".groundway/plan.md").read_text()
    assert "| dev-foundation | 0 | 0 | 0 | 0 |" in plan


def test_a_model_is_trained_and_becomes_part_of_dev(walk: Walk) -> None:
    values = {**MONTHS, **REGISTRY, "inputs.model || vars.MODEL || 'flights-delay'": MODEL}
    walk.job("train", "train", "dev", values)
    walk.job("train", "cut", "dev", values)
    assert released(walk, walk.propose("dev", "Dev runs a model that was trained anew")) == ["dev"]
    assert list(pinned(walk, "dev")["models"]) == [MODEL]  # type: ignore[call-overload]
    deploy(walk, "dev")


def test_a_promotion_is_a_pull_request_and_its_merge_deploys(walk: Walk) -> None:
    env = walk.base | walk.cloud("staging")
    walk.shell("npx cdktf deploy 'staging-*' --auto-approve", env)
    land = {"matrix.environment": "staging", "inputs.model || vars.MODEL || 'flights-delay'": MODEL}
    walk.job("train", "data", "staging", land)
    walk.shell("groundway approve dev staging --reason 'numbers are fine'", walk.person("staging", "ann"))
    values = {"inputs.from": "dev", "inputs.to": "staging", "inputs.reason": 'It\'s $(better) "now"'}
    walk.job("promote", "gates", "staging", values)
    assert released(walk, walk.propose("staging", "Promote dev to staging")) == ["staging"]
    assert "1 of 1 approvals" in walk.stand_ins.bodies.read_text()  # the pull request tells what the gates said
    deploy(walk, "staging")
    assert pinned(walk, "staging")["models"] == pinned(walk, "dev")["models"]


def test_a_rollback_is_done_and_then_recorded(walk: Walk) -> None:
    assert "models" in pinned(walk, "dev")
    values = {"inputs.environment": "dev", "inputs.release": "", "inputs.reason": "scores drift"}
    walk.job("rollback", "rollback", "dev", values)
    walk.propose("dev", "Roll dev back")
    assert not pinned(walk, "dev").get("models")


def test_every_command_was_run(walk: Walk) -> None:
    """The last of them: what the tests above did not run, no test did."""
    wanted = {f"{f.stem}/{s.job}: {s.run}" for f in GITHUB if f.stem not in ELSEWHERE for s in steps(load(f))}
    assert wanted - set(walk.done) == set()


def test_what_is_left_out_is_what_this_suite_is() -> None:
    left = [c for f in GITHUB if f.stem in ELSEWHERE for s in steps(load(f)) for c in s.commands]
    assert left == [".ci/run", "make demo"]
    assert "make test long" in (Path(__file__).parents[2] / ".ci/run").read_text()
