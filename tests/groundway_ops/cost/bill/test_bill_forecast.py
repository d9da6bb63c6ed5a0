"""The month's end: what is billed is never changed, weekdays are told apart, and what is charged once stays once."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daily_bill import bill_of
from small_bill import charge, mart_of

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import daily, forecast, make, pace
from groundway_ops.cost.bill.reports.question import DIMENSIONS, Question
from groundway_ops.cost.bill.reports.record import Report

OCTOBER = date(2026, 10, 1)
GROUPS = [name for name in DIMENSIONS if name not in ("day", "period")]


def days(first: date, last: date, **said: Any) -> list[dict[str, Any]]:
    """The same charge every day."""
    return [charge(**{"day": first + timedelta(days=n), **said}) for n in range((last - first).days + 1)]


def of(report: Report, team: str) -> dict[str, Any]:
    return next(row for row in report.records() if row["team"] == team)


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    """10 a day since August until October 10, of which the last day has told 4 so far; and charges of other kinds."""
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            *days(date(2026, 8, 15), date(2026, 10, 9), effective="10"),
            charge(day=date(2026, 10, 10), effective="4"),
            charge(day=OCTOBER, effective="300", category="Purchase"),
            charge(day=OCTOBER, effective="31.0000000001", until=daily.last_day(OCTOBER), usage_type="Support-Fee"),
            charge(day=OCTOBER, effective="-5", category="Credit", tags={}),
            charge(day=OCTOBER, effective="7", correction=True, tags={"team": "late"}),
            *days(date(2026, 10, 6), date(2026, 10, 10), effective="6", tags={"team": "young"}),
            *days(date(2026, 9, 28), date(2026, 10, 1), effective="50", tags={"team": "gone"}),
        ],
    )


def test_what_recurs_goes_on_and_what_is_charged_once_does_not(mart: Mart) -> None:
    demand = of(make("forecast", mart, Question.of(mart)), "demand")
    assert demand["so far"] == 9 * 10 + 4 + 300 + Decimal("31.0000000001")
    assert demand["of it once"] == Decimal("331.0000000001")
    assert demand["to come"] == 22 * 10 - 4  # from the 10th on, of which 4 are there
    assert demand["forecast"] == demand["so far"] + demand["to come"]
    assert demand["from"] == "4 weeks"


def test_less_history_is_said(mart: Mart) -> None:
    report = make("forecast", mart, Question.of(mart))
    young = of(report, "young")
    assert (young["from"], young["to come"]) == ("run rate of 4 days", 22 * 6 - 6)
    gone = of(report, "gone")
    assert (gone["from"], gone["to come"], gone["so far"]) == ("nothing for a week", 0, 50)
    late = of(report, "late")
    assert (late["from"], late["to come"], late["of it once"]) == ("nothing recurs", 0, 7)


@pytest.mark.parametrize(
    ("known", "told"), [(6, "run rate of 6 days"), (8, "1 week"), (15, "2 weeks"), (21, "3 weeks"), (28, "4 weeks")]
)
def test_as_many_weeks_as_there_are(tmp_path: Path, known: int, told: str) -> None:
    settled = date(2026, 10, 20)
    mart = mart_of(tmp_path, days(settled - timedelta(days=known - 1), settled + daily.DAY, effective="3"))
    (row,) = make("forecast", mart, Question.of(mart)).records()
    assert (row["from"], row["to come"]) == (told, 11 * 3 - 3)


@pytest.mark.parametrize(
    "by", [(name,) for name in GROUPS] + [("team", "service"), ("resource", "usage-type")], ids="+".join
)
@pytest.mark.parametrize("top", [None, 1])
def test_however_it_is_grouped_what_is_billed_is_the_marts(mart: Mart, by: tuple[str, ...], top: int | None) -> None:
    report = make("forecast", mart, Question.of(mart, by=by, top=top))
    assert sum(report.column("so far")) == make("spend", mart, Question.of(mart)).total
    for row in report.records():
        assert row["so far"] + row["to come"] == row["forecast"]


@pytest.mark.parametrize("by", ["day", "period"])
def test_it_is_not_by_time(mart: Mart, by: str) -> None:
    with pytest.raises(InvalidInput, match=f"cannot be by {by}"):
        make("forecast", mart, Question.of(mart, by=("team", by)))


def test_a_month_that_is_over_is_as_it_is_billed(mart: Mart) -> None:
    report = make("forecast", mart, Question.of(mart, "2026-09"))
    row = of(report, "demand")
    assert row["forecast"] == row["low"] == row["high"] == row["so far"] == 300
    assert "month is over" in report.notes[0]


@pytest.mark.parametrize(
    ("today", "to_come"), [(date(2026, 10, 31), 2), (date(2026, 11, 3), 2), (date(2026, 11, 4), 0)]
)
def test_the_last_day_is_complete_when_aws_adds_no_more(tmp_path: Path, today: date, to_come: int) -> None:
    mart = mart_of(
        tmp_path, [*days(date(2026, 9, 1), date(2026, 10, 30), effective="3"), charge(day=date(2026, 10, 31))]
    )
    assert make("forecast", mart, Question.of(mart, today=today)).column("to come") == [to_come]


def test_a_day_that_is_already_dear_is_not_made_cheaper(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [*days(date(2026, 9, 1), date(2026, 10, 9), effective="3"), charge(day=date(2026, 10, 10), effective="50")],
    )
    (row,) = make("forecast", mart, Question.of(mart)).records()
    assert (row["so far"], row["to come"]) == (27 + 50, 21 * 3)


SEEDS = (1, 2, 3)


def workloads(seed: int, series: int = 24, length: int = 163) -> dict[str, Any]:
    """Development on weekdays, steady endpoints, growing services and bursts of training, since 1 May; each with a few
    bad days."""
    rng = np.random.default_rng(seed)
    day = np.arange(length)
    working = (day + 4) % 7 < 5  # 1 May 2026 is a Friday
    made = {}
    for n in range(series):
        amounts = (
            rng.lognormal(5, 1)
            * (
                np.where(working, 1, 0.25) * (1 + 0.12 * rng.standard_normal(length)),
                1 + 0.03 * rng.standard_normal(length),
                (1 + 0.006 * day) * np.where(working, 1, 0.8) * (1 + 0.06 * rng.standard_normal(length)),
                0.6 + rng.gamma(2, 0.35, length),
            )[n % 4]
        )
        for _ in range(rng.integers(1, 4)):
            bad = rng.integers(60, length - 3)
            amounts[bad : bad + rng.integers(1, 4)] *= rng.choice([2, 3, 5])
        made[f"team-{n:02d}"] = amounts
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_better_than_the_run_rate(tmp_path: Path, seed: int) -> None:
    """Seen from five days of October, where the truth is known to the test only."""
    truth = workloads(seed, length=184)
    begin = (OCTOBER - date(2026, 5, 1)).days
    off, rate_off = [], []
    for settled in (3, 5, 9, 12, 18):
        known = begin + settled + 1
        mart = bill_of(tmp_path / str(settled), {team: amounts[:known] for team, amounts in truth.items()})
        for row in make("forecast", mart, Question.of(mart)).records():
            amounts = truth[row["team"]][begin:]
            off.append(abs(float(row["forecast"]) - amounts.sum()) / amounts.sum())
            rate_off.append(abs(amounts[:settled].mean() * 31 - amounts.sum()) / amounts.sum())
    assert np.median(off) < 0.055
    assert np.median(off) < 0.85 * np.median(rate_off)


def test_the_backtest_measures_what_the_method_really_does(tmp_path: Path) -> None:
    """Each earlier day of it against the report that was made of a mart which ended there."""
    amounts = workloads(7, series=3)
    mart = bill_of(tmp_path / "whole", amounts)
    question = Question.of(mart, by=("team",))
    with mart.connect() as db:
        reach = daily.reach(mart, db, question)
        forecast.prepare(db, question, reach)
        tried = pace.backtest(db, reach.passed, reach.ahead)
        told = dict(db.execute("SELECT day, told FROM tried_whole").fetchall())
    assert tried is not None
    assert tried.origins == len(told) == 163 - 1 - 27 - reach.ahead  # less the incomplete day, and the first four weeks
    assert 0 < tried.row < 0.1
    assert 0 < tried.whole < 0.1
    assert tried.run_rate is not None
    origin = date(2026, 10, 9) - timedelta(days=reach.ahead)
    short = bill_of(
        tmp_path / "short", {team: a[: (origin - date(2026, 5, 1)).days + 1] for team, a in amounts.items()}
    )
    with short.connect() as db:
        daily.load(db, question, date(2026, 5, 1))
        daily.fill(db, date(2026, 5, 1), origin)
        pace.lay(db)
        pace.look_ahead(db, origin, origin + timedelta(days=reach.ahead))
        (expected,) = db.execute("SELECT sum(amount) FROM coming").fetchone() or (None,)
    assert expected == told[origin]


def test_the_interval_holds_the_truth_about_as_often_as_it_says(tmp_path: Path) -> None:
    held = []
    for seed in SEEDS:
        truth = workloads(seed, length=184)
        known = (date(2026, 10, 10) - date(2026, 5, 1)).days + 1
        mart = bill_of(tmp_path / str(seed), {team: amounts[:known] for team, amounts in truth.items()})
        for row in make("forecast", mart, Question.of(mart)).records():
            assert row["low"] <= row["forecast"] <= row["high"]
            held.append(float(row["low"]) <= truth[row["team"]][known - 10 :].sum() <= float(row["high"]))
    assert 0.65 <= np.mean(held) <= 0.9


def test_without_history_there_is_no_interval(mart: Mart, tmp_path: Path) -> None:
    short = mart_of(tmp_path, days(date(2026, 10, 1), date(2026, 10, 20)))
    report = make("forecast", short, Question.of(short))
    assert report.column("low") == report.column("high") == [None]
    assert "too little history" in report.notes[-1]
