"""A value of a report as text: `shown` for people, `exact` for programs."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.bill.reports.record import Column, Document, Kind, Report

NUMBERS = ("usd", "number", "count", "share")
NOTHING = "-"


def shown(value: Any, kind: Kind, currency: str = "USD") -> str:
    """In one line: $1,234.50, 12.3 %, 2026-11-01. What is missing is a dash, never zero."""
    if value is None:
        return NOTHING
    if kind == "usd":
        return money(value, currency)
    return _SHOWN.get(kind, line)(value)


def exact(value: Any) -> str:
    """Plain: no exponent, no separators, at least the cents of an amount; empty if it is missing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        whole, _, parts = f"{value:f}".partition(".")
        return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def line(value: Any) -> str:
    """Text of others in one line; characters that steer a terminal, or the direction of text, are shown as such."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(str(value).split()))


def money(amount: Decimal, currency: str) -> str:
    return usd(amount) if currency == "USD" else usd(amount).replace("$", f"{line(currency)} ")


def heading(report: Report, document: Document) -> str:
    """Its title, with the period unless the document has said it."""
    said = len(document.reports) > 1 and report.period == document.period
    return line(report.title) if said else line(f"{report.title}, {report.period}")


def totals(report: Report) -> tuple[str, ...] | None:
    """The last row as people read it: what the rows add up to."""
    if report.total is None or not report.rows:
        return None
    cells = [money(report.total, report.currency) if c.name == report.sums else "" for c in report.columns]
    return ("all", *cells[1:]) if not cells[0] else tuple(cells)


def rows(report: Report) -> list[list[str]]:
    """As people read them."""
    return [
        [shown(value, column.kind, report.currency) for column, value in zip(report.columns, row, strict=True)]
        for row in report.rows
    ]


def numeric(column: Column) -> bool:
    return column.kind in NUMBERS


def _number(value: Any) -> str:
    """To two decimals; what is smaller, to three digits."""
    if 0 < abs(value) < 1:
        return f"{float(value):.3g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _month(value: Any) -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else line(value)


_SHOWN: Mapping[Kind, Callable[[Any], str]] = {
    "number": _number,
    "count": lambda value: f"{int(value):,}",
    "share": lambda value: f"{100 * value:.1f} %",
    "month": _month,
}
