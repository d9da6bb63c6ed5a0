"""Why a stretch of days is unusual: the usage type that made most of the difference, and its resource; each against its
own median of the days before, and whether more was used or the price went up."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from groundway_ops.cost.bill.reports.daily import RECURS
from groundway_ops.cost.bill.reports.question import Question, called

FEW = 50
SAME = 0.05  # a change by less is none
HOURS = {"Hours": "h", "Hrs": "h", "hours": "h"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a usage type did cost and how much was used, in the stretch and usually in as many days; and the resource
    that had most of the difference. `unit` is None where several, or none, are used."""

    usage_type: str | None
    spend: Decimal
    usual: Decimal
    quantity: float
    usual_quantity: float
    unit: str | None
    resource: str | None
    resource_difference: Decimal
    resources: int


def find(db: duckdb.DuckDBPyConnection, question: Question, window: int, start: date) -> dict[int, Part]:
    """The part that made most of the difference, for each `n` of the table `stretch`. `start`: the first day that the
    mart knows of."""
    found = db.execute("SELECT min(begin), max(until) FROM stretch").fetchone()
    if not found or found[0] is None:
        return {}
    begin, until = found[0] - timedelta(days=window), found[1]
    condition, values = replace(question, first=begin.replace(day=1)).condition()
    only, listed = _only(db, question)
    same = " AND ".join(f"charges.{c} IS NOT DISTINCT FROM k{n}" for n, c in enumerate(question.columns))
    db.execute(
        f"""
        CREATE TEMP TABLE part AS
        SELECT id, usage_type, resource, day, sum({question.metric}) AS amount, sum(quantity) AS quantity,
            min(unit) AS unit, min(unit) IS DISTINCT FROM max(unit) AS mixed
        FROM charges JOIN (SELECT * FROM series SEMI JOIN stretch USING (id)) ON {same}
        WHERE {condition} AND day BETWEEN ? AND ? AND {RECURS}{only}
        GROUP BY id, usage_type, resource, day
        """,
        [*values, begin, until, *listed],
    )
    rows = db.execute(
        """
        WITH days AS (
            SELECT n, sign, usage_type, resource, grouping(resource) AS whole, part.day,
                part.day >= begin AS during, stretch.days,
                least($window, begin - $start::DATE) AS known, seldom, sum(amount) AS amount, sum(quantity) AS quantity,
                CASE WHEN bool_or(mixed) OR min(unit) <> max(unit) THEN NULL ELSE min(unit) END AS unit
            FROM part JOIN (SELECT *, begin - $window AS earliest FROM stretch) AS stretch USING (id)
            WHERE part.day BETWEEN earliest AND until
            GROUP BY GROUPING SETS ((n, sign, usage_type, part.day, begin, stretch.days, kind, expected, seldom),
                (n, sign, usage_type, resource, part.day, begin, stretch.days, kind, expected, seldom))),
        compared AS (
            SELECT n, sign, usage_type, resource, whole,
                coalesce(sum(amount) FILTER (during), 0) AS spend,
                coalesce(sum(quantity) FILTER (during), 0) AS quantity,
                list_resize(coalesce(list(amount) FILTER (NOT during), []), any_value(known), 0) AS amounts,
                list_resize(coalesce(list(quantity) FILTER (NOT during), []), any_value(known), 0) AS quantities,
                any_value(seldom) AS seldom, any_value(days) AS days,
                CASE WHEN min(unit) = max(unit) AND count(unit) = count(*) THEN min(unit) END AS unit
            FROM days GROUP BY n, sign, usage_type, resource, whole),
        differing AS (
            SELECT * EXCLUDE (amounts, quantities),
                days * CASE WHEN seldom THEN list_max(amounts) ELSE list_median(amounts) END AS usual,
                days * CASE WHEN seldom THEN list_max(quantities) ELSE list_median(quantities) END AS usual_quantity,
                sign * (spend - usual) AS difference
            FROM compared)
        SELECT kinds.n, kinds.usage_type, kinds.spend, round(kinds.usual, 10), kinds.quantity, kinds.usual_quantity,
            kinds.unit, members.resource, members.spend - members.usual,
            count(*) FILTER (members.difference > 0) OVER (PARTITION BY kinds.n, kinds.usage_type)
        FROM differing AS kinds JOIN differing AS members
        ON members.n = kinds.n AND members.usage_type IS NOT DISTINCT FROM kinds.usage_type
        WHERE kinds.whole = 1 AND members.whole = 0
        QUALIFY row_number() OVER (
            PARTITION BY kinds.n
            ORDER BY kinds.difference DESC, kinds.usage_type, members.difference DESC, members.resource) = 1
        """,
        {"window": window, "start": start},
    ).fetchall()
    return {n: Part(*told) for n, *told in rows}


def _only(db: duckdb.DuckDBPyConnection, question: Question) -> tuple[str, list[Any]]:
    """What the join implies, said of each column by itself, so that most rows are not read any further."""
    conditions, listed = "", []
    for n, column in enumerate(question.columns):
        found = db.execute(f"SELECT DISTINCT k{n} FROM series SEMI JOIN stretch USING (id)").fetchall()
        values = [value for (value,) in found]
        if None not in values and len(values) <= FEW:
            conditions += f" AND charges.{column} IN ({', '.join('?' for _ in values)})"
            listed += values
    return conditions, listed


def words(part: Part, difference: Decimal) -> str:
    """`412.10 of 430.00 more: EUW1-BoxUsage:g5.2xlarge, 96 h instead of 8 h; 400.00 of it on i-0abc`."""
    made = part.spend - part.usual
    way = "more" if difference > 0 else "less"
    share = f"{abs(made):,.2f} of" if abs(made) < abs(difference) else "All"
    used, where = _used(part), _where(part)
    told = called(part.usage_type) + (f", {used}" if used else "") + (f"; {where}" if where else "")
    return f"{share} {abs(difference):,.2f} {way}: {told}"


def _used(part: Part) -> str:
    """Whether more was used, or each cost more."""
    if part.unit is None or part.quantity < 0 or part.usual_quantity < 0:
        return ""
    unit = HOURS.get(part.unit, part.unit)
    now, usual = f"{_number(part.quantity)} {unit}", f"{_number(part.usual_quantity)} {unit}"
    if not part.usual_quantity or not part.quantity:
        return f"{now} instead of {usual}"
    price, usual_price = float(part.spend) / part.quantity, float(part.usual) / part.usual_quantity
    dearer = abs(price - usual_price) > SAME * abs(usual_price)
    each = f"at {price:,.4g} instead of {usual_price:,.4g} each"
    if abs(part.quantity - part.usual_quantity) <= SAME * part.usual_quantity:
        return f"the same {now}, {each}" if dearer else ""
    return f"{now} instead of {usual}" + (f", {each}" if dearer else "")


def _where(part: Part) -> str:
    if part.resource is None:
        return ""
    if part.resources <= 1:
        return f"on {part.resource}"
    others = part.resources - 1
    return (
        f"{abs(part.resource_difference):,.2f} of it on {part.resource}, "
        f"the rest on {others} other{'s' if others > 1 else ''}"
    )


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.3g}"
