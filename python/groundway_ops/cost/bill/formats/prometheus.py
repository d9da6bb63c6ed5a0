"""Reports as Prometheus reads them: for the node exporter's textfile collector, or a pushgateway.

Text, days and months of a row are its labels; each number is a sample of the gauge of its kind, with the name of its
column as `amount`. Every series costs memory in Prometheus, so reports are `bounded`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from groundway_ops.cost.bill.formats.cells import exact, line, numeric, shown
from groundway_ops.cost.bill.reports.record import Column, Document, Report

MOST = 50  # rows of a report, unless it is said
LONGEST = 120  # characters of a label: an explanation is no label
OWN = ("report", "amount", "row")  # labels that are not the report's

HELP = {
    "": "Amounts of a report, in the currency that the name ends with.",
    "total": "What the rows of a report add up to.",
    "quantity": "Quantities of a report.",
    "items": "Counts of a report.",
    "ratio": "Shares of a report; 1 is all of it.",
    "report_info": "Which months a report is of, of which amounts, and whether anybody was billed for them.",
}
NAMES = {"number": "quantity", "count": "items", "share": "ratio"}

Sample = tuple[str, str, dict[str, str], Any]  # what of, currency if it is money, labels, value


def bounded(document: Document, most: int) -> Document:
    """With at most `most` rows a report, and one for the rest; what they add up to stays."""
    return replace(document, reports=tuple(_bounded(report, most) for report in document.reports))


def render(document: Document) -> str:
    families: dict[str, list[str]] = {}
    for what, currency, labels, value in _samples(document):
        name = "_".join(filter(None, ["groundway_cost", what, re.sub("[^a-z0-9]", "_", currency.lower())]))
        head = f"# HELP {name} {HELP[what]}\n# TYPE {name} gauge"
        families.setdefault(head, []).append(f"{name}{{{_labels(labels)}}} {exact(value)}")
    return "".join("\n".join([head, *samples, ""]) for head, samples in families.items())


def _samples(document: Document) -> Iterator[Sample]:
    for report in document.reports:
        about = {"period": report.period, "metric": document.metric, "simulated": str(document.simulated).lower()}
        yield "report_info", "", {"report": report.name, **about}, 1
        if report.total is not None:
            yield "total", report.currency, {"report": report.name}, report.total
        yield from _rows(report)


def _rows(report: Report) -> Iterator[Sample]:
    seen = Counter[tuple[str, ...]]()
    for row in report.rows:
        labels = {
            _name(column): shown(value, column.kind)
            for column, value in zip(report.columns, row, strict=True)
            if not numeric(column) and value is not None
        }
        cut = {name: text[:LONGEST] for name, text in labels.items()}
        seen[key := tuple(cut.values())] += 1
        again = {"row": str(seen[key])} if seen[key] > 1 else {}  # two samples must not have the same labels
        for column, value in zip(report.columns, row, strict=True):
            if numeric(column) and value is not None:
                own = {"report": report.name, "amount": line(column.name), **cut, **again}
                yield NAMES.get(column.kind, ""), report.currency if column.kind == "usd" else "", own, value


def _name(column: Column) -> str:
    name = re.sub("[^a-z0-9]+", "_", column.name.lower()).strip("_")
    return f"of_{name}" if name in OWN or not name or name[0].isdigit() else name


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _bounded(report: Report, most: int) -> Report:
    kept, rest = report.rows[:most], report.rows[most:]
    if len(rest) < 2:
        return report
    cells: list[Any] = [None] * len(report.columns)
    for place, column in enumerate(report.columns):
        if column.name == report.sums:
            cells[place] = sum((row[place] for row in rest if row[place] is not None), Decimal(0))
    first = next((place for place, column in enumerate(report.columns) if column.kind == "text"), None)
    if first is not None:
        cells[first] = f"{len(rest)} others"
    return replace(report, rows=(*kept, tuple(cells)))
