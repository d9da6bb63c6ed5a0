"""The plot of a report as a Vega-Lite specification, made of its rows alone. Colours of text are the page's own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from groundway_ops.cost.bill.formats.cells import line, shown
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

MOST = 20  # bars; the table has them all
TEXT = "currentColor"  # so that a page may be light, dark, or printed
CONFIG: Mapping[str, Any] = {
    "background": "transparent",
    "axis": {
        "labelColor": TEXT,
        "titleColor": TEXT,
        "gridColor": "#8884",
        "domainColor": "#8888",
        "tickColor": "#8888",
    },
    "legend": {"labelColor": TEXT, "titleColor": TEXT, "orient": "top", "columns": 4},
    "view": {"stroke": None},
    "range": {"category": {"scheme": "tableau10"}},
}
COLOUR = "#4c78a8"
FORMATS = {"usd": ",.2f", "number": ",.3~f", "count": ",d", "share": ".1%"}


def chart(report: Report) -> dict[str, Any] | None:
    """`None` if there is nothing to draw."""
    import altair as alt

    if report.chart is None or not report.rows:
        return None
    drawn = report.chart
    x, y = _column(report, drawn.x), _column(report, drawn.y)
    data = _data(report, drawn)
    along = drawn.mark != "bar" or x.kind in ("day", "month")  # time goes from left to right
    amounts: dict[str, Any] = {"title": _title(y, report), "axis": alt.Axis(format=FORMATS.get(y.kind, ""))}
    names: dict[str, Any] = {"title": None, "sort": None}
    told = [alt.Tooltip("x:N", title=x.name), alt.Tooltip("shown:N", title=y.name)]
    made = alt.Chart(alt.InlineData(values=data))
    spec = (
        (made.mark_line(point=True) if drawn.mark == "line" else made.mark_bar())
        .encode(
            x=_along(alt, report, x, drawn.mark) if along else alt.X("y:Q", **amounts),
            y=alt.Y("y:Q", **amounts) if along else alt.Y("x:N", **names),
            color=alt.Color("c:N", title=drawn.colour) if drawn.colour else alt.value(COLOUR),
            tooltip=[*told, alt.Tooltip("c:N", title=drawn.colour)] if drawn.colour else told,
        )
        .properties(width="container", height=220 if along else 24 * len({row["x"] for row in data}) + 8)
        .to_dict()
    )
    return {**spec, "config": CONFIG}


def _along(alt: Any, report: Report, x: Column, mark: str) -> Any:
    """Days are of UTC, wherever the page is read."""
    if mark == "line" and all(isinstance(value, date) for value in report.column(x.name)):
        return alt.X("x:T", title=None, scale=alt.Scale(type="utc"))
    return alt.X("x:O", title=None, sort=None, axis=alt.Axis(labelOverlap="greedy"))


def _data(report: Report, drawn: Chart) -> list[dict[str, Any]]:
    """Floats will do for a picture."""
    wanted = [drawn.x, drawn.y, *([drawn.colour] if drawn.colour else [])]
    columns = [_column(report, name) for name in wanted]
    rows = [row for row in zip(*(report.column(name) for name in wanted), strict=True) if row[1] is not None]
    first = list(dict.fromkeys(row[0] for row in rows))[:MOST] if columns[0].kind == "text" else [r[0] for r in rows]
    return [
        {
            "x": shown(row[0], columns[0].kind),
            "y": float(row[1]),
            "shown": shown(row[1], columns[1].kind, report.currency),
            **({"c": line(row[2])} if drawn.colour else {}),
        }
        for row in rows
        if row[0] in first
    ]


def _title(column: Column, report: Report) -> str:
    return f"{column.name}, {report.currency}" if column.kind == "usd" else column.name


def _column(report: Report, name: str) -> Column:
    return next(column for column in report.columns if column.name == name)
