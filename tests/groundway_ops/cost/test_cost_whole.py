"""Whole environments: everything is priced or free for a reason, the sums hold, and it is quick."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from cost_resources import CHECKOUT, TODAY

from groundway import environment
from groundway_ops.cost import cost
from groundway_ops.cost.estimate import estimate
from groundway_ops.cost.formats import document, render
from groundway_ops.cost.record import Estimate
from groundway_ops.gate import documents

pytestmark = pytest.mark.slow
NAMES = environment.names(CHECKOUT)


@pytest.fixture(scope="module")
def whole(synthesized: Path) -> Callable[[str], Estimate]:
    return lambda name: estimate(synthesized, environment.load(name, CHECKOUT), root=CHECKOUT, on=TODAY)


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_is_priced_or_free_for_a_reason(
    name: str, whole: Callable[[str], Estimate], synthesized: Path
) -> None:
    found = whole(name)
    there = {(d.stack, address) for d in documents.stacks(synthesized, (name,)) for address in d.addresses}
    looked_at = {(x.stack, x.address) for x in (*found.lines, *found.free)}
    assert {place for place in looked_at if not place[1].startswith("gpu_pools.")} == there
    assert all(free.reason for free in found.free)
    assert found.notices == ()


@pytest.mark.parametrize("name", NAMES)
def test_lines_add_up_to_the_stacks_and_the_stacks_to_the_whole(name: str, whole: Callable[[str], Estimate]) -> None:
    found = whole(name)
    monthly = found.monthly
    assert sum(line.monthly.expected for line in found.lines) == monthly.expected
    assert sum(amount.high for amount in found.by_stack.values()) == monthly.high
    assert sum(found.by_confidence.values()) == monthly.expected
    assert 0 < monthly.low < monthly.expected < monthly.high
    for line in found.lines:
        assert abs(line.monthly.expected - line.quantity.expected * line.price.expected) < Decimal("0.000001")
    assert len({line.key for line in found.lines}) == len(found.lines)


def test_the_environments_are_within_their_budgets_and_over_a_smaller_one(
    whole: Callable[[str], Estimate], synthesized: Path
) -> None:
    assert not any(whole(name).over_budget for name in NAMES)
    dev = environment.load("dev", CHECKOUT)
    small = dev.model_copy(update={"budget": dev.budget.model_copy(update={"monthly_usd": Decimal(100)})})
    assert estimate(synthesized, small, root=CHECKOUT, on=TODAY).over_budget


def test_the_difference_is_what_was_changed(
    whole: Callable[[str], Estimate], synthesized: Path, tmp_path: Path
) -> None:
    before = whole("dev")
    stack = tmp_path / "stacks" / "dev-foundation"
    for file in synthesized.glob("dev-*/cdk.tf.json"):
        (tmp_path / "stacks" / file.parent.name).mkdir(parents=True)
        (tmp_path / "stacks" / file.parent.name / file.name).write_text(file.read_text())
    content = json.loads((stack / "cdk.tf.json").read_text())
    content["resource"]["aws_eip"] = {"another": {"domain": "vpc"}}
    (stack / "cdk.tf.json").write_text(json.dumps(content))
    after = estimate(tmp_path / "stacks", environment.load("dev", CHECKOUT), root=CHECKOUT, on=TODAY)
    changes = before.difference(after)
    assert [(c.address.partition(".")[0], c.before is None, c.after is None, c.expected) for c in changes] == [
        ("aws_eip", True, False, Decimal("3.65")),
        ("aws_eip", False, True, Decimal("-3.65")),
    ]
    assert before.difference(before) == []
    assert [c.expected for c in after.difference(before)] == [Decimal("-3.65"), Decimal("3.65")]


def test_json_is_read_back_as_it_was(whole: Callable[[str], Estimate], tmp_path: Path) -> None:
    file = tmp_path / "prod.json"
    file.write_text(render("json", whole("prod")))
    assert document.read(file) == whole("prod")
    said = json.loads(file.read_text())
    assert Decimal(said["monthly"]["expected"]) == whole("prod").monthly.expected
    assert said["over_budget"] is False


def test_the_command_says_it_in_every_format_and_compares(synthesized: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(cost, ["estimate", "dev", "--stacks", str(synthesized)])
    assert run.exit_code == 0, run.output
    assert "dev: $" in run.output
    assert "within budget of $600.00" in run.output
    assert "dev-observability" in run.output
    earlier = tmp_path / "earlier.json"
    earlier.write_text(CliRunner().invoke(cost, ["estimate", "staging", "--stacks", str(synthesized), "--json"]).stdout)
    run = CliRunner().invoke(
        cost, ["estimate", "staging", "--stacks", str(synthesized), "--against", str(earlier), "--format", "markdown"]
    )
    assert run.stdout.startswith("### Monthly estimate of staging stays at $")
    same = ["estimate", "staging", "--stacks", str(synthesized), "--against", str(synthesized)]
    assert "Nothing changes." in CliRunner().invoke(cost, same).stdout
    (tmp_path / "other.json").write_text("{}")
    run = CliRunner().invoke(cost, [*same[:-1], str(tmp_path / "other.json")])
    assert run.exit_code == 2
    assert "is no estimate that `groundway cost estimate --json` wrote" in run.output
    assert CliRunner().invoke(cost, ["estimate", "nowhere"]).exit_code == 2


def test_five_thousand_resources_take_less_than_two_seconds(
    whole: Callable[[str], Estimate], synthesized: Path, tmp_path: Path
) -> None:
    whole("prod")  # the price book is read once
    for copy in range(12):
        for file in synthesized.glob("prod-*/cdk.tf.json"):
            stack = tmp_path / f"{file.parent.name}{copy}"
            stack.mkdir()
            (stack / file.name).write_text(file.read_text())
    prod = environment.load("prod", CHECKOUT)
    started = time.process_time()
    found = estimate(tmp_path, prod, root=CHECKOUT, on=TODAY)
    seconds = time.process_time() - started
    assert len({(x.stack, x.address) for x in (*found.lines, *found.free)}) > 5000
    assert seconds < 2, f"{seconds:.2f} s"
