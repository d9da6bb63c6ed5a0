"""What the month will have cost at its end: what is billed so far, and what its remaining days are expected to add."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import daily, pace
from groundway_ops.cost.bill.reports.daily import Reach
from groundway_ops.cost.bill.reports.pace import Backtest
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "forecast", "Forecast of the month's end"
BACK = timedelta(days=183)  # as far as the method is tried on earlier days
CENT = Decimal("0.01")
MONEY = tuple(Column(name, "usd") for name in ("so far", "of it once", "to come", "forecast", "low", "high"))


def report(mart: Mart, question: Question) -> Report:
    """A row for each group, of the last month asked for, the dearest first; `so far` adds up to what is billed."""
    month = question.last
    with mart.connect() as db:
        reach = daily.reach(mart, db, question)
        prepare(db, question, reach)
        tried = pace.backtest(db, reach.passed, reach.ahead)
        whole = replace(question, first=month).whole(mart, db)
        rows = [_row(found, len(question.by), tried, reach) for found in _found(db, question, month)]
    return Report(
        name=NAME,
        title=f"{TITLE} by {', '.join(question.by)}",
        period=f"{month:%Y-%m}",
        columns=(*(Column(name.replace("-", " ")) for name in question.by), *MONEY, Column("from")),
        rows=tuple(_top(rows, question)),
        sums="so far",
        total=whole,
        notes=tuple(_notes(rows, len(question.by), reach, tried)),
        chart=Chart("bar", question.by[0].replace("-", " "), "forecast"),
    )


def prepare(db: duckdb.DuckDBPyConnection, question: Question, reach: Reach) -> None:
    """Make the tables `series`, `daily`, `pace`, `coming` and `basis` for the last month asked for."""
    since = (reach.settled - BACK).replace(day=1)
    daily.load(db, question, since)
    daily.fill(db, since, reach.settled)
    pace.lay(db)
    pace.look_ahead(db, reach.settled, reach.end)


def _found(db: duckdb.DuckDBPyConnection, question: Question, month: date) -> list[tuple[Any, ...]]:
    """Keys, id, so far, of it once, to come, basis; groups that neither were charged nor will be are left out."""
    keys = ", ".join(f"k{n}" for n in range(len(question.by)))
    return db.execute(
        f"""
        WITH billed AS (
            SELECT id, sum(amount + once) AS billed, sum(once) AS once FROM daily WHERE period = ? GROUP BY id),
        expected AS (SELECT id, sum(amount) AS amount FROM coming GROUP BY id)
        SELECT {keys}, id, coalesce(billed, 0), coalesce(once, 0),
            round(coalesce(expected.amount, 0), 2) AS to_come, coalesce(basis, 'nothing recurs')
        FROM series LEFT JOIN billed USING (id) LEFT JOIN expected USING (id) LEFT JOIN basis USING (id)
        WHERE billed IS NOT NULL OR to_come <> 0
        ORDER BY coalesce(billed, 0) + to_come DESC, {keys} NULLS LAST
        """,
        [month],
    ).fetchall()


def _row(found: tuple[Any, ...], groups: int, tried: Backtest | None, reach: Reach) -> tuple[Any, ...]:
    identity, so_far, once, to_come, basis = found[groups:]
    low = high = so_far if not reach.ahead else None
    if tried and (factors := tried.factors.get(identity)):
        low, high = ((so_far + to_come * Decimal(factor)).quantize(CENT) for factor in factors)
    keys = (called(key) for key in found[:groups])
    return (*keys, so_far, once, to_come, so_far + to_come, low, high, basis if reach.ahead else "the whole month")


def _top(rows: list[tuple[Any, ...]], question: Question) -> list[tuple[Any, ...]]:
    """With `top`, the rest as one row, without an interval: those of its rows do not add up."""
    shown, rest = (rows, []) if question.top is None else (rows[: question.top], rows[question.top :])
    if not rest:
        return shown
    groups = len(question.by)
    amounts = [sum((row[groups + n] for row in rest), Decimal(0)) for n in range(4)]
    return [*shown, (f"{len(rest)} others", *[""] * (groups - 1), *amounts, None, None, "")]


def _notes(rows: list[tuple[Any, ...]], groups: int, reach: Reach, tried: Backtest | None) -> Iterator[str]:
    yield from reach.notes()
    so_far, once, to_come, end = (sum((row[groups + n] for row in rows), Decimal(0)) for n in range(4))
    if not reach.ahead:
        yield f"The month is over: {so_far:,.2f} are billed, and nothing is forecast."
        return
    yield f"Month end: {so_far:,.2f} so far and {to_come:,.2f} to come make {end:,.2f}."
    if once:
        yield f"{once:,.2f} are charged once (purchases, fees, tax, credits) and not carried on."
    if tried is None:
        yield "There is too little history to try the method on, so no interval is told."
        return
    if factors := tried.factors.get(None):
        low, high = (so_far + to_come * Decimal(factor) for factor in factors)
        yield f"Three times of four it ends between {low:,.2f} and {high:,.2f}, by the errors of earlier days."
    rate = f" (plain run rate: {tried.run_rate:.1%})" if tried.run_rate is not None else ""
    yield (
        f"Tried from {tried.origins} earlier days, as many days ahead, the month's end was off by {tried.whole:.1%} in "
        f"the median{rate}; a single row by {tried.row:.1%}."
    )
