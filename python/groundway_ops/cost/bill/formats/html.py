"""Reports as one HTML file with plots, which loads nothing: read it offline, print it, mail it."""

from groundway_ops.cost.bill.charges import MEANINGS
from groundway_ops.cost.bill.formats import cells
from groundway_ops.cost.bill.formats.charts import chart
from groundway_ops.cost.bill.reports.record import Document
from groundway_ops.report.offline import embedded, library, template


def render(document: Document) -> str:
    """Without JavaScript, the plots are missing; every number is in a table."""
    specs = {report.name: spec for report in document.reports if (spec := chart(report))}
    page: str = template("groundway_ops.cost.bill.formats", "page.html.j2").render(
        document=document,
        cells=cells,
        meaning=MEANINGS[document.metric],
        names=list(specs),
        specs=embedded(specs),
        library=library() if specs else "",
    )
    return page
