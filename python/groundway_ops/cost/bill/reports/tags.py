"""Spend by how it is tagged: well, wrongly, not at all, or not to be tagged; what is wrong, and what would mend it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from groundway import environment
from groundway.environment import Environment
from groundway.errors import InvalidInput
from groundway.tags import KEYS
from groundway_ops.cost.bill.charges import TAGS
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import untaggable
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report
from groundway_ops.cost.bill.reports.tag_faults import (
    CANNOT,
    SHAPE,
    STANDING,
    UNTAGGED,
    WELL,
    WRONG,
    Allowed,
    Verdict,
    judge,
    meant,
)

NAME, TITLE = "tags", "Spend by how it is tagged"
BY: tuple[str, ...] = ()
ORDER = (UNTAGGED, WRONG, CANNOT, WELL)

# What a charge is judged by. Of values that people make up, only what matters: the shape, or that it is the platform's.
LINES = """
CREATE TEMP TABLE lines AS
SELECT {by}, {tags}, other_tags, resource, service, usage_type, {cannot} AS cannot, {training} AS training,
       sum({metric}) AS amount
FROM charges WHERE {where} GROUP BY ALL
"""
PROFILES = """
CREATE TEMP TABLE profiles AS
SELECT row_number() OVER () AS id, * FROM (
    SELECT DISTINCT team, project, environment, cost_center, owner, {model} AS model, {run} AS run,
           (SELECT o.tags FROM others o WHERE o.other_tags = l.other_tags) AS others, training, cannot
    FROM lines l)
"""
ROWS = """
SELECT {by}, v.kind, v.keys, v.wrong, v.mend, v.environment,
       CASE WHEN v.kind IN (?, ?) THEN coalesce(l.resource, concat_ws(' ', l.service, l.usage_type)) END AS what,
       any_value(CASE WHEN v.kind IN (?, ?) THEN o.name END) AS name,
       any_value(CASE WHEN v.kind IN (?, ?) THEN l.model END) AS model,
       sum(l.amount) AS amount
FROM lines l LEFT JOIN others o ON o.other_tags = l.other_tags
JOIN profiles p ON {same} AND p.others IS NOT DISTINCT FROM o.tags
JOIN verdicts v ON v.id = p.id
GROUP BY ALL ORDER BY amount DESC, kind, what, wrong, {by}
"""
SAME = ("team", "project", "environment", "cost_center", "owner", "training", "cannot")


def report(mart: Mart, question: Question) -> Report:
    """A row for each resource whose tags are to be mended, the dearest first; one for each reason not to tag; one for
    what is well tagged. With `top`, the other resources of a class are one row."""
    environments = _environments()
    allowed = Allowed(environment.teams(environment.checkout()) if environments else None, tuple(environments))
    where, values = question.condition()
    with mart.connect() as db:
        whole = question.whole(mart, db)
        found = _judged(db, question, where, values, allowed)
    rows = [_row(one, len(question.by), environments) for one in found]
    shown = [row for kind in ORDER for row in _shortened(rows, kind, question)]
    return Report(
        name=NAME,
        title=TITLE,
        period=question.period,
        columns=(
            *(Column(name.replace("-", " ")) for name in question.by),
            Column("class"),
            Column("tags"),
            Column("resource"),
            Column("wrong"),
            Column("cost", "usd"),
            Column("of all", "share"),
            Column("mend"),
        ),
        rows=tuple((*row[:-1], float(row[-2] / whole) if whole else None, row[-1]) for row in shown),
        sums="cost",
        total=whole,
        notes=tuple(_notes(rows, len(question.by), allowed)),
        chart=Chart("bar", "class", "cost"),
    )


def _judged(
    db: duckdb.DuckDBPyConnection, question: Question, where: str, values: list[Any], allowed: Allowed
) -> list[tuple[Any, ...]]:
    """Rows of (*by, kind, keys, wrong, mend, environment, what, name, model, amount)."""
    by = [f"by_{place}" for place in range(len(question.by))]
    db.execute(
        LINES.format(
            by=", ".join(f"{column} AS {name}" for column, name in zip(question.columns, by, strict=True))
            or "1 AS one",
            tags=", ".join(TAGS),
            cannot=untaggable.reason(),
            training=untaggable.TRAINING,
            metric=question.metric,
            where=where,
        ),
        values,
    )
    _others(db)
    db.execute(PROFILES.format(model=_brief("model"), run=_brief("run")))
    db.execute("CREATE TEMP TABLE verdicts (id BIGINT, kind TEXT, keys TEXT, wrong TEXT, mend TEXT, environment TEXT)")
    for id, *profile in db.execute("SELECT * FROM profiles ORDER BY id").fetchall():
        verdict = _verdict(profile, allowed)
        told = (verdict.kind, ", ".join(verdict.keys), verdict.wrong, verdict.mend, verdict.environment)
        db.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?)", [id, *told])
    same = [f"p.{c} IS NOT DISTINCT FROM l.{c}" for c in SAME]
    same += [f"p.{c} IS NOT DISTINCT FROM {_brief(c, 'l.')}" for c in ("model", "run")]
    grouped = ", ".join(f"l.{name}" for name in by) or "l.one"
    rows = db.execute(ROWS.format(by=grouped, same=" AND ".join(same)), [WRONG, UNTAGGED] * 3).fetchall()
    return rows if by else [row[1:] for row in rows]


def _others(db: duckdb.DuckDBPyConnection) -> None:
    """The table `others`: of each set of other tags, those that are cost tags in another spelling, and the name tag."""
    db.execute("CREATE TEMP TABLE others (other_tags TEXT, tags TEXT, name TEXT)")
    keys = db.execute(
        "SELECT DISTINCT unnest(json_keys(other_tags)) FROM "
        "(SELECT DISTINCT other_tags FROM lines WHERE other_tags IS NOT NULL)"
    ).fetchall()
    spelt = [key for (key,) in keys if meant(key)]
    db.execute(
        "INSERT INTO others SELECT other_tags, CAST(to_json(map_from_entries(list_filter(map_entries(m), "
        "lambda e: list_contains(?, e.key)))) AS VARCHAR), m['Name'] "
        "FROM (SELECT DISTINCT other_tags, CAST(CAST(other_tags AS JSON) AS MAP(VARCHAR, VARCHAR)) AS m "
        "FROM lines WHERE other_tags IS NOT NULL)",
        [spelt],
    )
    db.execute("UPDATE others SET tags = NULL WHERE tags = '{}'")


def _brief(column: str, of: str = "") -> str:
    """SQL for a tag that people make up: itself if it is the platform's or misshapen, `x` for all others."""
    name = of + column
    made_up = f"{name} <> '{STANDING[column]}' AND regexp_full_match({name}, '{SHAPE.pattern}')"
    return f"CASE WHEN {made_up} THEN 'x' ELSE {name} END"


def _verdict(profile: list[Any], allowed: Allowed) -> Verdict:
    *tags, others, training, cannot = profile
    named = dict(zip(("team", "project", "environment", "cost-center", "owner", "model", "run"), tags, strict=True))
    return judge(named, json.loads(others) if others else {}, training, cannot, allowed)


def _row(found: tuple[Any, ...], by: int, environments: Mapping[str, Environment]) -> tuple[Any, ...]:
    """(*by, class, tags, resource, wrong, cost, mend)."""
    kind, keys, wrong, mend, environment_, what, name, model, amount = found[by:]
    look = _look(what, name, model, environment_, environments) if kind in (WRONG, UNTAGGED) else ""
    named = f"{what} ({name})" if name else what
    return (*map(called, found[:by]), kind, keys, named or "", wrong, amount, f"{mend}; {look}" if look else mend)


def _look(
    what: str, name: str | None, model: str | None, environment_: str | None, environments: Mapping[str, Environment]
) -> str:
    """Where what is charged is made, as far as its tags and names tell."""
    if model and model != "shared":
        return f"look at the tags of the workload {model}"
    by_name = (n for n, one in environments.items() if f"{one.prefix}-" in f"{name} {what}")
    made = environment_ if environment_ in environments else next(by_name, None)
    return f"look at the stacks of {made}, or at who made it by hand there" if made else ""


def _shortened(rows: list[tuple[Any, ...]], kind: str, question: Question) -> list[tuple[Any, ...]]:
    """The rows of a class; beyond `top`, one for the others."""
    place = len(question.by)
    of_kind = [row for row in rows if row[place] == kind]
    if question.top is None or kind not in (WRONG, UNTAGGED) or len(of_kind) <= question.top:
        return of_kind
    rest = of_kind[question.top :]
    others = f"{len(rest)} others"
    amount = sum((row[-2] for row in rest), Decimal(0))
    return [*of_kind[: question.top], (*[""] * place, kind, "", others, "", amount, "")]


def _notes(rows: list[tuple[Any, ...]], by: int, allowed: Allowed) -> list[str]:
    told = [f"{kind}: {sum((row[-2] for row in rows if row[by] == kind), Decimal(0)):,.2f}" for kind in ORDER]
    by_key = {key: sum((r[-2] for r in rows if key in r[by + 1].split(", ")), Decimal(0)) for key in KEYS}
    at_fault = [f"{key} {amount:,.2f}" for key, amount in by_key.items() if amount]
    notes = ["; ".join(told)]
    if at_fault:
        notes.append(f"By tag that is missing or wrong (a charge may count several times): {', '.join(at_fault)}")
    if allowed.teams is None:
        notes.append("No environments/teams.yaml was found: any value of the right shape passes as allowed")
    return notes


def _environments() -> Mapping[str, Environment]:
    """None outside of a checkout; what is wrong in one is an error as everywhere."""
    try:
        root = environment.checkout()
    except InvalidInput:
        return {}
    return environment.load_all(root)
