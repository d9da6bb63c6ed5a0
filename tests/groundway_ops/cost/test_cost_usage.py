"""usage.yaml: what it says counts, what it leaves out has a default, what is wrong in it is named."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from groundway import environment
from groundway.errors import InvalidInput
from groundway_ops.cost import usage
from groundway_ops.cost.record import Estimate

CHECKOUT = Path(__file__).parents[3]
Ask = Callable[..., Estimate]
EIP: dict[str, Any] = {"aws_eip": {"e": {}}}


def test_what_is_left_out_has_a_default(root: Path) -> None:
    file = root / "environments" / "dev" / "usage.yaml"
    defaults, _ = usage.load("dev", root)
    file.write_text("network: {nat_gb: 7}\n")
    used, _ = usage.load("dev", root)
    assert used.network.nat_gb.low == used.network.nat_gb.high == 7
    assert used.network.zone_gb == defaults.network.zone_gb
    assert used.metrics == defaults.metrics


def test_a_range_is_replaced_whole_and_a_name_takes_the_default_for_what_it_leaves_out(root: Path) -> None:
    file = root / "environments" / "dev" / "usage.yaml"
    file.write_text("buckets:\n  data: {gb: {low: 1, expected: 2, high: 3}}\n")
    used, _ = usage.load("dev", root)
    assert used.buckets["data"].gb.high == 3
    assert used.buckets["data"].thousand_gets == used.buckets["default"].thousand_gets


def test_amounts_are_exact(root: Path) -> None:
    (root / "environments" / "dev" / "usage.yaml").write_text("logs_stored_share: 0.1\nnetwork: {nat_gb: 0.3}\n")
    used, _ = usage.load("dev", root)
    assert (used.logs_stored_share, used.network.nat_gb.low) == (Decimal("0.1"), Decimal("0.3"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("netwrok: {nat_gb: 1}", r"usage.yaml:1: netwrok: unknown key; did you mean network\?"),
        ("network:\n  nat_gbs: 1", r"usage.yaml:2: network.nat_gbs: unknown key; did you mean nat_gb\?"),
        ("buckets:\n  data: {gigs: 1}", r"usage.yaml:2: buckets.data.gigs: unknown key; There are: gb, thousand_puts"),
        ("network:\n  nat_gb: {low: 1, expectd: 2, high: 3}", r"usage.yaml:2: network.nat_gb"),
        ("network:\n  nat_gb: {low: 5, expected: 2, high: 3}", r"usage.yaml:2: network.nat_gb: .*does not hold"),
        ("network:\n  nat_gb: {expected: 60}", r"usage.yaml:2: network.nat_gb.low: this key is missing"),
        ("network:\n  nat_gb: -1", r"usage.yaml:2: network.nat_gb: .*less than nothing"),
        ("network:\n  nat_gb: many", r"usage.yaml:2: network.nat_gb"),
        ("idle_pool_share: 3", r"usage.yaml:1: idle_pool_share: 3: .*less than or equal to 1"),
        ("pools:\n  a10g: 40", r"usage.yaml:2: pools.a10g"),
        (
            "pools:\n  h100: {node_hours: 1}",
            r"usage.yaml:2: pools.h100: there is no such pool; there are a10g, general",
        ),
        ("- 1", r"usage.yaml: must be keys and values"),
        ("network: [", r"usage.yaml:1: this is not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(ask: Ask, text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(EIP, text)


def test_more_hours_than_the_pool_has_are_refused(ask: Ask) -> None:
    from cost_resources import node_group

    group = node_group(["g5.xlarge"], (0, 0, 1))
    ask(group, "pools: {a10g: {node_hours: 730}}")
    with pytest.raises(InvalidInput, match=r"dev/usage.yaml: pools.a10g.node_hours: 731 is not between 0 and 730"):
        ask(group, "pools: {a10g: {node_hours: 731}}")


def test_usage_of_what_is_not_there_is_noticed(ask: Ask) -> None:
    group = {"aws_cloudwatch_log_group": {"l": {"name": "/a/trail", "retention_in_days": 7}}}
    assert ask(group, "logs:\n  trail: 5").notices == ()
    (notice,) = ask(group, "logs:\n  trial: 5").notices
    assert notice.endswith("usage.yaml:2: logs.trial: nothing in these stacks is called so; there are trail")


@pytest.mark.parametrize("name", environment.names(CHECKOUT))
def test_the_usage_of_the_environments_is_right(name: str) -> None:
    usage.load(name, CHECKOUT)
