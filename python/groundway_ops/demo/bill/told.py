"""What the demo tells of the bill: a few of the reports of `groundway cost report`, as parts of its record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import NAMES, make
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report
from groundway_ops.report.record import Bill, Table

MOST = 8  # rows; the monthly report has them all


def told(mart: Mart, month: date, page: Path) -> Bill:
    """Write the report of `month` to `page`, and return what the demo's own report tells of it."""
    from groundway_ops.cost.bill.formats import html
    from groundway_ops.cost.bill.reports.monthly import document

    whole = document("monthly", mart, Question.of(mart, f"{month:%Y-%m}"))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(html.render(whole), encoding="utf-8")
    shown = dict(_shown(mart, month))
    spent = shown["bill-teams"].total
    assert spent is not None
    return Bill(
        period=whole.period,
        spent=usd(spent),
        simulated=whole.simulated,
        page=page.name,
        unusual=_unusual(shown.get("bill-anomalies")),
        tables=[table(name, report) for name, report in shown.items()],
    )


def _shown(mart: Mart, month: date) -> Iterator[tuple[str, Report]]:
    """Name on the page -> report. The forecast is of the month that runs, anomalies are of the month before, too."""
    of_month = Question.of(mart, f"{month:%Y-%m}")
    yield "bill-teams", make("spend", mart, replace(of_month, by=("team",), top=MOST))
    yield "bill-models", make("spend", mart, replace(of_month, by=("model",), top=MOST))
    before = replace(of_month, first=(month - timedelta(days=1)).replace(day=1))
    for name, question in (("gpu", of_month), ("forecast", Question.of(mart)), ("anomalies", before)):
        if name in NAMES:
            yield f"bill-{name}", make(name, mart, replace(question, by=()))


def _unusual(anomalies: Report | None) -> str:
    if anomalies is None or not anomalies.rows:
        return ""
    worst = anomalies.records()[0]
    return (
        f"{worst['from']} to {worst['to']}, {worst['team']}: {usd(worst['difference'], sign=True)}, {worst['reason']}"
    )


def table(name: str, report: Report) -> Table:
    from groundway_ops.cost.bill.formats import cells
    from groundway_ops.cost.bill.formats.charts import chart

    shown = replace(report, name=name)
    return Table(
        name=name,
        title=f"{report.title}, {report.period}",
        columns=[column.name for column in report.columns],
        numeric=[cells.numeric(column) for column in report.columns],
        rows=cells.rows(shown)[:MOST],
        total=list(cells.totals(shown) or ()),
        notes=list(report.notes),
        chart=chart(shown),
    )
