"""What pods cost: every node of a cluster, shared out by what its pods asked for; a GPU node by GPUs alone."""

from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import nodes
from groundway_ops.cost.bill.reports.apportion import apportion, money
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "kubernetes", "Kubernetes"
NOBODY, UNKNOWN = "(unallocated)", "(unknown)"
HOURS = 3  # kinds of hours in a row: of GPUs, CPUs and memory
ALMOST = 1e-6  # of an hour

# A node of a cluster: pods were seen on it, or its tags say so.
CLUSTER = '"(aws:eks:|eks:|eks_|kubernetes.io/cluster/|karpenter.sh/)'
WHICH = (
    f"{nodes.IS_NODE} AND ({nodes.INSTANCE} IN (SELECT DISTINCT instance FROM pods)"
    f" OR regexp_matches(coalesce(other_tags, ''), '{CLUSTER}'))"
)

# Hour by hour, pods get their share, and nobody the rest. Of a CPU node a pod's share is the larger of its shares of
# CPUs and memory: what it leaves of the other nobody else can have. Shares that exceed the node are scaled down to it.
WEIGHTS = f"""
CREATE TABLE weights AS
WITH had AS (
    SELECT shared_by, hour, namespace, {{whose}}, gpus, cpus, memory_gb,
        coalesce(CASE WHEN pod IS NULL THEN 0
            WHEN regexp_matches(type, '{nodes.GPU_FAMILY}') THEN gpus / nullif(node_gpus, 0)
            ELSE greatest(cpus / nullif(node_cpus, 0), memory_gb / nullif(node_memory_gb, 0)) END, 0) AS share
    FROM pods JOIN span_hours USING (instance, hour)
),
scaled AS (SELECT *, share / greatest(1, sum(share) OVER (PARTITION BY shared_by, hour)) AS of_hour FROM had),
hours AS (SELECT shared_by, count(DISTINCT hour) AS seen, sum(of_hour) AS taken FROM scaled GROUP BY shared_by)
SELECT shared_by, 'pods' AS kind, namespace, {{owners}}, sum(of_hour) AS weight, sum(gpus) AS gpu_hours,
    sum(cpus) AS cpu_hours, sum(memory_gb) AS gb_hours
FROM scaled GROUP BY ALL HAVING sum(of_hour) > 0
UNION ALL BY NAME
SELECT shared_by, 'nobody' AS kind, seen - taken AS weight FROM hours WHERE seen - taken > {ALMOST}
UNION ALL BY NAME
SELECT shared_by, 'unseen' AS kind, node_hours - coalesce(seen, 0) AS weight
FROM spans LEFT JOIN hours USING (shared_by) WHERE node_hours - coalesce(seen, 0) > {ALMOST} OR seen IS NULL
"""
WHOSE = f"CASE kind WHEN 'unseen' THEN tag_{{0}} WHEN 'nobody' THEN '{NOBODY}' ELSE {{0}} END AS {{0}}"
SHARED = f"""
CREATE TABLE shared AS
SELECT * EXCLUDE ({{owners}}, namespace, gpu_hours, cpu_hours, gb_hours), {{whose}},
    CASE kind WHEN 'unseen' THEN '{UNKNOWN}' WHEN 'nobody' THEN '{NOBODY}' ELSE namespace END AS namespace,
    gpu_hours * of_span AS gpu_hours, cpu_hours * of_span AS cpu_hours, gb_hours * of_span AS gb_hours
FROM weighed
"""


def report(mart: Mart, question: Question) -> Report:
    """A row for each namespace and group, the dearest first; `cost` adds up to what the nodes of clusters cost."""
    keys = ", ".join(dict.fromkeys(("namespace", *question.columns)))
    with mart.connect() as db:
        total = share_out(db, question)
        mine, values = nodes.owned(question)
        found = db.execute(
            f"""
            SELECT {keys}, sum(gpu_hours), sum(cpu_hours), sum(gb_hours), sum(amount)::HUGEINT AS cost
            FROM shared WHERE {mine} GROUP BY {keys} HAVING sum(amount) <> 0 ORDER BY cost DESC, {keys} NULLS LAST
            """,
            values,
        ).fetchall()
    split = len(found[0]) - HOURS - 1 if found else 0
    told = [(tuple(map(called, row[:split])), row[split:-1], money(row[-1])) for row in found]
    shown, rest = (told, []) if question.top is None else (told[: question.top], told[question.top :])
    if rest:
        named = (f"{len(rest)} others", *[""] * (split - 1))
        shown = [*shown, (named, _added(rest), sum((cost for *_, cost in rest), Decimal(0)))]
    rows = tuple((*group, *hours, cost, float(cost / total) if total else None) for group, hours, cost in shown)
    return Report(
        name=NAME,
        title=f"{TITLE} by namespace and {', '.join(question.by)}",
        period=question.period,
        columns=(
            Column("namespace"),
            *nodes.columns(question),
            Column("GPU-hours", "number"),
            Column("CPU-hours", "number"),
            Column("GB-hours", "number"),
            Column("cost", "usd"),
            Column("of all", "share"),
        ),
        rows=rows,
        sums="cost",
        total=total,
        notes=_notes(rows),
        chart=Chart("bar", question.by[0].replace("-", " ") if question.by else "namespace", "cost", "namespace"),
    )


def share_out(db: duckdb.DuckDBPyConnection, question: Question, which: str = WHICH) -> Decimal:
    """Make `shared`: the cost of nodes (`amount`), by namespace and owner; what it adds up to."""
    nodes.prepare(db, question, which)
    owners = nodes.owners(question)
    names = ", ".join(owners)
    db.execute(WEIGHTS.format(owners=names, whose=", ".join(f"pods.{o} AS {o}" for o in owners)))
    apportion(db, "weighed", ("kind", "namespace", *owners))
    db.execute(SHARED.format(owners=names, whose=", ".join(WHOSE.format(o) for o in owners)))
    return nodes.whole(db, question, which, "shared")


def _added(rows: list[tuple[tuple[str, ...], tuple[Any, ...], Decimal]]) -> tuple[float, ...]:
    """The hours of several rows."""
    return tuple(sum(hours[n] or 0 for _, hours, _ in rows) for n in range(HOURS))


def _notes(rows: tuple[tuple[Any, ...], ...]) -> tuple[str, ...]:
    if not rows:
        return ("The bill and the pods that were collected have no node in common: groundway cost collect pods.",)
    told = [
        "GPU nodes go by GPUs, CPU and memory riding along; other nodes by the larger of CPU and memory asked for. "
        f"{NOBODY}: nobody asked for it."
    ]
    if any(row[0] == UNKNOWN for row in rows):
        told.append(f"{UNKNOWN}: hours of nodes whose pods nobody collected.")
    return tuple(told)
