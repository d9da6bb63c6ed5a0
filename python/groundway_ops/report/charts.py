"""The plots of the report, as Vega-Lite charts built from the record alone."""

from typing import Any

import altair as alt
import pandas as pd

from groundway_ops.report.record import Record

WIDTH: Any = "container"
MOST_DRIFTED = 8
# the usual reading of a population stability index
PSI_MODERATE, PSI_MAJOR = 0.1, 0.25


def quality(record: Record) -> Any:
    """ROC AUC and calibration error by month, coloured by the version that served."""
    rows = [
        {
            "month": m.month,
            "version": f"version {m.version}",
            "ROC AUC": m.metrics.roc_auc,
            "calibration error": m.metrics.calibration_error,
        }
        for m in record.months
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("month:O", title=None), color=alt.Color("version:N", title=None, legend=alt.Legend(orient="top"))
    )

    def line(field: str) -> Any:
        return (
            base.mark_line(point=True)
            .encode(
                y=alt.Y(f"{field}:Q", scale=alt.Scale(zero=False)),
                tooltip=["month", "version", field],
            )
            .properties(width=WIDTH, height=180)
        )

    return alt.vconcat(line("ROC AUC"), line("calibration error")).resolve_scale(color="shared")


def score_drift(record: Record) -> Any:
    """Population stability index of the score by month, with the usual limits."""
    rows = [
        {"month": m.month, "PSI of the score": m.score.psi, "retrained": bool(m.retrained_as)} for m in record.months
    ]
    bars = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None),
            y=alt.Y("PSI of the score:Q"),
            color=alt.Color("retrained:N", legend=alt.Legend(orient="top")),
            tooltip=["month", alt.Tooltip("PSI of the score", format=".3f"), "retrained"],
        )
    )
    limits = (
        alt.Chart(pd.DataFrame({"limit": [PSI_MODERATE, PSI_MAJOR]}))
        .mark_rule(strokeDash=[4, 4])
        .encode(y=alt.Y("limit:Q"))
    )
    return alt.layer(bars, limits).properties(width=WIDTH, height=200)


def feature_drift(record: Record) -> Any:
    """Heat map of the features that moved most, by month."""
    most = sorted(
        {name for m in record.months for name in m.features},
        key=lambda name: -max(m.features[name].psi for m in record.months if name in m.features),
    )[:MOST_DRIFTED]
    rows = [
        {"month": m.month, "feature": name, "PSI": m.features[name].psi}
        for m in record.months
        for name in most
        if name in m.features
    ]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_rect()
        .encode(
            x=alt.X("month:O", title=None),
            y=alt.Y("feature:N", title=None, sort=most),
            color=alt.Color("PSI:Q", scale=alt.Scale(type="symlog", scheme="oranges", domainMin=0)),
            tooltip=["month", "feature", alt.Tooltip("PSI", format=".3f")],
        )
        .properties(width=WIDTH, height=24 * max(1, len(most)))
    )


def resources(record: Record) -> Any:
    """Deployed resources by type."""
    counts = record.deployment.by_type if record.deployment else {}
    rows = [{"type": k, "resources": v} for k, v in counts.items()]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("resources:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("type:N", title=None, sort="-x"),
            tooltip=["type", "resources"],
        )
        .properties(width=WIDTH, height=14 * max(1, len(rows)))
    )


def charts(record: Record) -> dict[str, dict[str, Any]]:
    """Chart name -> Vega-Lite specification, for what the record has data for."""
    made: dict[str, Any] = {}
    if record.months:
        made |= {"quality": quality(record), "score-drift": score_drift(record), "feature-drift": feature_drift(record)}
    if record.deployment and record.deployment.by_type:
        made["resources"] = resources(record)
    of_bill = {table.name: table.chart for table in record.bill.tables if table.chart} if record.bill else {}
    return {name: chart.to_dict() for name, chart in made.items()} | of_bill
