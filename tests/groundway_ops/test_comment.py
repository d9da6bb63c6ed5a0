"""The comment on a pull request: what it says of good and bad changes; what it could not see is not hidden."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_checkout import SmallCheckout, sound

from groundway import release
from groundway_ops.comment.change import Change
from groundway_ops.comment.command import MARK, comment
from groundway_ops.comment.plan import Planned, summary
from groundway_ops.comment.sections import shortened, text
from groundway_ops.rehearsal import plans, record
from groundway_ops.rehearsal.record import Phase, Record


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCheckout:
    root = tmp_path / "checkout"
    root.mkdir()
    small = SmallCheckout(root, tmp_path / "home")
    small.commit(sound())
    monkeypatch.chdir(root)
    monkeypatch.setenv("GROUNDWAY_HOME", str(small.home))
    return small


def run(*arguments: str) -> Result:
    return CliRunner().invoke(comment, [*arguments])


def test_a_refusal_is_what_the_comment_says_and_no_error(checkout: SmallCheckout) -> None:
    """Two bare stacks without encryption: there is much to say about them."""
    done = run("dev", "--section", "policies")
    assert done.exit_code == 0, done.output
    assert "### Policies of dev: **refused**" in done.stdout
    assert re.search(r"`tables_\w+`: `dev-first: aws_dynamodb_table.d`", done.stdout)
    assert MARK not in done.stdout


def test_what_cannot_be_synthesized_is_said_in_every_section(checkout: SmallCheckout) -> None:
    (checkout.root / "stacks" / "__main__.py").write_text("raise SystemExit('no such thing as `a` stack')")
    done = run("dev", "staging", "--section", "policies", "--section", "plan")
    assert done.exit_code == 0, done.output
    for title in ("Policies of dev", "Policies of staging", "Plan of dev", "Plan of staging"):
        assert f"### {title}: **not known**" in done.stdout
    assert "no such thing as 'a' stack" in done.stdout


def test_each_environment_is_synthesized_once_and_ahead_of_its_pin(checkout: SmallCheckout) -> None:
    main = checkout.root / "stacks" / "__main__.py"
    asked = checkout.root / "asked"
    words = "os.environ['GROUNDWAY_ENVIRONMENT'], os.environ['GROUNDWAY_AHEAD']"
    note = f"import os; print({words}, file=open({str(asked)!r}, 'a'))\n"
    main.write_text(note + main.read_text())
    assert run("staging", "--section", "policies", "--section", "price").exit_code == 0
    assert asked.read_text() == "staging staging\n"


def test_checks_come_first_and_the_mark_before_them(checkout: SmallCheckout) -> None:
    (checkout.root / "stacks" / "__main__.py").write_text("raise SystemExit('no')")
    done = run("dev", "--check", "lint=passed", "--check", "test=failed", "--output", "out/comment.md")
    assert done.exit_code == 0, done.output
    said = (checkout.root / "out/comment.md").read_text()
    assert said.startswith(f"{MARK}\n## What this change does to dev\n\n| check | |\n|---|---|\n")
    assert "| lint | passed |\n| test | **failed** |\n\n### Policies of dev" in said
    assert "### Plan" not in said  # it asks a cloud: only when it is named


@pytest.mark.parametrize("given", [["nowhere"], ["dev", "--check", "lint=fine"], ["dev", "--check", "=passed"]])
def test_bad_input(checkout: SmallCheckout, given: list[str]) -> None:
    assert run(*given).exit_code == 2


# the rehearsal


@pytest.fixture
def rehearsed(checkout: SmallCheckout, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr(release, "blueprint", lambda root: f"sha256:{'b' * 64}")

    def write(**changed: object) -> str:
        fields = {
            "environment": "dev",
            "revision": "1" * 40,
            "started": "2026-01-01T00:00:00Z",
            "blueprint": release.blueprint(checkout.root),
            "configuration": release.configuration(checkout.root, "dev"),
            "phases": [Phase(name="upgrade", ok=True, seconds=3.2, detail="1 changed | really\nmore")],
            "from": "2" * 40,
        }
        made = Record.model_validate({**fields, **changed})
        record.write_whole(record.folder() / "dev.json", made.json_text())
        change = Change(checkout.root, checkout.root / "work", ["dev"], [], print)
        return text(change, ["rehearsal"])

    return write


def test_a_rehearsal_of_this_code_is_told(rehearsed: Callable[..., str]) -> None:
    said = rehearsed()
    assert "### Rehearsal of dev from `222222222222` and back: passed" in said
    assert "| upgrade | ok | 3 | 1 changed \\| really |" in said
    broken = rehearsed(
        phases=[Phase(name="upgrade", ok=False, seconds=1, detail="x")],
        breaches=["upgrade: `table` goes"],
        replacements=["dev-first: aws_sns_topic.t is replaced"],
    )
    assert "and back: **broken**" in broken
    assert "| upgrade | **BREACH** | 1 | x |" in broken
    assert "- `upgrade: 'table' goes`\n- `dev-first: aws_sns_topic.t is replaced`" in broken


@pytest.mark.parametrize("other", ["blueprint", "configuration"])
def test_a_rehearsal_of_something_else_is_not(rehearsed: Callable[..., str], other: str) -> None:
    assert rehearsed(**{other: f"sha256:{'0' * 64}"}).strip() == ""


# the plan


def change(
    address: str, *actions: str, attributes: tuple[str, ...] = (), because: tuple[str, ...] = ()
) -> plans.Change:
    return plans.Change(address, address.partition(".")[0], actions, frozenset(attributes), because)


def test_what_goes_is_told_first_and_no_value_at_all() -> None:
    said = summary(
        [
            Planned(
                "dev-ml",
                [
                    change("aws_a.new", "create", attributes=("password",)),
                    change("aws_a.other", "update", attributes=("tags", "size")),
                    change("aws_a.gone", "delete"),
                    change("aws_a.again", "create", "delete", because=("name",)),
                ],
            ),
            Planned("dev-compute", problem="no state\n<b>@here</b> `x`"),
        ]
    )
    assert "| dev-ml | 1 | 1 | 1 | 1 |\n| dev-compute | not planned | | | |" in said
    assert "dev-compute could not be planned: `no state <b>@here</b> 'x'`" in said
    gone, _, rest = said.partition("<details>")
    assert "- destroy `dev-ml: aws_a.gone`\n- replace `dev-ml: aws_a.again` because of `name`" in gone
    assert "- create `dev-ml: aws_a.new`\n- change `dev-ml: aws_a.other`: `size`, `tags`" in rest


def test_many_changes_have_an_end() -> None:
    said = summary([Planned("dev-ml", [change(f"aws_a.n{i}", "create") for i in range(100)])])
    assert "- and 40 more" in said
    assert "n59" in said
    assert "n60" not in said


def test_a_comment_has_an_end_and_nothing_stays_open() -> None:
    long = "### Plan\n<details><summary>s</summary>\n\n" + "- line\n" * 1000 + "</details>"
    cut = shortened(long, 500)
    assert len(cut) < 600
    assert cut.count("<details>") == cut.count("</details>") == 1
    assert cut.endswith("*The rest does not fit into a comment.*")
    assert shortened("short", 500) == "short"


def test_json_plans_are_read_as_terraform_writes_them() -> None:
    document = {
        "resource_changes": [
            {
                "address": "aws_a.x",
                "mode": "managed",
                "type": "aws_a",
                "change": {"actions": ["update"], "before": {"secret": "old"}, "after": {"secret": "new"}},
            }
        ]
    }
    said = summary([Planned("dev-ml", list(plans.changes(json.loads(json.dumps(document))).values()))])
    assert "`secret`" in said
    assert "old" not in said
    assert "new" not in said
