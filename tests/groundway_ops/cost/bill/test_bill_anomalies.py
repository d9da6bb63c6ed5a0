"""Anomalies: found in series whose bad days are known, told with what made them, and never of what is charged once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daily_bill import FIRST, bill_of
from small_bill import charge, mart_of

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import anomalies, make
from groundway_ops.cost.bill.reports.question import DIMENSIONS, Question
from groundway_ops.cost.bill.reports.unusual import Limits

BEGIN, DAYS = date(2026, 8, 12), 60  # until 10 October
GROUPS = [name for name in DIMENSIONS if name not in ("day", "period")]


def each_day(unusual: dict[int, dict[str, Any]] | None = None, days: range = range(DAYS), **said: Any) -> list[dict]:
    """A charge a day; `unusual`: what else is said of the n-th."""
    return [charge(**{**said, "day": BEGIN + timedelta(days=n), **(unusual or {}).get(n, {})}) for n in days]


def found(folder: Path, *charges: list[dict], limits: Limits | None = None, **asked: Any) -> list[dict[str, Any]]:
    mart = mart_of(folder, [one for many in charges for one in many])
    question = Question.of(mart, **{"by": ("team",), **asked})
    return anomalies.report(mart, question, limits or Limits()).records()


SUMS = ("days", "spend", "expected", "difference")
GPU = {"usage_type": "EUW1-BoxUsage:g5.2xlarge", "resource": "i-0abc", "quantity": 8.0, "effective": "9.6"}
TYPE = {"usage_type": "X", "resource": "i"}
BURST = {"quantity": 96.0, "effective": "115.2"}


def test_consecutive_days_are_one_and_the_reason_is_what_made_it(tmp_path: Path) -> None:
    (row,) = found(
        tmp_path,
        each_day({50: BURST, 51: BURST}, **GPU),
        each_day({51: {"effective": "30"}}, usage_type="EUW1-BoxUsage:m7i.large", effective="24"),
    )
    assert (row["what"], row["from"], row["to"], row["days"]) == ("rise", date(2026, 10, 1), date(2026, 10, 2), 2)
    assert (row["spend"], row["expected"]) == (Decimal("284.4"), Decimal("67.2"))
    assert row["difference"] == row["spend"] - row["expected"]
    assert row["reason"] == "211.20 of 217.20 more: EUW1-BoxUsage:g5.2xlarge, 192 h instead of 16 h; on i-0abc"


def test_days_apart_are_two(tmp_path: Path) -> None:
    assert len(found(tmp_path, each_day({50: BURST, 53: BURST}, **GPU))) == 2


@pytest.mark.parametrize(
    ("usual", "then", "reason"),
    [
        ({}, {"effective": "96"}, "86.40 more: X, the same 8 h, at 12 instead of 1.2 each; on i"),
        (
            {},
            {"effective": "96", "quantity": 40.0},
            "86.40 more: X, 40 h instead of 8 h, at 2.4 instead of 1.2 each; on i",
        ),
        ({}, {"effective": "96", "quantity": 80.0}, "86.40 more: X, 80 h instead of 8 h; on i"),
        ({"effective": "96", "quantity": 80.0}, GPU | TYPE, "86.40 less: X, 8 h instead of 80 h; on i"),
        ({"quantity": None, "unit": None}, {"effective": "96"}, "86.40 more: X; on i"),
        ({"resource": None}, {"effective": "96", "quantity": 80.0}, "86.40 more: X, 80 h instead of 8 h"),
    ],
    ids=["price", "both", "quantity", "less", "unmeasured", "without-resource"],
)
def test_whether_more_was_used_or_each_cost_more(tmp_path: Path, usual: dict, then: dict, reason: str) -> None:
    (row,) = found(tmp_path, each_day({50: then}, **{**GPU, **TYPE, **usual}))
    assert row["reason"] == f"All {reason}"


def test_new_instances_of_one_type_are_one_reason(tmp_path: Path) -> None:
    """Nodes of a pool come with new ids every day; the type tells what happened, the largest tells where."""
    nodes = [
        each_day(days=range(n, n + 1), **{**GPU, "resource": f"i-{n}-{m}", "quantity": q, "effective": str(q * 1.2)})
        for n in range(DAYS)
        for m, q in enumerate((80.0, 40.0, 20.0) if n == 50 else (8.0,))
    ]
    (row,) = found(tmp_path, *nodes)
    assert row["reason"] == (
        "All 158.40 more: EUW1-BoxUsage:g5.2xlarge, 140 h instead of 8 h; 96.00 of it on i-50-0, the rest on 2 others"
    )


@pytest.mark.parametrize(
    ("then", "limits", "count"),
    [
        ({"effective": "160"}, Limits(), 1),
        ({"effective": "149"}, Limits(), 0),  # not half as much again
        ({"effective": "160"}, Limits(part=0.7), 0),
        ({"effective": "160"}, Limits(floor=Decimal(61)), 0),
        ({"effective": "40"}, Limits(), 1),
        ({"effective": "51"}, Limits(), 0),
        ({"effective": "1000", "category": "Tax"}, Limits(), 0),
        ({"effective": "1000", "category": "Purchase"}, Limits(), 0),
        ({"effective": "-1000", "category": "Credit"}, Limits(), 0),
        ({"effective": "1000", "correction": True}, Limits(), 0),
        ({"effective": "1000", "until": date(2026, 10, 31)}, Limits(), 0),  # a monthly fee
    ],
)
def test_limits_and_what_is_charged_once(tmp_path: Path, then: dict, limits: Limits, count: int) -> None:
    """One more charge, or another amount, on 1 October."""
    once = then.keys() & {"category", "correction", "until"}
    usual = each_day({} if once else {50: then}, effective="100")
    more = [charge(day=date(2026, 10, 1), **then)] if once else []
    assert len(found(tmp_path, usual, more, limits=limits)) == count


def test_quiet_weekends_are_not_unusual(tmp_path: Path) -> None:
    quiet = {n: {"effective": "10"} for n in range(DAYS) if (BEGIN + timedelta(days=n)).weekday() > 4}
    assert found(tmp_path, each_day(quiet, effective="100")) == []
    (row,) = found(tmp_path / "busy", each_day({**quiet, 55: {"effective": "10"}}, effective="100"))
    assert (row["what"], row["from"].weekday()) == ("fall", 1)


def test_busy_mondays_are_not_unusual(tmp_path: Path) -> None:
    busy = {n: {"effective": "300"} for n in range(DAYS) if (BEGIN + timedelta(days=n)).weekday() == 0}
    assert found(tmp_path, each_day(busy, effective="100")) == []
    (row,) = found(tmp_path / "busy", each_day({**busy, 55: {"effective": "300"}}, effective="100"))
    assert (row["what"], row["from"].weekday()) == ("rise", 1)


def test_bursts_are_not_unusual_unless_they_are_larger(tmp_path: Path) -> None:
    """Retraining every Wednesday: the median of all days is zero."""
    bursts = range(0, DAYS, 7)
    assert found(tmp_path, each_day(effective="1", service="S"), each_day(days=bursts, effective="100")) == []
    (row,) = found(
        tmp_path / "larger",
        each_day(effective="1", service="S"),
        each_day({56: {"effective": "200", "quantity": 2.0}}, days=bursts, effective="100"),
        by=("team", "service"),
    )
    assert (row["expected"], row["difference"]) == (100, 100)
    assert "2 h instead of 1 h" in row["reason"]


def test_what_begins_is_new_for_a_week_and_what_ends_is_a_mover(tmp_path: Path) -> None:
    old = each_day(effective="100")
    young = each_day(days=range(50, DAYS), effective="100", tags={"team": "young"})
    gone = each_day(days=range(50), effective="100", tags={"team": "gone"})
    (row,) = found(tmp_path, old, young, gone)
    assert (row["team"], row["what"], row["days"], row["expected"]) == ("young", "new", 7, 0)
    told = found(tmp_path / "stops", old, young, gone, limits=Limits(stopped=True))
    assert [(row["team"], row["what"]) for row in told] == [("gone", "stop"), ("young", "new")]
    assert (
        found(tmp_path / "run", old, each_day(days=range(50, DAYS), effective="100", tags={"run": "r"}), by=("run",))
        == []
    )


def test_an_incomplete_day_may_rise_but_not_fall(tmp_path: Path) -> None:
    assert found(tmp_path / "less", each_day({DAYS - 1: {"effective": "1"}}, effective="100")) == []
    (row,) = found(tmp_path / "more", each_day({DAYS - 1: {"effective": "300"}}, effective="100"))
    assert row["to"] == date(2026, 10, 10)


def test_two_weeks_must_be_known(tmp_path: Path) -> None:
    def bill(day: int) -> list[dict]:
        return each_day({day: {"effective": "300"}}, days=range(40), effective="100")

    assert found(tmp_path / "13", bill(13), first="2026-08", last="2026-09") == []
    assert len(found(tmp_path / "14", bill(14), first="2026-08", last="2026-09")) == 1


def test_only_the_months_that_are_asked_for(tmp_path: Path) -> None:
    bill = each_day({25: {"effective": "300"}, 50: {"effective": "400"}}, effective="100")
    assert [row["spend"] for row in found(tmp_path, bill)] == [400]
    assert [row["spend"] for row in found(tmp_path, bill, first="2026-09", last="2026-09")] == [300]
    assert [row["spend"] for row in found(tmp_path, bill, first="2026-08", last="2026-10")] == [400, 300]


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            *each_day({50: BURST, 51: BURST}, **GPU),
            *each_day({55: {"effective": "90.0000000001"}}, effective="20", tags={}, service="S", region=None),
            charge(day=date(2026, 10, 1), effective="33.3", category="Purchase"),
        ],
    )


@pytest.mark.parametrize("by", [*((d,) for d in GROUPS), ("team", "service"), ("region", "team")], ids="+".join)
def test_however_it_is_grouped_everything_is_looked_at_or_said_to_be_left_out(mart: Mart, by: tuple[str, ...]) -> None:
    report = make("anomalies", mart, Question.of(mart, by=by))
    whole = make("spend", mart, Question.of(mart)).total
    said = next(note for note in report.notes if note.startswith("Of "))
    billed, looked_at, once = (Decimal(w) for w in said.replace(",", "").replace(";", "").split() if w[0].isdigit())
    assert billed == looked_at + once == round(whole or Decimal(0), 2)
    assert once == Decimal("33.30")
    for row in report.records():
        assert row["difference"] == row["spend"] - row["expected"]


def test_by_team_and_service_unless_it_is_told(mart: Mart) -> None:
    report = make("anomalies", mart, Question.of(mart))
    assert [row[:2] for row in report.rows] == [("demand", "Amazon Elastic Compute Cloud"), ("(none)", "S")]
    top = make("anomalies", mart, Question.of(mart, top=1))
    assert top.rows[:1] == report.rows[:1]
    assert top.rows[1][:2] == ("1 others", "")
    assert [sum(top.column(name)) for name in SUMS] == [sum(report.column(name)) for name in SUMS]


def test_it_is_not_by_day(mart: Mart) -> None:
    with pytest.raises(InvalidInput, match="cannot be by day"):
        make("anomalies", mart, Question.of(mart, by=("day",)))


LENGTH, WARM = 150, 56


def labelled(seed: int, series: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Amounts and labels (1 above, -1 below, 0 usual) of (series, day): steady endpoints, development on weekdays,
    growing services and bursts of training; a third of them steps to another level for good, which is no anomaly."""
    rng = np.random.default_rng(seed)
    day = np.arange(LENGTH)
    working = (day + 4) % 7 < 5
    amounts, labels = np.zeros((series, LENGTH)), np.zeros((series, LENGTH), int)
    for n in range(series):
        spend = (
            rng.lognormal(5.5, 0.8)
            * (
                0.6 + rng.gamma(2, 0.35, LENGTH),
                1 + 0.03 * rng.standard_normal(LENGTH),
                np.where(working, 1, 0.25) * (1 + 0.12 * rng.standard_normal(LENGTH)),
                (1 + 0.006 * day) * np.where(working, 1, 0.8) * (1 + 0.06 * rng.standard_normal(LENGTH)),
            )[n % 4]
        )
        if rng.random() < 0.35:
            spend[rng.integers(60, 110) :] *= rng.choice([1.4, 0.6])
        for _ in range(rng.integers(1, 4)):
            begin, length, factor = rng.integers(60, LENGTH - 3), rng.integers(1, 4), rng.choice([0.15, 2, 3, 5])
            spend[begin : begin + length] *= factor
            labels[n, begin : begin + length] = 1 if factor > 1 else -1
        amounts[n] = np.maximum(spend, 0)
    return amounts, labels


def stretches(signs: np.ndarray) -> list[tuple[int, int, int]]:
    """(begin, end, sign) of equal signs that are not zero."""
    edges = [0, *(np.flatnonzero(np.diff(signs)) + 1), len(signs)]
    return [(a, b, int(signs[a])) for a, b in pairwise(edges) if signs[a]]


def scored(told: np.ndarray, labels: np.ndarray, sign: int) -> tuple[float, float]:
    """Precision and recall of stretches in the direction of `sign`; the day after a labelled one may still be told."""
    hits = misses = wrong = 0
    for said, true in zip(told, labels, strict=True):
        near = np.zeros(len(true), bool)
        for begin, end, of in stretches(true):
            if of == sign:
                hit = bool((said[begin:end] == sign).any())
                hits, misses = hits + hit, misses + (not hit)
                near[begin : end + 1] = True
        wrong += len(stretches(np.where((said == sign) & ~near, 1, 0)))
    return hits / (hits + wrong), hits / (hits + misses)


def told_of(mart: Mart, shape: tuple[int, ...], limits: Limits = Limits()) -> np.ndarray:  # noqa: B008
    signs = np.zeros(shape, int)
    for row in anomalies.report(mart, Question.of(mart, "2026-06", "2026-09", by=("team",)), limits).records():
        begin = (row["from"] - FIRST).days
        signs[int(row["team"]), begin : begin + row["days"]] = 1 if row["difference"] > 0 else -1
    signs[:, :WARM] = 0
    return signs


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_precision_and_recall(tmp_path: Path, seed: int) -> None:
    amounts, labels = labelled(seed)
    mart = bill_of(tmp_path, {str(n): spend for n, spend in enumerate(amounts)})
    told = told_of(mart, amounts.shape)
    precision, recall = scored(told, labels, 1)
    assert precision >= 0.8
    assert recall >= 0.8
    precision, recall = scored(told, labels, -1)
    assert precision >= 0.9  # falls are told of less readily
    assert recall >= 0.35
    careless = told_of(mart, amounts.shape, replace(Limits(), z=2, part=0.1))
    assert scored(careless, labels, 1)[0] < 0.6  # the measure does tell
    timid = told_of(mart, amounts.shape, replace(Limits(), z=20))
    assert scored(timid, labels, 1)[1] < 0.6
