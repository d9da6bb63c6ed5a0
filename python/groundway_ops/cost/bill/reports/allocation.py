"""What teams cost in all: what they spend themselves, and their parts of what is shared (environments/allocation.yaml).

Each month is shared by what teams did in it, whichever of its charges one asks for.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb

from groundway import environment
from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.pools import FILE, FOLDER, Pool, pools
from groundway_ops.cost.bill.reports.question import DIMENSIONS, Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report
from groundway_ops.cost.bill.sharing import divided

NAME, TITLE = "allocation", "Costs of teams, with their parts of what is shared"
UNALLOCATED = "(unallocated)"
DIRECT = -1  # the place of what no pool takes
MEASURES = {"gpu-hours": ("gpus", "hour", "hours"), "predictions": ("predictions", "day", "rows")}  # table, when, what
Weights = Mapping[str, Fraction]
Group = tuple[str, ...]  # of other dimensions than the team, and the team


def report(mart: Mart, question: Question) -> Report:
    """A row for each team, and for each combination of the other dimensions that one asks for; the dearest first."""
    shared, others = _pools(), tuple(name for name in question.by if name != "team")
    with mart.connect() as db:
        whole = question.whole(mart, db)
        months = _Months(db, shared, question)
        costs, notes = _given(_charged(db, shared, question, others), shared, months)
    used = [place for place in range(len(shared)) if any(place in cost for cost in costs.values())]
    rows: list[tuple[Any, ...]] = [
        (*group, *(cost.get(place, Decimal(0)) for place in (DIRECT, *used)), sum(cost.values(), Decimal(0)))
        for group, cost in costs.items()
    ]
    rows = _shortened(sorted(rows, key=lambda row: (-row[-1], row[: len(others) + 1])), len(others), question.top)
    return Report(
        name=NAME,
        title=TITLE,
        period=question.period,
        columns=(
            *(Column(name.replace("-", " ")) for name in others),
            Column("team"),
            Column("direct", "usd"),
            *(Column(shared[place].name, "usd") for place in used),
            Column("total", "usd"),
            Column("of all", "share"),
        ),
        rows=tuple((*row, float(row[-1] / whole) if whole else None) for row in rows),
        sums="total",
        total=whole,
        notes=(*notes, *(() if shared else (f"{FOLDER}/{FILE} names no pools: all stays where it is tagged",))),
        chart=Chart("bar", "team", "total"),
    )


class _Months:
    """By what teams share in each month: what they spend themselves, what they did."""

    def __init__(self, db: duckdb.DuckDBPyConnection, shared: tuple[Pool, ...], question: Question) -> None:
        place, values = _place(shared)
        currency = question.where.get("currency")  # amounts of two do not compare
        of_currency, more = (" AND currency = ?", [currency]) if currency else ("", [])
        spent = db.execute(
            f"SELECT period, team, sum({question.metric}) FROM charges WHERE period BETWEEN ? AND ?{of_currency} "
            f"AND team IS NOT NULL AND {place} = {DIRECT} GROUP BY ALL",
            [question.first, question.last, *more, *values],
        ).fetchall()
        self._of = {"usage": _by_month(spent)}
        for name, (table, when, what) in MEASURES.items():
            if not any(pool.by == name for pool in shared):
                continue
            query = f"SELECT date_trunc('month', {when}), team, sum({what}) FROM {table}"
            self._of[name] = _by_month(db.execute(f"{query} WHERE team IS NOT NULL GROUP BY ALL").fetchall())

    def weights(self, pool: Pool, month: date) -> Weights:
        """By team; empty where there is nothing to go by."""
        if pool.keys:
            return {team: Fraction(share) for team, share in pool.keys.items()}
        if pool.by == "even":
            return dict.fromkeys(self._of["usage"].get(month, {}), Fraction(1))
        return self._of[str(pool.by)].get(month, {})


def _charged(
    db: duckdb.DuckDBPyConnection, shared: tuple[Pool, ...], question: Question, others: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Rows of (*others, month, place of the pool, team, amount)."""
    place, values = _place(shared)
    where, asked = question.condition()
    keys = "".join(f"{DIMENSIONS[name]} AS by_{n}, " for n, name in enumerate(others))
    return db.execute(
        f"SELECT {keys}period AS month, {place} AS place, team AS whose, sum({question.metric}) AS amount "
        f"FROM charges WHERE {where} GROUP BY ALL ORDER BY ALL",
        [*values, *asked],
    ).fetchall()


def _given(
    charged: list[tuple[Any, ...]], shared: tuple[Pool, ...], months: _Months
) -> tuple[dict[Group, dict[int, Decimal]], list[str]]:
    """By group and place, what it costs; and what could not be shared."""
    costs: dict[Group, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    pooled: dict[tuple[Group, date, int], Decimal] = defaultdict(Decimal)
    kept: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for *others, month, place, team, amount in charged:
        group = tuple(map(called, others))
        if place != DIRECT and months.weights(shared[place], month):
            pooled[group, month, place] += amount
        else:
            costs[*group, team or UNALLOCATED][DIRECT] += amount
            if place != DIRECT:
                kept[month, place] += amount
    for (group, month, place), amount in pooled.items():
        for team, part in divided(amount, months.weights(shared[place], month)).items():
            costs[*group, team][place] += part
    notes = [
        f"{shared[place].name}: no team has {_lacking(shared[place])} in {month:%Y-%m}, so {amount:,.2f} stay where "
        "they are tagged"
        for (month, place), amount in sorted(kept.items())
    ]
    return costs, notes


def _place(shared: tuple[Pool, ...]) -> tuple[str, list[str]]:
    """SQL for the place of the first pool that takes a charge, and its values."""
    conditions = [pool.condition() for pool in shared]
    if not conditions:
        return str(DIRECT), []
    cases = " ".join(f"WHEN {sql} THEN {place}" for place, (sql, _) in enumerate(conditions))
    return f"CASE {cases} ELSE {DIRECT} END", [value for _, values in conditions for value in values]


def _by_month(found: list[tuple[Any, str, Any]]) -> dict[date, dict[str, Fraction]]:
    """Month to team to what it has, as far as that is more than nothing."""
    months: dict[date, dict[str, Fraction]] = defaultdict(dict)
    for month, team, much in found:
        if much is not None and much > 0:
            months[date(month.year, month.month, 1)][team] = Fraction(much)
    return months


def _lacking(pool: Pool) -> str:
    return {"gpu-hours": "GPU-hours", "predictions": "predictions"}.get(str(pool.by), "costs of its own")


def _shortened(rows: list[tuple[Any, ...]], others: int, top: int | None) -> list[tuple[Any, ...]]:
    """With `top`, the rest as one row."""
    if top is None or len(rows) <= top:
        return rows
    rest, named = rows[top:], [f"{len(rows) - top} others", *[""] * others]
    sums = (sum((row[n] for row in rest), Decimal(0)) for n in range(others + 1, len(rows[0])))
    return [*rows[:top], (*named, *sums)]


def _pools() -> tuple[Pool, ...]:
    """None outside of a checkout."""
    try:
        root = environment.checkout()
    except InvalidInput:
        return ()
    return pools(root)
