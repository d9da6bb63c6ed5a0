"""Stacks that are older than what they are made of: teams, too, whom the platform record names."""

import os
from pathlib import Path

import pytest

from groundway.errors import InvalidInput
from groundway_ops.gate import freshness


def test_stacks_older_than_the_teams_are_not_what_is_deployed(tmp_path: Path) -> None:
    teams, stack = tmp_path / "environments/teams.yaml", tmp_path / "stacks/dev-ml/cdk.tf.json"
    for file, written in ((teams, 1), (stack, 2)):
        file.parent.mkdir(parents=True)
        file.write_text("{}")
        os.utime(file, (written, written))
    freshness.check(tmp_path / "stacks", tmp_path)
    os.utime(teams, (3, 3))
    with pytest.raises(InvalidInput, match=r"older than environments/teams\.yaml"):
        freshness.check(tmp_path / "stacks", tmp_path)
