"""What changed most between two spans of as many days: the month's against the month before, or week over week."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import daily
from groundway_ops.cost.bill.reports.daily import DAY, Reach
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "movers", "Movers"
MONEY = (Column("before", "usd"), Column("now", "usd"), Column("change", "usd"), Column("of before", "share"))


@dataclass(frozen=True, slots=True)
class Spans:
    """Two spans of as many days, each from its first day to its last."""

    before: tuple[date, date]
    now: tuple[date, date]

    def named(self) -> str:
        (a, b), (c, d) = self.now, self.before
        return f"{a} to {b} against {c} to {d}"


def report(mart: Mart, question: Question) -> Report:
    """A row for each group that was charged in either span, the largest change first; changes add up exactly."""
    daily.over_time(question)
    keys = ", ".join(question.columns)
    with mart.connect() as db:
        reach = daily.reach(mart, db, question)
        spans = compared(question, reach)
        condition, values = replace(question, first=spans.before[0].replace(day=1)).condition()
        dated = f"{condition} AND (day BETWEEN ? AND ? OR day BETWEEN ? AND ?)"
        (*_, then, now, _), *found = db.execute(  # one scan for the groups and for all of them together
            f"SELECT {keys}, coalesce(sum({question.metric}) FILTER (day < ?), 0) AS was, "
            f"coalesce(sum({question.metric}) FILTER (day >= ?), 0) AS became, grouping({keys}) AS one "
            f"FROM charges WHERE {dated} GROUP BY GROUPING SETS ((), ({keys})) "
            f"ORDER BY one DESC, abs(became - was) DESC, {keys} NULLS LAST",
            [spans.now[0], spans.now[0], *values, *spans.before, *spans.now],
        ).fetchall()
    rows = [_row(list(map(called, group)), was, became) for *group, was, became, _ in found]
    return Report(
        name=NAME,
        title=f"{TITLE} by {', '.join(question.by)}",
        period=spans.named(),
        columns=(*(Column(name.replace("-", " ")) for name in question.by), *MONEY, Column("what")),
        rows=tuple(_top(rows, question)),
        sums="change",
        total=now - then,
        notes=(*reach.notes(), *_left_out(spans, reach), f"{then:,.2f} became {now:,.2f}: {now - then:+,.2f}."),
        chart=Chart("bar", question.by[0].replace("-", " "), "change"),
    )


def compared(question: Question, reach: Reach) -> Spans:
    """Whole days only. The month before may be shorter: what it has no day for is left out of both."""
    if question.span == "week" or not reach.passed:
        now = (reach.settled - timedelta(days=6), reach.settled)
        return Spans((now[0] - timedelta(days=7), now[0] - DAY), now)
    before = daily.month_before(reach.month)
    length = timedelta(days=min(reach.passed, (reach.month - before).days) - 1)
    return Spans((before, before + length), (reach.month, reach.month + length))


def _left_out(spans: Spans, reach: Reach) -> Iterator[str]:
    if spans.now[1] < reach.settled:
        yield f"What came after {spans.now[1]} is left out: the month before had no such day."


def _row(keys: Sequence[str], was: Decimal, became: Decimal, what: str | None = None) -> tuple[Any, ...]:
    change = became - was
    marked = what if what is not None else ("new" if not was and became else "gone" if was and not became else "")
    return (*keys, was, became, change, float(change / was) if was > 0 else None, marked)


def _top(rows: list[tuple[Any, ...]], question: Question) -> list[tuple[Any, ...]]:
    shown, rest = (rows, []) if question.top is None else (rows[: question.top], rows[question.top :])
    if not rest:
        return shown
    groups = len(question.by)
    was, became = (sum((row[groups + n] for row in rest), Decimal(0)) for n in (0, 1))
    return [*shown, _row([f"{len(rest)} others", *[""] * (groups - 1)], was, became, "")]
