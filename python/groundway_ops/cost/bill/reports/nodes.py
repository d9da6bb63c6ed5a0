"""The nodes of the bill: charges for the hours of an instance, who asked for them, and who had them.

A node's cost is what its hours cost, whatever way they were bought. Its volumes and its traffic are not in it: the bill
names the volume or the direction, not whose pod it was.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb

from groundway.environment.accelerators import ACCELERATORS
from groundway_ops.cost.bill.mart import total
from groundway_ops.cost.bill.reports.apportion import money, units
from groundway_ops.cost.bill.reports.question import DIMENSIONS, MISSING, Question
from groundway_ops.cost.bill.reports.record import Column

OWNED = ("team", "project", "model", "environment", "run")  # what the pods of a node say of themselves
POOL = ("eks:nodegroup-name", "karpenter.sh/nodepool", "eks_nodegroup_name", "karpenter_sh_nodepool")

INSTANCE = "regexp_extract(resource, '(?:^|/)(i-[0-9a-f]+)$', 1)"
TYPE = "regexp_extract(usage_type, ':([a-z][a-z0-9-]*\\.[a-z0-9-]+)$', 1)"  # ml.g5.xlarge is no node
GPU_FAMILY = "^(g[0-9]|gr[0-9]|p[0-9]|trn[0-9]|inf[0-9]|dl[0-9])"
IS_GPU = f"regexp_matches({TYPE}, '{GPU_FAMILY}')"
IS_NODE = f"{TYPE} <> '' AND {INSTANCE} <> ''"


def prepare(db: duckdb.DuckDBPyConnection, question: Question, which: str) -> None:
    """Make `pots`, `spans` and `span_hours` of the charges that fulfil the SQL `which`.

    spans: `shared_by`, an instance from `start` to `until`, its `type`, `cards` (NULL: not known, or none) and
    `node_hours`. span_hours: each hour that a span touches. pots: what is shared out together, of one span, with the
    node's own tags (`tag_team`, ...) and the question's columns that only charges know.
    """
    known = [[*ACCELERATORS], [accelerator.count for accelerator in ACCELERATORS.values()]]
    db.execute("CREATE TABLE cards AS SELECT unnest(?) AS type, unnest(?) AS cards", known)
    condition, values = charged(question).condition()
    pool = "coalesce(" + ", ".join(f"json_extract_string(other_tags, '$.\"{key}\"')" for key in POOL) + ")"
    db.execute(
        f"""
        CREATE TABLE lines AS
        SELECT *, nullif({INSTANCE}, '') AS instance, {TYPE} AS type, {pool} AS pool,
            contains(usage_type, 'UnusedBox') AS unused
        FROM charges WHERE {condition} AND {which}
        """,
        values,
    )
    db.execute(
        """
        CREATE TABLE spans AS
        SELECT row_number() OVER () AS shared_by, * FROM (
            SELECT instance, start, until, type, unused, any_value(cards) AS cards,
                coalesce(nullif(least(coalesce(sum(quantity) FILTER (category = 'Usage' AND quantity > 0), 1e9),
                    epoch(until - start) / 3600), 0), 1) AS node_hours
            FROM lines LEFT JOIN cards USING (type) GROUP BY instance, start, until, type, unused
        )
        """
    )
    db.execute(
        """
        CREATE TABLE span_hours AS
        SELECT shared_by, instance, type, unnest(range(date_trunc('hour', start), until, INTERVAL 1 HOUR)) AS hour
        FROM spans WHERE instance IS NOT NULL AND NOT unused
        """
    )
    asked = [f"lines.{column}" for column in question.columns if column not in OWNED]
    names = ", ".join(["pool", *(f"lines.{tag}" for tag in OWNED), *dict.fromkeys(asked)])
    tagged = ", ".join(["pool", *(f"lines.{tag} AS tag_{tag}" for tag in OWNED), *dict.fromkeys(asked)])
    db.execute(
        f"""
        CREATE TABLE pots AS
        SELECT row_number() OVER () AS pot, *, coalesce(hours / nullif(sum(hours) OVER span, 0),
            1 / count(*) OVER span) AS of_span
        FROM (
            SELECT shared_by, lines.instance AS node, lines.type AS type, {tagged}, {units("lines." + question.metric)}
                AS units, sum(quantity) FILTER (quantity > 0) AS hours
            FROM lines JOIN spans ON lines.instance IS NOT DISTINCT FROM spans.instance
                AND lines.start = spans.start AND lines.until = spans.until AND lines.type = spans.type
                AND lines.unused = spans.unused
            GROUP BY shared_by, node, lines.type, {names}
        ) WINDOW span AS (PARTITION BY shared_by)
        """
    )


def owners(question: Question) -> tuple[str, ...]:
    """The owners' columns that the question needs; the fewer, the fewer shares there are."""
    return tuple(o for o in OWNED if o in question.columns or o in question.where) or OWNED[:1]


def charged(question: Question) -> Question:
    """The question as far as charges can answer it: what is asked of the owners is asked of the shares."""
    return replace(question, where={c: v for c, v in question.where.items() if c not in OWNED})


def owned(question: Question) -> tuple[str, list[Any]]:
    """SQL, with its values, that the shares of the owners asked for fulfil."""
    parts, values = ["true"], []
    for column, value in question.where.items():
        if column in OWNED:
            parts.append(f"{column} IS NULL" if value == MISSING else f"{column} = ?")
            values += [] if value == MISSING else [value]
    return " AND ".join(parts), values


def whole(db: duckdb.DuckDBPyConnection, question: Question, which: str, table: str) -> Decimal:
    """What the shares that were asked for must add up to: the charges, less the shares of others."""
    condition, values = charged(question).condition()
    all_of_it = total(db, question.metric, f"{condition} AND {which}", values)
    mine, asked = owned(question)
    others = db.execute(f"SELECT sum(amount)::HUGEINT FROM {table} WHERE NOT coalesce({mine}, false)", asked).fetchone()
    return all_of_it - money(others[0] if others else 0)


def columns(question: Question) -> tuple[Column, ...]:
    return tuple(Column(name.replace("-", " ")) for name in question.by)


assert set(OWNED) <= set(DIMENSIONS.values())
