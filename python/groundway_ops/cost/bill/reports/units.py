"""Unit costs: a training run, a thousand predictions, a GPU-hour in which a GPU worked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import gpu, kubernetes, nodes
from groundway_ops.cost.bill.reports.apportion import DECIMALS, money, units
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "units", "Unit costs"
BY = ("model", "environment")
NAMED = 5  # runs, at most, in a note
RUN, PREDICTIONS, HOUR, REST = "training run", "1,000 predictions", "GPU-hour worked", "(none of these)"

# Nodes with a run or a model of their own are theirs whole; the others are shared by pods.
_SHARED = f"({kubernetes.WHICH}) AND coalesce(run, 'standing') = 'standing' AND coalesce(model, 'shared') = 'shared'"
_RUNS = f"coalesce(run, 'standing') NOT IN ('standing', '{kubernetes.NOBODY}')"
_SERVED = f"NOT ({_RUNS}) AND coalesce(model, 'shared') NOT IN ('shared', '{kubernetes.NOBODY}')"
_OWNERS = ", ".join(nodes.OWNED)

COLUMNS = (
    Column("unit"),
    Column("model"),
    Column("environment"),
    Column("units", "number"),
    Column("spend", "usd"),
    Column("per unit", "usd"),
    Column("median", "usd"),
    Column("95th percentile", "usd"),
    Column("failed", "count"),
    Column("spent on failed", "usd"),
)

# Every charge, less the shared nodes, and in their place the shares of those who had them.
LEDGER = f"""
CREATE TABLE ledger AS
SELECT {_OWNERS}, {units("{metric}")} AS amount FROM charges WHERE {{condition}} GROUP BY ALL
UNION ALL
SELECT {", ".join(f"tag_{owner}" for owner in nodes.OWNED)}, -sum(units)::HUGEINT FROM pots GROUP BY ALL
UNION ALL
SELECT {_OWNERS}, sum(amount)::HUGEINT AS amount FROM shared GROUP BY ALL
"""
# What each run cost, with its record; the record's word for the model counts, as it is the run's own.
RUN_COSTS = f"""
CREATE TABLE run_costs AS
SELECT run, coalesce(any_value(known.model), any_value(ledger.model)) AS model,
    coalesce(any_value(known.environment), any_value(ledger.environment)) AS environment,
    coalesce(any_value(status) IN ('FAILED', 'KILLED'), false) AS failed, any_value(status) IS NOT NULL AS recorded,
    sum(amount)::HUGEINT AS cost
FROM (SELECT * FROM ledger WHERE {_RUNS}) ledger
LEFT JOIN (SELECT run, max(model) AS model, max(environment) AS environment, max(status) AS status FROM runs
    GROUP BY run) known USING (run)
GROUP BY run
"""
BY_RUNS = """
SELECT model, environment, count(*), sum(cost)::HUGEINT, quantile_disc(cost, 0.5), quantile_disc(cost, 0.95),
    count(*) FILTER (failed), coalesce(sum(cost) FILTER (failed), 0)::HUGEINT
FROM run_costs GROUP BY model, environment ORDER BY 4 DESC, model, environment
"""
BY_PREDICTIONS = f"""
SELECT model, environment, any_value(made), sum(amount)::HUGEINT
FROM (SELECT * FROM ledger WHERE {_SERVED}) LEFT JOIN (
    SELECT model, environment, sum(rows) AS made FROM predictions
    WHERE date_trunc('month', day) BETWEEN ? AND ? GROUP BY model, environment
) USING (model, environment)
GROUP BY model, environment ORDER BY 4 DESC, model, environment
"""
REST_OF_IT = f"SELECT sum(amount)::HUGEINT FROM ledger WHERE NOT ({_RUNS}) AND NOT ({_SERVED})"
HOURS = """
SELECT type, sum(gpu_hours) FILTER (kind IN ('useful', 'underused')) AS worked,
    sum(amount) FILTER (kind <> 'unknown')::HUGEINT
FROM shared WHERE {mine} GROUP BY type HAVING worked > 0 ORDER BY type
"""
STRANGERS = "SELECT run, cost FROM run_costs WHERE NOT recorded ORDER BY cost DESC, run"
UNBILLED = """
SELECT DISTINCT run FROM runs WHERE date_trunc('month', started) BETWEEN ? AND ?
    AND run NOT IN (SELECT run FROM run_costs) AND {mine} ORDER BY run
"""


def report(mart: Mart, question: Question) -> Report:
    """A row for each unit, model and environment. `spend` adds up to all charges; GPU-hours count what other rows have
    counted already, so they have no spend."""
    months = [question.first, question.last]
    mine, values = nodes.owned(question)
    with mart.connect() as db:
        whole = _ledger(mart, db, question)
        db.execute(RUN_COSTS)
        runs = [_run(*row) for row in db.execute(BY_RUNS).fetchall()]
        served = [_predictions(*row) for row in db.execute(BY_PREDICTIONS, months).fetchall()]
        rest = db.execute(REST_OF_IT).fetchone()
        strangers = db.execute(STRANGERS).fetchall()
        unbilled = db.execute(UNBILLED.format(mine=mine), [*months, *values]).fetchall()
    hours = _gpu_hours(mart, question)
    return Report(
        name=NAME,
        title=TITLE,
        period=question.period,
        columns=COLUMNS,
        rows=(*runs, *served, (REST, "", "", None, money(rest[0] if rest else 0), *[None] * 5), *hours),
        sums="spend",
        total=whole,
        notes=tuple(_notes(strangers, unbilled, served, hours)),
        chart=Chart("bar", "model", "spend", "unit"),
    )


def _ledger(mart: Mart, db: duckdb.DuckDBPyConnection, question: Question) -> Decimal:
    """Make `ledger`, of those who are asked for; what it must add up to."""
    kubernetes.share_out(db, nodes.charged(replace(question, by=nodes.OWNED)), _SHARED)
    charged = nodes.charged(question)
    condition, values = charged.condition()
    db.execute(LEDGER.format(metric=question.metric, condition=condition), values)
    mine, asked = nodes.owned(question)
    others = db.execute(f"SELECT sum(amount)::HUGEINT FROM ledger WHERE NOT coalesce({mine}, false)", asked).fetchone()
    db.execute(f"DELETE FROM ledger WHERE NOT coalesce({mine}, false)", asked)
    return charged.whole(mart, db) - money(others[0] if others else 0)


def _run(
    model: str, environment: str, count: int, cost: int, median: int, high: int, failed: int, lost: int
) -> tuple[Any, ...]:
    spend = money(cost)
    told = (float(count), spend, _per(spend, count), money(median), money(high), failed, money(lost))
    return (RUN, called(model), called(environment), *told)


def _predictions(model: str, environment: str, made: int | None, cost: int) -> tuple[Any, ...]:
    spend = money(cost)
    thousands = None if made is None else int(made) / 1000
    return (PREDICTIONS, called(model), called(environment), thousands, spend, _per(spend, thousands), *[None] * 4)


def _gpu_hours(mart: Mart, question: Question) -> list[tuple[Any, ...]]:
    mine, values = nodes.owned(question)
    with mart.connect() as db:
        gpu.share_out(db, replace(question, by=()))
        found = db.execute(HOURS.format(mine=mine), values).fetchall()
    return [(HOUR, kind, "", hours, None, _per(money(cost), hours), *[None] * 4) for kind, hours, cost in found]


def _per(spend: Decimal, count: float | None) -> Decimal | None:
    return (spend / Decimal(count)).quantize(Decimal(1).scaleb(-DECIMALS)) if count else None


def _notes(
    strangers: list[tuple[str, int]], unbilled: list[tuple[str]], served: list[Any], hours: list[Any]
) -> Iterator[str]:
    if strangers:
        cost = sum((money(cost) for _, cost in strangers), Decimal(0))
        yield (
            f"Runs on the bill that no record knows: {len(strangers)}, for {cost:,.2f} "
            f"({_named([run for run, _ in strangers])}). A run that failed before it was registered is one of these."
        )
    if unbilled:
        runs = [run for (run,) in unbilled]
        yield f"Runs on record that cost nothing on the bill: {len(runs)} ({_named(runs)})."
    if any(row[3] is None for row in served):
        yield "Models without a number of predictions: collect them with `groundway cost collect predictions`."
    if hours:
        yield "GPU-hours worked are of money that stands in the other rows, too; what nobody measured is left out."


def _named(runs: Sequence[str]) -> str:
    return ", ".join(runs[:NAMED]) + (" and others" if len(runs) > NAMED else "")
