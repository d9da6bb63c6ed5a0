"""A report as Parquet: amounts are decimals, days are days; what the report says beside its rows is metadata."""

import json
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from groundway_ops.cost.bill.formats.cells import exact
from groundway_ops.cost.bill.reports.record import Column, Document, Report

PLACES = 10  # as AWS bills
AMOUNT = pa.decimal128(38, PLACES)
WIDE = Context(prec=38, rounding=ROUND_HALF_EVEN)
TYPES = {
    "text": pa.string(),
    "usd": AMOUNT,
    "number": pa.float64(),
    "share": pa.float64(),
    "count": pa.int64(),
    "day": pa.date32(),
    "month": pa.date32(),
}


def render(document: Document) -> bytes:
    """The one report of the document."""
    [report] = document.reports
    columns = [_column(report, place, column) for place, column in enumerate(report.columns)]
    schema = pa.schema(
        [pa.field(column.name, TYPES[column.kind]) for column in report.columns],
        metadata={"groundway": json.dumps(_about(document, report), default=exact)},
    )
    written = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), written)
    return bytes(written.getvalue().to_pybytes())


def _column(report: Report, place: int, column: Column) -> Any:
    return pa.array([_value(row[place], column) for row in report.rows], TYPES[column.kind])


def _value(value: Any, column: Column) -> Any:
    if value is None:
        return None
    match column.kind:
        case "usd":
            return Decimal(value).quantize(Decimal(1).scaleb(-PLACES), context=WIDE)
        case "number" | "share":
            return float(value)
        case "text":
            return str(value)
    return value


def _about(document: Document, report: Report) -> dict[str, Any]:
    return {
        "name": report.name,
        "title": report.title,
        "period": report.period,
        "metric": document.metric,
        "currency": report.currency,
        "simulated": document.simulated,
        "sums": report.sums,
        "total": report.total,
        "notes": [*report.notes, *document.notes],
    }
