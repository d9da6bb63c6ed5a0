"""Both forges' own schemas, which check-jsonschema brings along: nothing is fetched."""

from pathlib import Path

import pytest
from check_jsonschema import main
from click.testing import CliRunner, Result
from workflows import GITHUB, GITLAB, ROOT

FORGES = {
    "vendor.github-workflows": [*GITHUB],
    "vendor.gitlab-ci": [ROOT / ".gitlab-ci.yml", *GITLAB],
}


def check(schema: str, *files: Path) -> Result:
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    return CliRunner().invoke(main, ["--builtin-schema", schema, *transform, *map(str, files)])


@pytest.mark.parametrize("schema", FORGES)
def test_they_fit_the_schema(schema: str) -> None:
    assert FORGES[schema]
    done = check(schema, *FORGES[schema])
    assert done.exit_code == 0, done.output


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
    assert check(schema, file).exit_code == 1
