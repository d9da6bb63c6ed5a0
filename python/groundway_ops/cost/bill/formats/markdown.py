"""Reports as Markdown: tables under headings, and what others wrote shows as it is."""

from groundway_ops.cost.bill.formats.cells import heading, numeric, rows, shown, totals
from groundway_ops.cost.bill.reports.record import Document, Report
from groundway_ops.markdown import plain


def render(document: Document) -> str:
    several = len(document.reports) > 1
    figures = [
        f"- {plain(figure.name)}: **{plain(shown(figure.value, figure.kind, document.currency))}**"
        for figure in document.figures
    ]
    blocks = [
        f"# {plain(document.title)}, {plain(document.period)}" if several else "",
        "**Simulated: nobody was billed for this.**" if document.simulated else "",
        "\n".join(figures),
        *(_report(report, document) for report in document.reports),
        "\n".join(f"- {plain(note)}" for note in document.notes),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _report(report: Report, document: Document) -> str:
    blocks = [
        f"## {plain(heading(report, document))}",
        _table(report) if report.rows else "" if report.notes else "Nothing.",
        "\n".join(f"- {plain(note)}" for note in report.notes),
    ]
    return "\n\n".join(filter(None, blocks))


def _table(report: Report) -> str:
    whole = totals(report)
    lines = [
        [plain(column.name) for column in report.columns],
        ["---:" if numeric(column) else "---" for column in report.columns],
        *([plain(cell) for cell in row] for row in rows(report)),
        *([[f"**{plain(cell)}**" if cell else "" for cell in whole]] if whole else []),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
