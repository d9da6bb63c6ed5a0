"""Reports as text or bytes: one module a format, each with `render(document)`, made of the record of a report alone."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a report imports DuckDB, and a command's help needs the names of formats alone
    from groundway_ops.cost.bill.reports.record import Document

# How files of a format are called; the keys are the formats.
ENDINGS: Mapping[str, str] = {
    "terminal": ".txt",
    "json": ".json",
    "markdown": ".md",
    "html": ".html",
    "csv": ".csv",
    "parquet": ".parquet",
    "prometheus": ".prom",
}
ONE_TABLE = ("csv", "parquet")  # a file of these holds one report
BINARY = ("parquet",)


def render(name: str, document: "Document") -> str | bytes:
    """The document in the format of that name; of one report, if the format holds one table."""
    module = importlib.import_module(f"{__name__}.{name}")
    made: str | bytes = module.render(document)
    return made


def apart(name: str, document: "Document") -> Iterator[tuple[str, str | bytes]]:
    """File name and content of each of its reports."""
    for report in document.reports:
        yield f"{report.name}{ENDINGS[name]}", render(name, replace(document, reports=(report,)))
