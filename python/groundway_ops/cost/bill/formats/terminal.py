"""Reports for who sits in front of them: aligned, shares as bars."""

from io import StringIO

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from groundway_ops.cost.bill.formats.cells import heading, line, numeric, rows, shown, totals
from groundway_ops.cost.bill.reports.record import Document, Report
from groundway_ops.cost.console import amounts_table, console_for

BAR = 10  # characters of a whole
ENDLESS = 1000  # characters of a line
LEAST = 14  # characters of text that a column is not made narrower than
EIGHTHS = " ▏▎▍▌▋▊▉█"


def render(document: Document) -> str:
    said = StringIO()
    console = console_for(said)
    if document.simulated:
        console.print("SIMULATED: nobody was billed for this.", style="bold yellow")
    if len(document.reports) > 1:
        console.print(Text(f"{line(document.title)}, {line(document.period)}", style="bold"))
        for figure in document.figures:
            console.print(Text(f"  {figure.name}: {shown(figure.value, figure.kind, document.currency)}"))
        console.print()
    for report in document.reports:
        _report(console, report, document)
    for note in document.notes:
        console.print(Text(line(note), style="dim"))
    return said.getvalue()


def _report(console: Console, report: Report, document: Document) -> None:
    console.print(Text(heading(report, document), style="bold underline"))
    if report.rows:
        _print(console, report)
    for note in report.notes:
        console.print(Text(f"  {line(note)}", style="dim" if report.rows else ""))
    if not report.rows and not report.notes:
        console.print(Text("  nothing"))
    console.print()


def _print(console: Console, report: Report) -> None:
    """With bars if there is room for them; wider than the console rather than without a number or with broken words."""
    table = _table(report, bars=True)
    free = console.options.update(max_width=ENDLESS)
    if Measurement.get(console, free, table).maximum > console.width:
        table = _table(report, bars=False)
    console.print(table, width=max(console.width, Measurement.get(console, free, table).minimum), crop=False)


def _table(report: Report, bars: bool) -> Table:
    table = amounts_table(*(column.name for column in report.columns))
    said = rows(report)
    for place, (column, made) in enumerate(zip(report.columns, table.columns, strict=True)):
        made.justify = "right" if numeric(column) else "left"
        made.no_wrap = numeric(column)
        made.min_width = min(LEAST, max(len(cells[place]) for cells in [*said, [c.name for c in report.columns]]))
    for cells, values in zip(said, report.rows, strict=True):
        drawn = [
            f"{bar(value)} {cell:>7}" if bars and column.kind == "share" and value is not None else cell
            for column, cell, value in zip(report.columns, cells, values, strict=True)
        ]
        table.add_row(*map(Text, drawn))
    if whole := totals(report):
        table.add_section()
        table.add_row(*whole, style="bold")
    return table


def bar(share: float) -> str:
    """Of `BAR` characters, to an eighth of one; empty for a credit, full from the whole on."""
    eighths = round(min(1, max(0, share)) * BAR * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[part] if part else "")).ljust(BAR)
