"""An estimate for who sits in front of it: the total, by stack, the largest lines, what changed."""

import re
from decimal import Decimal
from io import StringIO

from rich.table import Table
from rich.text import Text

from groundway_ops.cost.amounts import Range, usd
from groundway_ops.cost.console import amounts_table, console_for
from groundway_ops.cost.record import Change, Estimate

MOST = 10


def render(estimate: Estimate, before: Estimate | None = None) -> str:
    said = StringIO()
    console = console_for(said)
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
    table = amounts_table("stack", "low", "expected", "high", *(["change"] if before else []))
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
    table = amounts_table("largest", "low", "expected", "high", "for")
    table.columns[4].justify = "left"
    for line in estimate.largest(MOST):
        what = f"{line.dimension}{f' ({line.note})' if line.note else ''}"
        table.add_row(_short(line.address), *_range(line.monthly), what)
    return table


def _changes(changes: list[Change]) -> Table | Text:
    if not changes:
        return Text("Nothing changes.")
    table = amounts_table("changes", "before", "after", "change", "for")
    table.columns[4].justify = "left"
    for change in changes[:MOST]:
        amounts = [usd(r.expected) if r else "-" for r in (change.before, change.after)]
        what = f"{change.dimension} ({change.action})" if change.action else change.dimension
        table.add_row(f"{change.stack}: {_short(change.address)}", *amounts, usd(change.expected, sign=True), what)
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


def _range(amount: Range) -> list[str]:
    return [usd(amount.low), usd(amount.expected), usd(amount.high)]


def _short(address: str) -> str:
    """Without the hash that the construct library ends names with."""
    return re.sub(r"_[0-9A-F]{8}$", "", address)
