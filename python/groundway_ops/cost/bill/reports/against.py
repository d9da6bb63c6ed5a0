"""Spend beside that of the time before: by how much each group has changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.bill.reports.record import Column, Report

BEFORE, CHANGE = "before", "change"


def against(now: Report, before: Report | None, top: int | None = None, until: date | None = None) -> Report:
    """`now`, whose last columns are an amount and its share, with what it was `before` and the change.

    A group that is gone is there with zero. With `top`, the others are one row. Without `before`, nothing is compared,
    and the report says so. `until`: the last day that is charged, if the months are not over.
    """
    if before is None:
        return replace(now, notes=(*now.notes, "There are no charges of the months before to compare with."))
    keys = len(now.columns) - 2
    amounts, earlier = _amounts(now, keys), _amounts(before, keys)
    groups = [(key, amounts.get(key, Decimal(0)), earlier.get(key, Decimal(0))) for key in {**amounts, **earlier}]
    whole = sum(amounts.values(), Decimal(0))
    return replace(
        now,
        columns=(*now.columns, Column(BEFORE, "usd"), Column(CHANGE, "usd")),
        rows=tuple(
            (*key, amount, float(amount / whole) if whole else None, was, amount - was)
            for key, amount, was in _topped(groups, keys, top)
        ),
        notes=(*now.notes, *_said(whole, sum(earlier.values(), Decimal(0)), before.period, until)),
    )


Group = tuple[tuple[Any, ...], Decimal, Decimal]


def _amounts(report: Report, keys: int) -> dict[tuple[Any, ...], Decimal]:
    return {row[:keys]: row[keys] for row in report.rows}


def _topped(groups: list[Group], keys: int, top: int | None) -> list[Group]:
    rest = [] if top is None else groups[top:]
    if len(rest) < 2:
        return groups
    amounts = sum((amount for _, amount, _ in rest), Decimal(0))
    earlier = sum((was for *_, was in rest), Decimal(0))
    return [*groups[:top], ((f"{len(rest)} others", *[""] * (keys - 1)), amounts, earlier)]


def _said(now: Decimal, before: Decimal, period: str, until: date | None) -> tuple[str, ...]:
    if until:
        return (
            f"Before is the whole of {period}: {usd(before)}. The bill reaches to {until} only: movers compares the "
            "same days of both, and forecast tells how it goes on.",
        )
    share = f" ({100 * (now - before) / before:+.1f} %)" if before else ""
    return (f"Before is {period}: {usd(before)} in all. The change is {usd(now - before, sign=True)}{share}.",)
