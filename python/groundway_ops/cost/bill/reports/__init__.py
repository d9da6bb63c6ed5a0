"""Reports by name: one module each, with `NAME`, `TITLE` and `report(mart, question) -> Report`, and with `BY` if it is
not by team unless it is told."""

import importlib
from dataclasses import replace
from datetime import date

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

NAMES = (
    "spend",
    "budget",
    "forecast",
    "movers",
    "anomalies",
    "advice",
    "tags",
    "allocation",
    "gpu",
    "kubernetes",
    "units",
)


def make(name: str, mart: Mart, question: Question) -> Report:
    """The report of that name, a key of `NAMES`. Raises `InvalidInput` for charges in more than one currency."""
    currency = _currency(mart, question)
    module = importlib.import_module(f"{__name__}.{name}")
    asked = question if question.by else replace(question, by=getattr(module, "BY", ("team",)))
    made: Report = module.report(mart, asked)
    return replace(made, currency=currency)


def _currency(mart: Mart, question: Question) -> str:
    """Of all months, since reports compare with earlier ones. The files' own statistics mostly tell, without a scan."""
    if one := _only(mart):
        return one
    condition, values = replace(question, first=date.min, last=date.max).condition()
    with mart.connect() as db:
        found = db.execute(
            f"SELECT DISTINCT currency FROM charges WHERE {condition} AND currency IS NOT NULL ORDER BY 1", values
        ).fetchall()
    names = [name for (name,) in found]
    if len(names) > 1:
        raise InvalidInput(
            f"the charges are in {' and '.join(names)}, which do not add up: ask for one, with --where "
            f"currency={names[0]}"
        )
    return str(names[0]) if names else "USD"


def _only(mart: Mart) -> str | None:
    """The currency that every row group of the mart is in, if there is one and its statistics say so."""
    if not (files := [str(file) for file in mart.files("charges")]):
        return None
    with mart.connect() as db:
        found = db.execute(
            "SELECT min(coalesce(stats_min_value, '')), max(coalesce(stats_max_value, '~')) FROM parquet_metadata(?) "
            "WHERE path_in_schema = 'currency'",
            [files],
        ).fetchone()
    return str(found[0]) if found and found[0] and found[0] == found[1] else None
