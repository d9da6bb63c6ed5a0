"""What every workflow is held to, beyond being valid: the least of rights, nothing foreign in a shell, no secrets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from workflows import EXPRESSION, GITHUB, GITLAB, ROOT, load

from groundway import environment

PINNED = re.compile(r"^[\w.-]+/[\w./-]+@(v\d+|[0-9a-f]{40})$")
SAFE = re.compile(r"^(steps\.\w+\.outputs\.\w+|github\.(run_id|sha))$")  # in a shell; all else comes by `env`


def problems(workflow: dict[str, Any]) -> list[str]:
    return [*_whole(workflow), *(p for name, job in workflow["jobs"].items() for p in _job(name, job, workflow))]


def _whole(workflow: dict[str, Any]) -> Iterator[str]:
    if "permissions" not in workflow:
        yield "no permissions: it has all that the repository grants"
    elif any(right == "write" for right in _rights(workflow["permissions"])):
        yield "permissions: rights to write belong to the job that needs them"
    on = workflow["on"]
    if "pull_request_target" in ([on] if isinstance(on, str) else on):
        yield "pull_request_target: it has rights, and runs for anybody"
    for found in re.findall(r"secrets\.\w+|secrets: inherit", yaml.safe_dump(workflow)):
        if found != "secrets.GITHUB_TOKEN":
            yield f"{found}: there are no long-lived keys here"


def _rights(permissions: Any) -> list[str]:
    return ["write"] if permissions == "write-all" else list(permissions.values()) if permissions else []


def _job(name: str, job: dict[str, Any], workflow: dict[str, Any]) -> Iterator[str]:
    rights = job.get("permissions", workflow.get("permissions")) or {}
    token = "id-token" in rights
    if token and "environment" not in job:
        yield f"{name}: takes a role of AWS and names no environment"
    if token and "concurrency" not in {**job, **workflow}:
        yield f"{name}: may run twice at once in its environment"
    if token and {k for k, v in rights.items() if v == "write"} != {"id-token"}:
        yield f"{name}: whoever has a role of AWS writes nothing here"
    if "uses" not in job and "timeout-minutes" not in job:
        yield f"{name}: no timeout-minutes"
    if not job.get("uses", "./").startswith("./"):
        yield f"{name}: calls {job['uses']}"
    if "pull_request" in workflow["on"] and "ubuntu" not in str(job.get("runs-on", "ubuntu")):
        yield f"{name}: a pull request runs on a machine that stays, or of ours"
    for step in job.get("steps", []):
        yield from _step(name, step, token)


def _step(name: str, step: dict[str, Any], token: bool) -> Iterator[str]:
    used, given = step.get("uses", ""), step.get("with", {})
    if used and not (used.startswith("./") or PINNED.match(used)):
        yield f"{name}: {used} is not pinned"
    if used.startswith("actions/checkout@") and given.get("persist-credentials") is not False:
        yield f"{name}: the checkout keeps credentials"
    if "configure-aws-credentials" in used:
        if not token:
            yield f"{name}: id-token: write is missing"
        if keys := sorted(k for k in given if "key" in k):
            yield f"{name}: {keys}: long-lived keys"
    for expression in EXPRESSION.findall(step.get("run", "")):
        if not SAFE.match(expression):
            yield f"{name}: {expression} goes into a shell as it is: hand it over in env"


@pytest.mark.parametrize("file", GITHUB, ids=lambda f: f.stem)
def test_github(file: Any) -> None:
    assert problems(load(file)) == []


JOB = "{runs-on: x, timeout-minutes: 1, "
HEAD = "on: push\npermissions: {}\njobs:\n  a: "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on: push\njobs: {}", "no permissions"),
        ("on: push\npermissions: write-all\njobs: {}", "rights to write"),
        ("on: push\npermissions: {contents: write}\njobs: {}", "rights to write"),
        ("on: pull_request_target\npermissions: {}\njobs: {}", "pull_request_target"),
        ("on: {pull_request_target: {}}\npermissions: {}\njobs: {}", "pull_request_target"),
        (HEAD + "{runs-on: x, steps: []}", "no timeout-minutes"),
        ("on: pull_request\npermissions: {}\njobs:\n  a: {runs-on: self-hosted, timeout-minutes: 1}", "that stays"),
        (HEAD + JOB + "env: {K: '${{ secrets.AWS_KEY }}'}}", "secrets.AWS_KEY"),
        (HEAD + "{uses: ./x, secrets: inherit}", "secrets: inherit"),
        (HEAD + "{uses: o/r/.github/workflows/x.yml@v1}", "calls o/r"),
        (HEAD + JOB + "permissions: {id-token: write}, concurrency: x}", "names no environment"),
        (HEAD + JOB + "permissions: {id-token: write}, environment: dev}", "may run twice"),
        (
            HEAD + JOB + "permissions: {id-token: write, contents: write}, environment: d, concurrency: x}",
            "writes nothing here",
        ),
        (HEAD + JOB + "steps: [{uses: actions/setup-node}]}", "not pinned"),
        (HEAD + JOB + "steps: [{uses: actions/setup-node@main}]}", "not pinned"),
        (HEAD + JOB + "steps: [{uses: actions/checkout@v5}]}", "keeps credentials"),
        (HEAD + JOB + "steps: [{uses: aws-actions/configure-aws-credentials@v5}]}", "id-token: write is missing"),
        (
            HEAD + JOB + "steps: [{uses: aws-actions/configure-aws-credentials@v5, with: {aws-access-key-id: A}}]}",
            "long-lived keys",
        ),
        (HEAD + JOB + "steps: [{run: 'echo ${{ github.event.pull_request.title }}'}]}", "goes into a shell"),
        (HEAD + JOB + "steps: [{run: 'echo ${{inputs.reason}}'}]}", "goes into a shell"),
        (HEAD + JOB + "steps: [{run: 'echo ${{ github.head_ref }}'}]}", "goes into a shell"),
    ],
)
def test_a_careless_workflow_is_noticed(text: str, said: str, tmp_path: Any) -> None:
    file = tmp_path / "careless.yml"
    file.write_text(text)
    assert any(said in problem for problem in problems(load(file))), problems(load(file))


def test_digests_and_majors_are_pins() -> None:
    assert PINNED.match("actions/checkout@" + "0" * 40)
    assert not PINNED.match("actions/checkout@" + "0" * 7)


@pytest.mark.parametrize("file", [ROOT / ".gitlab-ci.yml", *GITLAB], ids=lambda f: f.stem)
def test_gitlab_has_no_keys_and_one_change_at_a_time(file: Any) -> None:
    text, pipeline = file.read_text(), load(file)
    assert not re.search(r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)", text)
    for name, job in pipeline.items():
        extended = job.get("extends", []) if isinstance(job, dict) else []
        if ".aws" in extended and not name.startswith("."):
            assert job["resource_group"] == f"groundway-{job['environment']['name']}", name
            assert job["rules"], name  # never in a merge request: AWS trusts main alone


def test_the_environments_that_forges_offer_are_those_there_are() -> None:
    there = environment.names(ROOT)
    workflows = {f.stem: load(f) for f in GITHUB}
    inputs = workflows["rollback"]["on"]["workflow_dispatch"]["inputs"]
    assert sorted(inputs["environment"]["options"]) == there
    ways = workflows["promote"]["on"]["workflow_dispatch"]["inputs"]
    assert {*ways["from"]["options"], *ways["to"]["options"]} == set(there)
    released = load(ROOT / ".gitlab" / "release.yml")
    assert sorted(job["variables"]["ENVIRONMENT"] for job in released.values() if "variables" in job) == there
