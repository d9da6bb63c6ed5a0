"""Reports as JSON, for programs. Amounts are strings, to be read as decimals; days are as ISO 8601 writes them."""

import json
from dataclasses import asdict
from typing import Any

from groundway_ops.cost.bill.formats.cells import exact
from groundway_ops.cost.bill.reports.record import Document, Report


def render(document: Document) -> str:
    content = {
        "title": document.title,
        "period": document.period,
        "metric": document.metric,
        "simulated": document.simulated,
        "notes": list(document.notes),
        "figures": [asdict(figure) for figure in document.figures],
        "reports": [_report(report) for report in document.reports],
    }
    return json.dumps(content, indent=2, default=exact) + "\n"


def _report(report: Report) -> dict[str, Any]:
    return {
        "name": report.name,
        "title": report.title,
        "period": report.period,
        "currency": report.currency,
        "columns": [asdict(column) for column in report.columns],
        "rows": report.records(),
        "sums": report.sums,
        "total": report.total,
        "notes": list(report.notes),
    }
