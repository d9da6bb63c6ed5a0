"""Both forges' own schemas, which check-jsonschema brings along: nothing is fetched."""

import subprocess
import sys
from pathlib import Path

import pytest
from workflows import GITHUB, GITLAB, ROOT

CHECK = str(Path(sys.executable).with_name("check-jsonschema"))
FORGES = {
    "vendor.github-workflows": [*GITHUB],
    "vendor.gitlab-ci": [ROOT / ".gitlab-ci.yml", *GITLAB],
}


def check(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    return subprocess.run([CHECK, "--builtin-schema", schema, *transform, *files], capture_output=True, text=True)


@pytest.mark.parametrize("schema", FORGES)
def test_they_fit_the_schema(schema: str) -> None:
    assert FORGES[schema]
    done = check(schema, *FORGES[schema])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-workflows", "on: push\njobs: {a: {steps: [{run: ls}]}}"),  # where?
        ("vendor.github-workflows", "on: push\njobs: {a: {runs-on: x, step: [{run: ls}]}}"),
        ("vendor.gitlab-ci", "a: {script: [ls], environment: 3}"),
        ("vendor.gitlab-ci", "a: {script: [ls], when: sometimes}"),
    ],
)
def test_one_that_does_not_is_noticed(schema: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text(text)
    assert check(schema, file).returncode == 1
