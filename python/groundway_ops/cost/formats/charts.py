"""The plots of an estimate, as Vega-Lite: what may lie between low and high is drawn, not only what is expected."""

from typing import Any

from groundway_ops.cost.amounts import Range
from groundway_ops.cost.record import Change, Estimate, Line

WIDTH: Any = "container"
MOST = 15
Spec = dict[str, Any]


def charts(estimate: Estimate, changes: list[Change]) -> dict[str, Spec]:
    """Chart name -> Vega-Lite specification. That of the changes is left out where nothing changes."""
    made = {
        "stacks": _ranges([(stack, amount) for stack, amount in estimate.by_stack.items()]),
        "largest": _ranges([(_named(line), line.monthly) for line in estimate.largest(MOST)]),
    }
    return made | ({"changes": _changes(changes[:MOST])} if changes else {})


def _named(line: Line) -> str:
    return f"{line.address}: {line.dimension}"


def _ranges(named: list[tuple[str, Range]]) -> Spec:
    """A bar from low to high for each, and a tick at what is expected. USD a month, on a scale that shows cents too."""
    import altair as alt
    import pandas as pd

    rows = [{"of": name, **{k: float(getattr(r, k)) for k in ("low", "expected", "high")}} for name, r in named]
    tooltip = [alt.Tooltip("of:N"), *(alt.Tooltip(f"{k}:Q", format="$,.2f") for k in ("low", "expected", "high"))]
    scale, axis = alt.Scale(type="symlog", constant=1), alt.Axis(format="$,.0f", tickCount=8)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("of:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)), tooltip=tooltip
    )
    span = base.mark_bar(opacity=0.35, height=10).encode(
        x=alt.X("low:Q", scale=scale, axis=axis, title=None), x2="high:Q"
    )
    tick = base.mark_tick(thickness=3, size=18, color="#0550ae").encode(x=alt.X("expected:Q", scale=scale))
    found: Spec = alt.layer(span, tick).properties(width=WIDTH, height=24 * max(1, len(rows))).to_dict()
    return found


def _changes(changes: list[Change]) -> Spec:
    import altair as alt
    import pandas as pd

    rows = [
        {"of": f"{c.address}: {c.dimension}", "change": float(c.expected), "what": c.action or _kind(c)}
        for c in changes
    ]
    found: Spec = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("change:Q", title=None, axis=alt.Axis(format="$,.0f")),
            y=alt.Y("of:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
            color=alt.condition("datum.change > 0", alt.value("#cf222e"), alt.value("#1a7f37")),
            tooltip=[alt.Tooltip("of:N"), alt.Tooltip("change:Q", format="+$,.2f"), alt.Tooltip("what:N")],
        )
        .properties(width=WIDTH, height=24 * len(rows))
        .to_dict()
    )
    return found


def _kind(change: Change) -> str:
    return "new" if change.before is None else "gone" if change.after is None else "other amount"
