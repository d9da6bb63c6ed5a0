"""An estimate as one HTML file with plots, which loads nothing: read it offline, print it, mail it."""

from decimal import Decimal

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.formats.charts import charts
from groundway_ops.cost.record import Estimate
from groundway_ops.report.offline import embedded, library, template


def render(estimate: Estimate, before: Estimate | None = None) -> str:
    """Every number is in a table, too: without JavaScript only the plots are missing."""
    changes = before.difference(estimate) if before else []
    specs = charts(estimate, changes)
    page: str = template("groundway_ops.cost.formats", "estimate.html.j2").render(
        estimate=estimate,
        before=before,
        changes=changes,
        largest=estimate.largest(15),
        by_stack=estimate.by_stack,
        stacks=sorted(estimate.by_stack.keys() | (before.by_stack.keys() if before else set())),
        earlier=before.by_stack if before else {},
        usd=usd,
        plain=_plain,
        names=list(specs),
        specs=embedded(specs),
        library=library(),
    )
    return page


def _plain(number: Decimal) -> str:
    """Without an exponent, and without the zeros that a calculation leaves behind."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
