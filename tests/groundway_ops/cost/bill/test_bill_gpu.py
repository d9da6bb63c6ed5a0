"""GPU waste: its parts are what the nodes cost, and what nobody measured is not called useful."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_bill import charge, mart_of

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

PARTS = ("useful", "underused", "idle", "unallocated", "unknown")
THREE = datetime(2026, 10, 1, 3)


def node(instance: str = "i-0aaaa", cost: str = "10", hours: float = 1.0, **said: Any) -> dict[str, Any]:
    """The charge of an instance for a day of the bill, in which it ran for some hours."""
    said.setdefault("usage_type", "EUW1-BoxUsage:g5.xlarge")
    return charge(resource=instance, effective=cost, quantity=hours, **said)


def gpu(instance: str = "i-0aaaa", card: str = "0", hour: datetime = THREE, **said: Any) -> dict[str, Any]:
    parts = {part: float(said.pop(part, 0)) for part in PARTS}
    return {"hour": hour, "instance": instance, "gpu": card, "hours": sum(parts.values()), **parts, **said}


def asked(mart: Mart, *by: str, **question: Any) -> Report:
    return make("gpu", mart, Question.of(mart, by=by or ("team",), **question))


def costs(report: Report) -> dict[tuple[str, str], Decimal]:
    """(team, use) -> cost."""
    return {(row[1], row[2]): row[4].normalize() for row in report.rows}


def test_a_node_is_divided_by_what_was_made_of_its_gpu(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [
            node(),
            charge(effective="7"),
            charge(usage_type="EUW1-EBS:VolumeUsage.gp3", resource="vol-0a", effective="3"),
        ],
        gpus=[gpu(team="demand", useful=0.4, underused=0.1, idle=0.3), gpu(unallocated=0.2)],
    )
    report = asked(mart)
    assert costs(report) == {
        ("demand", "useful"): 4,
        ("demand", "underused"): 1,
        ("demand", "idle"): 3,
        ("(unallocated)", "unallocated"): 2,
    }
    assert report.total == 10
    assert "40% useful, 10% underused, 30% idle, 20% unallocated" in report.notes[0]
    assert "worked cost 20.00" in report.notes[1]


def test_a_node_that_nobody_measured_is_unknown(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [node(tags={"team": "search"}), node("i-0bbbb", "5", tags={})])
    report = asked(mart)
    assert costs(report) == {("search", "unknown"): 10, ("(none)", "unknown"): 5}
    assert any("never measured: 2, for 15.00 (i-0aaaa, i-0bbbb)" in note for note in report.notes)


def test_hours_that_nobody_measured_are_unknown(tmp_path: Path) -> None:
    """Whose they were is what the node's own tags say."""
    mart = mart_of(tmp_path, [node(hours=4.0)], gpus=[gpu(team="demand", useful=1)])
    assert costs(asked(mart)) == {("demand", "useful"): Decimal("2.5"), ("demand", "unknown"): Decimal("7.5")}


def test_cards_that_nobody_measured_are_unknown(tmp_path: Path) -> None:
    eight = node(usage_type="EUW1-SpotUsage:p5.48xlarge", cost="8")
    mart = mart_of(tmp_path, [eight], gpus=[gpu(card=str(n), team="demand", useful=1) for n in range(6)])
    assert costs(asked(mart)) == {("demand", "useful"): 6, ("demand", "unknown"): 2}


def test_cpu_and_memory_ride_along_with_slices(tmp_path: Path) -> None:
    """A pod with 3 of 7 slices pays 3/7 of the node, however much memory others had."""
    mart = mart_of(
        tmp_path,
        [node(cost="7", usage_type="EUW1-BoxUsage:p5.4xlarge")],
        gpus=[gpu(card="0/1", team="demand", useful=3 / 7), gpu(card="0", unallocated=4 / 7)],
    )
    assert costs(asked(mart)) == {("demand", "useful"): 3, ("(unallocated)", "unallocated"): 4}


def test_a_charge_of_a_day_takes_the_hours_of_that_day(tmp_path: Path) -> None:
    next_day = THREE + timedelta(days=1)
    mart = mart_of(
        tmp_path,
        [node(cost="1"), node(cost="100", day=date(2026, 10, 2))],
        gpus=[gpu(team="demand", useful=1), gpu(team="search", hour=next_day, idle=1)],
    )
    assert costs(asked(mart)) == {("search", "idle"): 100, ("demand", "useful"): 1}


def test_reserved_capacity_that_nothing_ran_on_is_nobodys(tmp_path: Path) -> None:
    unused = node("arn:aws:ec2:eu-west-1:1:capacity-reservation/cr-0a", usage_type="EUW1-UnusedBox:p5.48xlarge")
    assert costs(asked(mart_of(tmp_path, [unused]))) == {("(unallocated)", "unallocated"): 10}


@pytest.mark.parametrize(
    "usage_type", ["EUW1-BoxUsage:m7i.large", "EUW1-Host:ml.g5.xlarge", "EUW1-NodeUsage:cache.r7g.large"]
)
def test_what_is_no_gpu_node_is_left_out(tmp_path: Path, usage_type: str) -> None:
    report = asked(mart_of(tmp_path, [node(usage_type=usage_type)]))
    assert (report.rows, report.total) == ((), 0)
    assert report.notes == ("No GPU node was billed.",)


@pytest.mark.parametrize("kind", ["g4ad.xlarge", "p3.2xlarge", "trn1.2xlarge", "inf2.xlarge", "g7e.2xlarge"])
def test_gpus_by_family_when_nobody_knows_how_many(tmp_path: Path, kind: str) -> None:
    assert asked(mart_of(tmp_path, [node(usage_type=f"EUW1-BoxUsage:{kind}")])).total == 10


def test_a_team_sees_its_own(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [node(tags={})],
        gpus=[gpu(team="demand", useful=0.25), gpu(team="search", idle=0.5), gpu(unallocated=0.25)],
    )
    report = asked(mart, where={"team": "search"})
    assert (costs(report), report.total) == ({("search", "idle"): 5}, 5)
    assert asked(mart, where={"region": "eu-west-1"}).total == 10
    assert asked(mart, where={"region": "us-east-1"}).total == 0


def test_the_pool_is_shown_where_tags_tell_it(tmp_path: Path) -> None:
    tagged = node(other_tags='{"eks:nodegroup-name": "dev-a10g"}')
    assert asked(mart_of(tmp_path, [tagged])).records()[0]["pool"] == "dev-a10g"


def test_the_rest_is_shown_as_one(tmp_path: Path) -> None:
    told = [gpu(team="demand", useful=0.5), gpu(team="search", useful=0.1, idle=0.2), gpu(team="web", idle=0.2)]
    report = asked(mart_of(tmp_path, [node(tags={})], gpus=told), top=1)
    assert [(*row[:3], row[4]) for row in report.rows] == [
        ("g5.xlarge", "demand", "useful", 5),
        ("2 others", "", "useful", 1),
        ("2 others", "", "idle", 4),
    ]
    assert sum(row[5] for row in report.rows[1:]) == pytest.approx(1)


HOURS = st.integers(0, 5).map(lambda n: THREE + timedelta(hours=n))
SHARES = st.floats(0, 1)
MEASURED = st.builds(
    lambda where, hour, team, useful, idle, free: gpu(
        where, hour=hour, team=team, useful=useful, idle=idle, unallocated=free, card=team
    ),
    st.sampled_from(["i-0aaaa", "i-0bbbb"]),
    HOURS,
    st.sampled_from(["demand", "search", "platform"]),
    SHARES,
    SHARES,
    SHARES,
)
BILLED = st.builds(
    lambda where, cost, hours, hour, kind: node(
        where,
        str(cost),
        hours,
        start=hour,
        until=hour + timedelta(hours=1),
        usage_type=f"EUW1-BoxUsage:{kind}",
        category="Usage" if cost > 0 else "Credit",
    ),
    st.sampled_from(["i-0aaaa", "i-0bbbb", "i-0cccc"]),
    st.decimals(-5, 500, places=10),
    st.floats(0, 1),
    HOURS,
    st.sampled_from(["g5.xlarge", "p5.48xlarge", "m7i.large"]),
)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(BILLED, min_size=1, max_size=8),
    st.lists(MEASURED, max_size=12),
    st.sampled_from([("team",), ("resource", "model"), ("day", "pricing")]),
)
def test_whatever_was_measured_the_parts_are_what_the_nodes_cost(
    tmp_path_factory: pytest.TempPathFactory,
    billed: list[dict[str, Any]],
    measured: list[dict[str, Any]],
    by: tuple[str, ...],
) -> None:
    report = asked(mart_of(tmp_path_factory.mktemp("mart"), billed, gpus=measured), *by)
    assert sum(report.column("cost")) == sum(c["effective"] for c in billed if "m7i" not in c["usage_type"])
