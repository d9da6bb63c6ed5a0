"""Movers: two spans of as many whole days, and changes that add up to the difference of what was billed."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from small_bill import charge, mart_of

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart, total
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import DIMENSIONS, MISSING, Question

GROUPS = [name for name in DIMENSIONS if name not in ("day", "period")]


def on(day: str, amount: str, team: str | None = "demand", **said: str | None) -> dict:
    return charge(day=date.fromisoformat(f"2026-{day}"), effective=amount, tags={"team": team}, **said)


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    """October to the 10th, of which the 10th is incomplete; all of September."""
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            on("09-01", "10"),
            on("09-09", "10"),
            on("09-10", "1000"),
            on("09-30", "1000"),
            on("10-01", "15.0000000001"),
            on("10-09", "10"),
            on("10-10", "500"),
            on("09-03", "7", "old"),
            on("10-03", "30", "fresh", region=None),
            on("09-04", "4", None),
            on("10-04", "3", None, category="Tax"),
            on("09-05", "2", "steady"),
            on("10-05", "2", "steady"),
        ],
    )


def test_the_same_days_of_both_months(mart: Mart) -> None:
    report = make("movers", mart, Question.of(mart))
    assert report.rows == (
        ("fresh", 0, 30, 30, None, "new"),
        ("old", 7, 0, -7, -1.0, "gone"),
        ("demand", 20, Decimal("25.0000000001"), Decimal("5.0000000001"), pytest.approx(0.25), ""),
        (MISSING, 4, 3, -1, -0.25, ""),
        ("steady", 2, 2, 0, 0.0, ""),
    )
    assert report.period == "2026-10-01 to 2026-10-09 against 2026-09-01 to 2026-09-09"


@pytest.mark.parametrize("by", [*((d,) for d in GROUPS), *combinations(GROUPS[:4], 2)], ids="+".join)
@pytest.mark.parametrize("span", ["month", "week"])
@pytest.mark.parametrize("top", [None, 1])
def test_changes_add_up_to_the_change_of_the_bill(mart: Mart, by: tuple[str, ...], span: str, top: int | None) -> None:
    first, length = {"month": ("2026-10-01", 30), "week": ("2026-10-03", 7)}[span]
    then = date.fromisoformat(first) - timedelta(days=length)
    with mart.connect() as db:
        now = total(db, "effective", f"day BETWEEN DATE '{first}' AND DATE '2026-10-09'")
        last = date(2026, 10, 9) - timedelta(days=length)
        was = total(db, "effective", "day BETWEEN ? AND ?", [then, last])
    report = make("movers", mart, Question.of(mart, by=by, span=span, top=top))
    assert sum(report.column("change")) == now - was
    assert sum(report.column("now")) == now
    assert sum(report.column("before")) == was


def test_week_over_week(mart: Mart) -> None:
    report = make("movers", mart, Question.of(mart, span="week"))
    assert report.period == "2026-10-03 to 2026-10-09 against 2026-09-26 to 2026-10-02"
    assert {row["team"]: row["change"] for row in report.records()} == {
        "demand": 10 - 1000 - Decimal("15.0000000001"),
        "fresh": 30,
        MISSING: 3,
        "steady": 2,
    }


def test_the_rest_is_one_row_that_is_not_new(mart: Mart) -> None:
    report = make("movers", mart, Question.of(mart, top=1))
    assert [row[:4] for row in report.rows] == [
        ("fresh", 0, 30, 30),
        ("4 others", 33, Decimal("30.0000000001"), Decimal("-2.9999999999")),
    ]
    assert report.rows[-1][-1] == ""


@pytest.mark.parametrize(
    ("month", "told"),
    [
        ("2026-10", "2026-10-01 to 2026-10-30 against 2026-09-01 to 2026-09-30"),  # it has one day more
        ("2026-09", "2026-09-01 to 2026-09-30 against 2026-08-01 to 2026-08-30"),
        ("2026-03", "2026-03-01 to 2026-03-28 against 2026-02-01 to 2026-02-28"),
        ("2027-01", "2027-01-01 to 2027-01-31 against 2026-12-01 to 2026-12-31"),
    ],
)
def test_spans_are_as_long_as_each_other(tmp_path: Path, month: str, told: str) -> None:
    later = [charge(day=date(2027, 2, 1))]  # so that every month asked for is over
    mart = mart_of(tmp_path, [*later, charge(day=date.fromisoformat(f"{month}-05"))])
    report = make("movers", mart, Question.of(mart, month, month))
    assert report.period == told
    assert any("had no such day" in note for note in report.notes) == (month in ("2026-10", "2026-03"))


def test_on_the_first_day_of_a_month_the_last_week_is_compared(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [on("10-01", "1"), on("09-30", "3"), on("09-23", "2")])
    report = make("movers", mart, Question.of(mart))
    assert report.period == "2026-09-24 to 2026-09-30 against 2026-09-17 to 2026-09-23"
    assert report.total == 1


def test_days_do_not_move(mart: Mart) -> None:
    with pytest.raises(InvalidInput, match="cannot be by day"):
        make("movers", mart, Question.of(mart, by=("day",)))
