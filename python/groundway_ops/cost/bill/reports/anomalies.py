"""What is unusual in the daily spend of each series, and why; what is charged once stays out."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import daily, reasons, unusual
from groundway_ops.cost.bill.reports.daily import Reach
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report
from groundway_ops.cost.bill.reports.unusual import Limits

NAME, TITLE = "anomalies", "Anomalies"
BY = ("team", "service")


def report(mart: Mart, question: Question, limits: Limits = Limits()) -> Report:  # noqa: B008 - it is frozen
    """A row for each stretch of unusual days in the months asked for, the largest difference first."""
    with mart.connect() as db:
        reach = daily.reach(mart, db, question)
        start = _start(mart, db, question.first - timedelta(days=limits.window))
        daily.load(db, question, start)
        daily.fill(db, start, reach.last or reach.settled, since_its_first=False)
        come = not any(name in unusual.COME_AND_GO for name in question.by)
        unusual.find(db, limits, question.first, reach.settled, new=come)
        why = reasons.find(db, question, limits.window, start)
        rows = [_row(found, len(question.by), why) for found in _found(db, question)]
        looked_at = db.execute(
            "SELECT coalesce(sum(amount), 0), coalesce(sum(once), 0) FROM daily WHERE period >= ?", [question.first]
        ).fetchone()
    assert looked_at is not None
    judged = max(question.first, start + timedelta(days=limits.known))
    return Report(
        name=NAME,
        title=f"{TITLE} by {', '.join(question.by)}",
        period=question.period,
        columns=(
            *(Column(name.replace("-", " ")) for name in question.by),
            *(Column("what"), Column("from", "day"), Column("to", "day"), Column("days", "count")),
            *(Column("spend", "usd"), Column("expected", "usd"), Column("difference", "usd"), Column("reason")),
        ),
        rows=tuple(_top(rows, question)),
        notes=tuple(_notes(question, reach, limits, looked_at, judged)),
        chart=Chart("bar", question.by[0].replace("-", " "), "difference"),
    )


def _start(mart: Mart, db: duckdb.DuckDBPyConnection, wanted: date) -> date:
    """`wanted`, or the first day that the mart knows without a gap until today."""
    there = mart.periods()
    month = there[-1]
    while month > wanted and (before := daily.month_before(month)) in there:
        month = before
    if month <= wanted:
        return wanted
    found = db.execute(
        "SELECT min(day) FROM charges WHERE period = ? AND category = 'Usage' AND day >= ?", [month, month]
    ).fetchone()
    return found[0] if found and found[0] else month


def _found(db: duckdb.DuckDBPyConnection, question: Question) -> list[tuple[Any, ...]]:
    keys = ", ".join(f"k{n}" for n in range(len(question.by)))
    return db.execute(
        f"SELECT {keys}, n, kind, begin, until, days, spend, expected FROM stretch JOIN series USING (id) "
        f"ORDER BY abs(spend - expected) DESC, begin, {keys}"
    ).fetchall()


def _row(found: tuple[Any, ...], groups: int, why: dict[int, reasons.Part]) -> tuple[Any, ...]:
    n, kind, begin, until, days, spend, expected = found[groups:]
    reason = reasons.words(why[n], spend - expected)
    return (*map(called, found[:groups]), kind, begin, until, days, spend, expected, spend - expected, reason)


def _top(rows: list[tuple[Any, ...]], question: Question) -> list[tuple[Any, ...]]:
    shown, rest = (rows, []) if question.top is None else (rows[: question.top], rows[question.top :])
    if not rest:
        return shown
    days, *amounts = (sum((row[place] for row in rest), Decimal(0)) for place in (-5, -4, -3, -2))
    keys = (f"{len(rest)} others", *[""] * (len(question.by) - 1))
    return [*shown, (*keys, "", None, None, int(days), *amounts, "")]


def _notes(
    question: Question,
    reach: Reach,
    limits: Limits,
    looked_at: tuple[Decimal, Decimal],
    judged: date,
) -> Iterator[str]:
    recurs, once = looked_at
    yield str(limits)
    yield f"Of {recurs + once:,.2f} billed, {recurs:,.2f} were looked at; {once:,.2f} are charged once and stay out."
    if judged > question.first:
        yield f"Judged from {judged} on: before it, the mart knows too few days."
    yield from reach.notes()
