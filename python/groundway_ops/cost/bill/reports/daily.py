"""Charges by the day: what recurs apart from what is charged once, and how far the bill is complete.

Purchases, credits, tax and what is charged for more than a day at a time (monthly fees) are charged once: they belong
to the month, and say nothing about the days to come.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.question import Question

# In integers, since adding an interval to each row takes three times as long.
RECURS = "category = 'Usage' AND correction IS NOT TRUE AND epoch_us(until) - epoch_us(start) <= 86400000000"
LATE = timedelta(days=3)  # after which AWS adds to a day no more
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the bill of a month goes. `last`: the last day with usage, if there is any. `settled`: the last day that
    is complete, perhaps of the month before: AWS is late by a day or more, so the last day it told of is not."""

    month: date
    last: date | None
    settled: date

    @property
    def end(self) -> date:
        return last_day(self.month)

    @property
    def passed(self) -> int:
        """Complete days of the month."""
        return max((self.settled - self.month).days + 1, 0)

    @property
    def ahead(self) -> int:
        """Days after the last complete one."""
        return (self.end - self.settled).days

    def notes(self) -> tuple[str, ...]:
        if self.ahead and self.last:
            return (f"The bill reaches to {self.last}, which may be incomplete; {self.settled} is the last whole day.",)
        return ()


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - DAY


def month_before(month: date) -> date:
    return (month - DAY).replace(day=1)


def reach(mart: Mart, db: duckdb.DuckDBPyConnection, question: Question) -> Reach:
    """How far the last month that is asked for goes, whatever else is asked."""
    month, end = question.last, last_day(question.last)
    found = db.execute(
        "SELECT max(day) FROM charges WHERE period = ? AND category = 'Usage' AND day BETWEEN ? AND ?",
        [month, month, end],
    ).fetchone()
    last: date | None = found[0] if found else None
    over = mart.periods()[-1] > month or (last == end and question.today > end + LATE)
    return Reach(month, last, end if over else (last or month) - DAY)


def over_time(question: Question) -> None:
    """Raises `InvalidInput` if the groups are days or months: what is over time has no other time."""
    for name in ("day", "period"):
        if name in question.by:
            raise InvalidInput(f"this report is about time and cannot be by {name}; leave it out of what it is by")


def load(db: duckdb.DuckDBPyConnection, question: Question, since: date) -> None:
    """Make the tables `series` (id, k0, k1, ...: the groups) and `daily` (id, period, day, amount, once) of all months
    from that of `since` to the last one asked for. `amount` recurs, `once` does not; both are exact."""
    over_time(question)
    condition, values = replace(question, first=since.replace(day=1)).condition()
    names = [f"k{n}" for n in range(len(question.by))]
    named = ", ".join(f"{column} AS {name}" for column, name in zip(question.columns, names, strict=True))
    same = " AND ".join(f"found.{name} IS NOT DISTINCT FROM series.{name}" for name in names)
    db.execute(
        f"CREATE TEMP TABLE found AS SELECT {named}, period, day, "
        f"coalesce(sum({question.metric}) FILTER ({RECURS}), 0) AS amount, "
        f"coalesce(sum({question.metric}), 0) - amount AS once "
        f"FROM charges WHERE {condition} GROUP BY {', '.join(question.columns)}, period, day",
        values,
    )
    keys = ", ".join(names)
    db.execute(
        f"CREATE TEMP TABLE series AS SELECT row_number() OVER () AS id, * FROM (SELECT DISTINCT {keys} FROM found)"
    )
    db.execute(f"CREATE TEMP TABLE daily AS SELECT id, period, day, amount, once FROM found JOIN series ON {same}")
    db.execute("DROP TABLE found")


def fill(db: duckdb.DuckDBPyConnection, first: date, last: date, since_its_first: bool = True) -> None:
    """Make the table `dense` (id, day, amount): each day of each series from `first` to `last`, zero where nothing was
    charged; with `since_its_first`, from the first day on which the series was charged."""
    begin = "greatest(min(day), $first)" if since_its_first else "$first"
    db.execute(
        "CREATE TEMP TABLE dense AS "
        "WITH amounts AS (SELECT id, day, sum(amount) AS amount FROM daily "
        "WHERE day BETWEEN $first AND $last GROUP BY id, day HAVING sum(amount) <> 0), "
        f"begun AS (SELECT id, {begin} AS begin FROM amounts GROUP BY id), "
        "calendar AS (SELECT unnest(generate_series($first, $last, INTERVAL 1 DAY))::DATE AS day) "
        "SELECT begun.id, calendar.day, coalesce(amount, 0) AS amount "
        "FROM begun JOIN calendar ON calendar.day >= begin "
        "LEFT JOIN amounts ON amounts.id = begun.id AND amounts.day = calendar.day",
        {"first": first, "last": last},
    )
