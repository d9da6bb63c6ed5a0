"""A report as CSV for a spreadsheet: text in quotes, plain numbers, ISO dates; RFC 4180.

A spreadsheet takes a cell that begins with one of `FORMULA` for a formula and runs it; such text gets an apostrophe in
front, quotes around it or not. https://owasp.org/www-community/attacks/CSV_Injection
"""

from typing import Any

from groundway_ops.cost.bill.formats.cells import exact, line, numeric
from groundway_ops.cost.bill.reports.record import Column, Document, Report

FORMULA = (*"=+-@", *"＝＋－＠")  # also as Asian keyboards write them


def render(document: Document) -> str:
    """The one report of the document. Amounts say in the head of their column which currency they are in."""
    [report] = document.reports
    lines = [[_text(_head(column, report)) for column in report.columns]]
    for row in report.rows:
        lines.append([_cell(value, column) for value, column in zip(row, report.columns, strict=True)])
    return "".join(",".join(cells) + "\r\n" for cells in lines)


def _head(column: Column, report: Report) -> str:
    return f"{column.name} ({report.currency})" if column.kind == "usd" else column.name


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if numeric(column):
        return exact(value)
    return _text(exact(value))


def _text(text: str) -> str:
    shown = line(text)
    harmless = f"'{shown}" if shown.startswith(FORMULA) else shown
    return '"' + harmless.replace('"', '""') + '"'
