"""The comment on a change, and amounts as people read them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from cost_resources import node_group

from groundway_ops.cost.amounts import Range, usd
from groundway_ops.cost.formats import render
from groundway_ops.cost.record import Estimate

Ask = Callable[..., Estimate]


def test_a_comment_begins_with_the_difference_and_folds_the_rest(ask: Ask) -> None:
    before = ask({"aws_eip": {"a": {}}})
    after = ask({"aws_eip": {"a": {}}, **node_group(["m7i.large"], (1, 1, 1))})
    comment = render("markdown", after, before)
    # 73.584 for the node and 8.00 for its disk; the address stays
    assert comment.splitlines()[0] == "### Monthly estimate of dev increases by $81.58 to $85.23"
    assert "| `dev-part` | $3.65 | $85.23 | +$81.58 |" in comment
    assert "What drives it: `aws_eks_node_group.g` instances, on demand: m7i.large (+$73.58)" in comment
    assert comment.count("<details>") == comment.count("</details>") == 2
    assert "aws_eip.a" not in comment.partition("Every change")[2].partition("</details>")[0]
    assert render("markdown", before, after).startswith("### Monthly estimate of dev decreases by $81.58 to $3.65")


def test_over_budget_is_said_first(ask: Ask) -> None:
    costly = ask(node_group(["p5.48xlarge"], (1, 1, 1)))
    assert "**Over the budget** of $600.00" in render("markdown", costly)
    assert "OVER BUDGET of $600.00" in render("terminal", costly)
    empty_at_first = ask(node_group(["m7i.large"], (0, 12, 12)))  # what is expected counts, not what is the least
    assert empty_at_first.monthly.low == 0
    assert empty_at_first.over_budget
    cheap = ask({"aws_eip": {"a": {}}})
    assert "Within the budget of $600.00" in render("markdown", cheap)
    assert "within budget of $600.00" in render("terminal", cheap)


def test_what_others_wrote_does_not_break_the_table(ask: Ask) -> None:
    table = render("markdown", ask(node_group(["m7i.large", "m7a.large"], (1, 1, 1)), "logs: {'a|b': 1}"))
    rows = [line for line in table.splitlines() if line.startswith("| `aws")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 8 for line in rows)
    assert "logs.a\\|b" in table


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1234.5", "$1,234.50"), ("-0.1", "-$0.10"), ("0", "$0.00"), ("0.001", "<$0.01"), ("2.005", "$2.01")],
)
def test_amounts_are_shown_to_the_cent_and_never_as_nothing(amount: str, shown: str) -> None:
    assert usd(Decimal(amount)) == shown


def test_a_range_is_in_order() -> None:
    assert Range.model_validate(3) == Range(low=Decimal(3), expected=Decimal(3), high=Decimal(3))
    with pytest.raises(ValueError, match="does not hold"):
        Range(low=Decimal(2), expected=Decimal(1), high=Decimal(3))
