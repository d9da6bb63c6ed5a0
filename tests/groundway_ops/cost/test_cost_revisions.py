"""`groundway cost estimate ENV --diff REV`: each side by its own stacks, usage and budget; nothing is left behind."""

import json
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parents[1]))
from small_checkout import SmallCheckout, sound

from groundway_ops.cost import cost

pytestmark = pytest.mark.slow
EIP = {"domain": "vpc"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCheckout:
    """A checkout whose first revision has one address; temporary files go where they can be counted."""
    root, work = tmp_path / "checkout", tmp_path / "work"
    root.mkdir()
    work.mkdir()
    made = SmallCheckout(root, tmp_path / "home")
    made.commit(sound() | {"third": {"aws_eip": {"old": EIP}}})
    monkeypatch.chdir(root)
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    monkeypatch.setenv("GROUNDWAY_ENVIRONMENT", "prod")  # of somebody's shell: nothing may come of it
    return made


def diff(revision: str, *options: str) -> Result:
    return CliRunner().invoke(cost, ["estimate", "dev", "--diff", revision, *options])


def changes(result: Result) -> dict[str, Decimal]:
    said: dict[str, Any] = json.loads(result.stdout)
    return {
        change["address"]: sum(
            (Decimal(side["expected"]) * sign for side, sign in ((change["after"], 1), (change["before"], -1)) if side),
            Decimal(0),
        )
        for change in said["changes"]
    }


def test_what_changed_since_is_told_uncommitted_changes_too(small: SmallCheckout, tmp_path: Path) -> None:
    file = small.root / "stacks" / "resources.json"
    stacks = json.loads(file.read_text())
    stacks["third"] = {"aws_eip": {"new": EIP, "more": EIP}}
    file.write_text(json.dumps(stacks))
    result = diff("HEAD", "--json")
    assert result.exit_code == 0, result.output
    address = Decimal("3.65")
    assert changes(result) == {"aws_eip.old": -address, "aws_eip.new": address, "aws_eip.more": address}
    assert json.loads(result.stdout)["changed_usd"] == "3.650000"
    assert "synthesizing dev of HEAD ..." in result.stderr
    assert "estimating dev of this checkout ..." in result.stderr
    assert list((tmp_path / "work").iterdir()) == []  # it tidied up
    assert small.git("worktree", "list").count("\n") == 0
    assert small.git("status", "--porcelain") == "M stacks/resources.json"


def test_each_revision_has_its_own_usage_and_the_prices_are_those_of_today(small: SmallCheckout) -> None:
    usage = small.root / "environments" / "dev" / "usage.yaml"
    usage.write_text("features: {million_writes: 5, million_reads: 20, stored_gb: 2}\n")
    small.commit(sound())
    usage.write_text("features: {million_writes: 6, million_reads: 20, stored_gb: 2}\n")
    found = changes(diff("HEAD", "--json"))
    assert found == {"aws_dynamodb_table.d": Decimal("0.705")}  # a million writes in eu-west-1, in each of two stacks


def test_stacks_that_were_synthesized_already_may_be_named(small: SmallCheckout, tmp_path: Path) -> None:
    folder = tmp_path / "stacks" / "dev-third"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_eip": {"old": EIP}}}))
    result = diff("HEAD", "--stacks", str(tmp_path / "stacks"), "--json")
    assert "aws_eip.old" not in changes(result)
    assert "of this checkout" not in result.stderr


def test_a_revision_that_there_is_not(small: SmallCheckout) -> None:
    result = diff("nonsense")
    assert result.exit_code == 2
    assert "--diff nonsense: no such revision; `git log --oneline` lists them" in result.stderr
    assert diff("--help").exit_code == 2


def test_an_environment_that_was_not_there_then(small: SmallCheckout) -> None:
    small.git("rm", "-q", "-r", "--cached", "environments/dev")
    small.git("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "no dev")
    result = diff("HEAD")
    assert result.exit_code == 2
    assert "--diff HEAD: there was no environment dev at that revision" in result.stderr


def test_a_revision_that_cannot_be_priced_says_which(small: SmallCheckout, tmp_path: Path) -> None:
    small.commit(sound() | {"third": {"aws_fsx_lustre_file_system": {"f": {}}}})
    small.commit(sound())
    assert diff("HEAD").exit_code == 0
    result = diff("HEAD~1")
    assert result.exit_code == 2
    assert "--diff HEAD~1 cannot be estimated: dev-third: aws_fsx_lustre_file_system.f: nobody said" in result.stderr
    assert list((tmp_path / "work").iterdir()) == []


def test_stacks_that_a_gate_put_aside_are_priced_and_it_is_said(small: SmallCheckout) -> None:
    """What is over the budget is what one wants to see."""
    app = small.root / "stacks" / "__main__.py"
    app.write_text(app.read_text() + '\n(out / "stacks").rename(out / "refused")\nraise SystemExit(3)\n')
    result = diff("HEAD")
    assert result.exit_code == 0, result.output
    assert "the policies refuse the stacks of this checkout; they are priced all the same" in result.stdout
