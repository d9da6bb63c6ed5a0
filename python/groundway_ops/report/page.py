"""The HTML report: one self-contained file; nothing is loaded from anywhere."""

from pathlib import Path

from groundway_ops.report.charts import charts
from groundway_ops.report.offline import embedded, library, template
from groundway_ops.report.record import Record


def render(record: Record) -> str:
    """The page as text. The scripts that draw the plots are inlined, so that the file works offline."""
    specs = charts(record)
    page: str = template("groundway_ops.report", "report.html.j2").render(
        record=record, names=list(specs), specs=embedded(specs), library=library()
    )
    return page


def write(record: Record, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(record), encoding="utf-8")
    return path
