"""What a reader, or a program, takes out of a format again: the tables of each."""

import csv
import io
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pyarrow.parquet as pq
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from groundway_ops.cost.bill.reports.record import Report

Table = list[list[str]]


class Page(HTMLParser):
    """Tables as rows of cells; `tags` are all elements there are, `attributes` all of their attributes' names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "td" | "th":
                self.tables[-1][-1].append("")
                self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[-1][-1][-1] += data


def markdown(text: str) -> Page:
    """As a forge shows it; HTML inside is not escaped here, so what was meant as text must have been."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def money(text: str) -> Decimal:
    assert re.fullmatch(r"-?\$[\d,]+\.\d\d", text), text
    return Decimal(text.replace("$", "").replace(",", ""))


def total(kind: str, content: str | bytes, report: Report) -> Decimal:
    """What the column that sums adds up to in a format that keeps all digits; else, what stands in its last row."""
    assert report.sums
    match kind:
        case "json":
            [told] = json.loads(content)["reports"]
            assert Decimal(told["total"]) == report.total
            return sum((Decimal(row[told["sums"]]) for row in told["rows"] if row[told["sums"]]), Decimal(0))
        case "csv":
            head = f"{report.sums} (USD)"
            rows = csv.DictReader(io.StringIO(str(content), newline=""))
            return sum((Decimal(row[head]) for row in rows if row[head]), Decimal(0))
        case "parquet":
            column = pq.read_table(io.BytesIO(content)).column(report.sums)  # type: ignore[arg-type]
            return sum((value for value in column.to_pylist() if value is not None), Decimal(0))
        case "prometheus":
            return _gauges(str(content), report)
        case "markdown":
            return _last(markdown(str(content)).tables[0], report)
        case "html":
            return _last(Page(str(content)).tables[0], report)
    found = re.findall(r"^all\b.*?(-?\$[\d,]+\.\d\d)|^ +(-?\$[\d,]+\.\d\d) *$", str(content), re.M)
    return money("".join(found[-1]))


def _last(table: Table, report: Report) -> Decimal:
    assert len(table) == len(report.rows) + 2
    return money(table[-1][table[0].index(report.sums or "")])


def _gauges(text: str, report: Report) -> Decimal:
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    [whole] = [s.value for s in samples if s.name == "groundway_cost_total_usd"]
    assert abs(Decimal(whole) - (report.total or 0)) < Decimal("0.000001")
    added = [s.value for s in samples if s.name == "groundway_cost_usd" and s.labels["amount"] == report.sums]
    return sum(map(Decimal, added), Decimal(0))
