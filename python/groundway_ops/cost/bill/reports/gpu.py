"""GPU waste in money: whole GPU nodes, CPU and memory riding along, by what was made of their GPUs, and by whom."""

from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import nodes
from groundway_ops.cost.bill.reports.apportion import apportion, money
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "gpu", "GPU waste"
PARTS = ("useful", "underused", "idle", "unallocated", "unknown")  # best first
NOBODY = "(unallocated)"
NAMED = 5  # nodes, at most, in a note
NOTE = (
    "A node costs what its hours cost; its volumes and traffic are in the spend. Useful and underused: at 80% activity "
    "of its multiprocessors a GPU is wholly used. Idle: under 5% for 15 minutes or longer."
)
ALMOST = 1e-6  # of a span's GPU-hours: what is measured in floats is never quite whole

# What nobody measured is the node's remainder: what is billed and not accounted for.
WEIGHTS = f"""
CREATE TABLE weights AS
WITH measured AS (
    SELECT shared_by, {{owners}}, kind, sum(gpu_hours) AS weight,
        false AS dark
    FROM (
        SELECT *, unnest([{", ".join(f"'{part}'" for part in PARTS)}]) AS kind,
            unnest([{", ".join(PARTS)}]) AS gpu_hours
        FROM gpus
    ) gpus JOIN span_hours USING (instance, hour)
    WHERE gpu_hours > 0 GROUP BY ALL
),
seen AS (
    SELECT shared_by, count(DISTINCT split_part(gpu, '/', 1)) AS cards
    FROM gpus JOIN span_hours USING (instance, hour)
    GROUP BY shared_by
),
capacity AS (
    SELECT shared_by, unused, node_hours * coalesce(spans.cards, seen.cards, 1) AS gpu_hours
    FROM spans LEFT JOIN seen USING (shared_by)
),
remainder AS (
    SELECT shared_by, unused, gpu_hours - coalesce(sum(weight), 0) AS weight, gpu_hours
    FROM capacity LEFT JOIN measured USING (shared_by) GROUP BY shared_by, unused, gpu_hours
)
SELECT * FROM measured
UNION ALL BY NAME
SELECT shared_by, CASE WHEN unused THEN 'unallocated' ELSE 'unknown' END AS kind, weight, NOT unused AS dark
FROM remainder WHERE weight > {ALMOST} * gpu_hours OR weight = gpu_hours
"""
# Of what nobody measured the node's own tags say whose it was, as far as they do.
WHOSE = f"CASE WHEN dark THEN tag_{{0}} WHEN kind = 'unallocated' THEN '{NOBODY}' ELSE {{0}} END AS {{0}}"
SHARED = "CREATE TABLE shared AS SELECT * EXCLUDE ({keys}), weight * of_span AS gpu_hours, {whose} FROM weighed"


def report(mart: Mart, question: Question) -> Report:
    """A row for each instance type, group and use of it that cost something; `cost` adds up to what the nodes cost."""
    with mart.connect() as db:
        total = share_out(db, question)
        names, keys = _keys(db, question)
        by = ", ".join(keys)
        mine, values = nodes.owned(question)
        found = db.execute(
            f"""
            SELECT {by}, kind, sum(gpu_hours), sum(amount)::HUGEINT, sum(sum(amount)) OVER (PARTITION BY {by})::HUGEINT
            FROM shared WHERE {mine} GROUP BY {by}, kind HAVING sum(amount) <> 0 OR sum(gpu_hours) > 0
            ORDER BY sum(sum(amount)) OVER (PARTITION BY {by}) DESC, {by}, list_position({list(PARTS)}, kind)
            """,
            values,
        ).fetchall()
        dark = _dark(db)
    told = [(tuple(map(called, group)), kind, hours, money(cost)) for *group, kind, hours, cost, _ in found]
    rows = _rows(told, question.top)
    return Report(
        name=NAME,
        title=f"{TITLE} by {', '.join(names)}",
        period=question.period,
        columns=(
            *(Column(name) for name in names),
            Column("use"),
            Column("GPU-hours", "number"),
            Column("cost", "usd"),
            Column("of its cost", "share"),
        ),
        rows=rows,
        sums="cost",
        total=total,
        notes=(*_summary(rows, total), *dark, NOTE) if rows else ("No GPU node was billed.",),
        chart=Chart("bar", names[-1], "cost", "use"),
    )


def _rows(told: list[tuple[tuple[str, ...], str, float, Decimal]], top: int | None) -> tuple[tuple[Any, ...], ...]:
    """Group, use, hours and cost as rows, the uses of a group together; with `top`, the rest as one group."""
    groups = list(dict.fromkeys(group for group, *_ in told))
    shown = groups if top is None else groups[:top]
    others = (f"{len(groups) - len(shown)} others", *[""] * (len(groups[0]) - 1)) if groups else ()
    summed: dict[tuple[tuple[str, ...], str], tuple[float, Decimal]] = {}
    for group, kind, hours, cost in told:
        key = (group if group in shown else others, kind)
        before = summed.get(key, (0.0, Decimal(0)))
        summed[key] = (before[0] + hours, before[1] + cost)
    of: dict[tuple[str, ...], Decimal] = {}
    for (group, _), (_, cost) in summed.items():
        of[group] = of.get(group, Decimal(0)) + cost
    order = sorted(summed, key=lambda key: ([*of].index(key[0]), PARTS.index(key[1])))
    return tuple(
        (*key[0], key[1], hours, cost, float(cost / of[key[0]]) if of[key[0]] else None)
        for key, (hours, cost) in ((key, summed[key]) for key in order)
    )


def share_out(db: duckdb.DuckDBPyConnection, question: Question) -> Decimal:
    """Make `shared`: the cost of GPU nodes (`amount`), by `kind` of use and owner; what it adds up to."""
    nodes.prepare(db, question, nodes.IS_GPU)
    owners = nodes.owners(question)
    db.execute(WEIGHTS.format(owners=", ".join(f"gpus.{o} AS {o}" for o in owners)))
    apportion(db, "weighed", ("kind", "dark", *owners))
    db.execute(SHARED.format(keys=", ".join(owners), whose=", ".join(WHOSE.format(o) for o in owners)))
    return nodes.whole(db, question, nodes.IS_GPU, "shared")


def _keys(db: duckdb.DuckDBPyConnection, question: Question) -> tuple[list[str], list[str]]:
    """What rows are told apart by, as it is read and as a column; the pool where tags tell it."""
    pools = db.execute("SELECT count(pool) > 0 FROM pots").fetchone() == (True,)
    first = {"instance type": "type", **({"pool": "pool"} if pools else {})}
    asked = {name.replace("-", " "): column for name, column in zip(question.by, question.columns, strict=True)}
    return [*first, *asked], [*first.values(), *asked.values()]


def _summary(rows: tuple[tuple[Any, ...], ...], total: Decimal) -> tuple[str, ...]:
    """How much of the money was put to which use, and what a GPU-hour of work cost."""
    if total <= 0:
        return ()
    cost = {part: sum((row[-2] for row in rows if row[-4] == part), Decimal(0)) for part in PARTS}
    worked = sum(row[-3] for row in rows if row[-4] in ("useful", "underused"))
    shares = ", ".join(f"{amount / total:.0%} {part}" for part, amount in cost.items() if amount)
    told = (f"Of {total:,.2f} for GPU nodes: {shares}.",)
    price = (total - cost["unknown"]) / Decimal(worked) if worked else None
    return (*told, f"A GPU-hour in which a GPU worked cost {price:,.2f}.") if price is not None else told


def _dark(db: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Nodes that were billed and never measured."""
    found = db.execute(
        "SELECT node, sum(amount)::HUGEINT FROM shared GROUP BY node HAVING bool_and(dark) AND node IS NOT NULL "
        "ORDER BY 2 DESC, 1"
    ).fetchall()
    if not found:
        return ()
    named = ", ".join(node for node, _ in found[:NAMED]) + (" and others" if len(found) > NAMED else "")
    lost = sum((money(cost) for _, cost in found), Decimal(0))
    return (f"GPU nodes that were never measured: {len(found)}, for {lost:,.2f} ({named}). See docs/cost-gpu.md.",)
