"""An estimate for who sits in front of it: the total, by stack, the largest lines, what changed."""

import os
import re
import shutil
import sys
from decimal import Decimal
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundway_ops.cost.amounts import Range, usd
from groundway_ops.cost.record import Change, Estimate

MOST = 10


def render(estimate: Estimate, before: Estimate | None = None) -> str:
    said = StringIO()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = max(100, shutil.get_terminal_size((120, 24)).columns)
    console = Console(file=said, force_terminal=colour, no_color=not colour, width=width, highlight=False)
    console.print(_headline(estimate))
    console.print(_stacks(estimate, before))
    console.print(_largest(estimate))
    if before is not None:
        console.print(_changes(before.difference(estimate)))
    for notice in estimate.notices:
        console.print(f"notice: {notice}", style="yellow", markup=False)
    console.print(_footer(estimate), style="dim")
    return said.getvalue()


def _headline(estimate: Estimate) -> Text:
    verdict = ("OVER BUDGET", "bold red") if estimate.over_budget else ("within budget", "green")
    return Text.assemble(
        (f"{estimate.environment}: {usd(estimate.monthly.expected)} a month expected", "bold"),
        f", between {usd(estimate.monthly.low)} and {usd(estimate.monthly.high)}; ",
        verdict,
        f" of {usd(estimate.budget)}",
    )


def _stacks(estimate: Estimate, before: Estimate | None) -> Table:
    table = _table("stack", "low", "expected", "high", *(["change"] if before else []))
    then = before.by_stack if before else {}
    now = estimate.by_stack
    for stack in sorted(now.keys() | then.keys()):
        amount, earlier = now.get(stack), then.get(stack)
        cells = _range(amount) if amount else ["-", "-", "-"]
        change = (amount.expected if amount else Decimal(0)) - (earlier.expected if earlier else Decimal(0))
        table.add_row(stack, *cells, *([usd(change, sign=True)] if before else []))
    table.add_section()
    whole = [usd(estimate.monthly.expected - before.monthly.expected, sign=True)] if before else []
    table.add_row("all", *_range(estimate.monthly), *whole, style="bold")
    return table


def _largest(estimate: Estimate) -> Table:
    table = _table("largest", "low", "expected", "high", "for")
    table.columns[4].justify = "left"
    for line in estimate.largest(MOST):
        what = f"{line.dimension}{f' ({line.note})' if line.note else ''}"
        table.add_row(_short(line.address), *_range(line.monthly), what)
    return table


def _changes(changes: list[Change]) -> Table | Text:
    if not changes:
        return Text("Nothing changes.")
    table = _table("changes", "before", "after", "change", "for")
    table.columns[4].justify = "left"
    for change in changes[:MOST]:
        amounts = [usd(r.expected) if r else "-" for r in (change.before, change.after)]
        table.add_row(
            f"{change.stack}: {_short(change.address)}", *amounts, usd(change.expected, sign=True), change.dimension
        )
    if len(changes) > MOST:
        table.add_row(f"and {len(changes) - MOST} more")
    return table


def _footer(estimate: Estimate) -> Text:
    sure = ", ".join(f"{usd(amount)} {level}" for level, amount in estimate.by_confidence.items())
    priced = len({(line.stack, line.address) for line in estimate.lines})
    return Text(
        f"{priced} resources priced, {len(estimate.free)} free with a reason; {estimate.region}, 730 hours, "
        f"{estimate.on}. Prices: {sure}. Without taxes, support and discounts."
    )


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", overflow="fold")
    return table


def _range(amount: Range) -> list[str]:
    return [usd(amount.low), usd(amount.expected), usd(amount.high)]


def _short(address: str) -> str:
    """Without the hash that the construct library ends names with."""
    return re.sub(r"_[0-9A-F]{8}$", "", address)
