"""GitHub and GitLab run the same commands, so that what one of them is shown to do, both do."""

from pathlib import Path

import pytest
from workflows import GITHUB, GITLAB, load, scripts, steps

CALLED = {"propose"}  # a workflow of GitHub's that others call; on GitLab a job of each
ONLY_GITHUB = {
    ".ci/released",
    ".ci/with groundway comment dev --section plan",
}  # GitLab's rules tell; its role is main's


def github(name: str) -> list[str]:
    file = next(f for f in GITHUB if f.stem == name)
    workflow, found = load(file), []
    for job, content in workflow["jobs"].items():
        if content.get("uses", "").startswith("./"):
            found += github(Path(content["uses"]).stem)
        found += [c for s in steps(workflow) if s.job == job for c in s.commands]
    return [c for c in found if not any(only in c for only in ONLY_GITHUB) and not c.startswith("environments=")]


def gitlab(name: str) -> list[str]:
    pipeline = load(next(f for f in GITLAB if f.stem == name))
    return list(dict.fromkeys(c for step in scripts(pipeline) for c in step.commands))


@pytest.mark.parametrize("name", [f.stem for f in GITHUB if f.stem not in CALLED])
def test_the_same_commands(name: str) -> None:
    assert github(name)
    assert github(name) == gitlab(name)


def test_the_same_workflows() -> None:
    assert {f.stem for f in GITHUB} - CALLED == {f.stem for f in GITLAB}
    included = load(GITLAB[0].parents[1] / ".gitlab-ci.yml")["include"]
    assert {Path(i["local"]).stem for i in included} == {f.stem for f in GITLAB}
