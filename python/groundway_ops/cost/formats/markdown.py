"""An estimate as a comment on a change, in Markdown: the difference first, then by stack, then every detail, folded."""

from decimal import Decimal

from groundway_ops.cost.amounts import Range, usd
from groundway_ops.cost.record import Change, Estimate
from groundway_ops.markdown import code, plain

AMOUNTS = {"low", "expected", "high", "before", "now", "change"}
MOST = 50  # of a kind: a comment has an end, and so has its reader


def render(estimate: Estimate, before: Estimate | None = None) -> str:
    changes = before.difference(estimate) if before else []
    blocks = [
        f"### {_headline(estimate, before)}",
        _budget(estimate),
        _stacks(estimate, before),
        _drivers(changes),
        _fold("Every change", _changes(changes)) if changes else "",
        _fold("What costs most", _largest(estimate)),
        "\n".join(f"- {plain(notice)}" for notice in estimate.notices),
        _footer(estimate),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _headline(estimate: Estimate, before: Estimate | None) -> str:
    name, now = estimate.environment, usd(estimate.monthly.expected)
    if before is None:
        return f"Monthly estimate of {name}: {now}"
    change = estimate.monthly.expected - before.monthly.expected
    if not change:
        return f"Monthly estimate of {name} stays at {now}"
    return f"Monthly estimate of {name} {'increases' if change > 0 else 'decreases'} by {usd(abs(change))} to {now}"


def _budget(estimate: Estimate) -> str:
    monthly = estimate.monthly
    verdict = "**Over the budget**" if estimate.over_budget else "Within the budget"
    return f"{verdict} of {usd(estimate.budget)}. It may lie between {usd(monthly.low)} and {usd(monthly.high)}."


def _stacks(estimate: Estimate, before: Estimate | None) -> str:
    now, then = estimate.by_stack, before.by_stack if before else {}
    if before is None:
        rows = [[code(stack), *_range(amount)] for stack, amount in now.items()]
        return _table(["stack", "low", "expected", "high"], [*rows, ["**all**", *_range(estimate.monthly)]])
    rows = [_row(code(s), then.get(s), now.get(s)) for s in sorted(now.keys() | then.keys())]
    return _table(["stack", "before", "now", "change"], [*rows, _row("**all**", before.monthly, estimate.monthly)])


def _row(name: str, before: Range | None, after: Range | None) -> list[str]:
    was, is_ = (r.expected if r else Decimal(0) for r in (before, after))
    return [name, *(usd(r.expected) if r else "-" for r in (before, after)), usd(is_ - was, sign=True)]


def _drivers(changes: list[Change]) -> str:
    driving = [c for c in changes[:3] if c.expected]
    said = [f"{code(c.address)} {plain(c.dimension)} ({usd(c.expected, sign=True)})" for c in driving]
    return f"What drives it: {'; '.join(said)}." if said else ""


def _changes(changes: list[Change]) -> str:
    rows = [[*_row(f"{c.stack}: {code(c.address)}", c.before, c.after), _for(c)] for c in changes[:MOST]]
    more = f"\n\nand {len(changes) - MOST} more" if len(changes) > MOST else ""
    return _table(["resource", "before", "now", "change", "for"], rows) + more


def _for(change: Change) -> str:
    return plain(f"{change.dimension} ({change.action})" if change.action else change.dimension)


def _largest(estimate: Estimate) -> str:
    rows = [
        [code(x.address), plain(x.dimension), *_range(x.monthly), x.confidence, plain(x.note)]
        for x in estimate.largest(20)
    ]
    return _table(["resource", "for", "low", "expected", "high", "price", "note"], rows)


def _footer(estimate: Estimate) -> str:
    sure = ", ".join(f"{usd(amount)} at {level} prices" for level, amount in estimate.by_confidence.items())
    return f"<sub>{estimate.region}, {estimate.on}: {sure}. Without taxes, support and discounts.</sub>"


def _fold(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---:" if name in AMOUNTS else "---" for name in head], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _range(amount: Range) -> list[str]:
    return [usd(amount.low), usd(amount.expected), usd(amount.high)]
