"""What the runtime found, as parts of the record; and the record as text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from groundway_ops.report.record import Drift, Happening, Metrics, Month, Record, Said, Slice, Version

if TYPE_CHECKING:
    from groundway import validation
    from groundway.lineage import Window
    from groundway.monitoring import FeatureDrift
    from groundway.pipeline import Observation, Trained
    from groundway_ops.evidence import Event


def version(trained: Trained) -> Version:
    """A registered version with its verdict. Only failed checks are given as reasons: the others all passed."""
    windows, verdict = trained.lineage.windows, trained.verdict
    return Version(
        version=str(trained.version.version),
        digest=trained.version.digest,
        trained_on=_months(windows["training"]),
        validated_on=_months(windows["validation"]),
        metrics=_metrics(verdict.metrics),
        passed=verdict.passed,
        reasons=[str(c) for c in verdict.checks if not c.passed],
        slices=[
            Slice(by=column, value=value, rows=m.rows, roc_auc=m.auc)
            for column, parts in verdict.slices.items()
            for value, m in parts.items()
        ],
        champion=trained.promoted,
    )


def month(seen: Observation) -> Month:
    """A month of traffic, labelled. Raises `ValueError` when there was none."""
    found = seen.assessment
    if found.quality is None or found.score is None:
        raise ValueError(f"{seen.month} has no labelled predictions")
    return Month(
        month=seen.month,
        version=found.version,
        metrics=_metrics(found.quality),
        score=_drift(found.score),
        features={name: _drift(d) for name, d in found.inputs.items()},
        reasons=list(found.reasons),
        retrained_as=str(seen.retrained.version.version) if seen.retrained else None,
        promoted=seen.retrained.promoted if seen.retrained else None,
    )


def happening(event: Event) -> Happening:
    """An event of the evidence; of its details only what the gates said."""
    results = event.details.get("results") if event.kind == "gates" else None
    return Happening(
        time=f"{event.time:%F %T}",
        environment=event.environment,
        kind=event.kind,
        release=event.release or "",
        by=event.by.rpartition(":")[2],
        reason=event.reason,
        gates=[Said(gate=r["gate"], passed=r["passed"], reason=r["reason"]) for r in cast(list[Any], results or [])],
    )


def summary(record: Record) -> str:
    """The record in a few lines."""
    lines = [f"{record.model}: what happened"]
    if d := record.deployment:
        lines.append(f"  resources   {d.resources} deployed, {d.destroyed} destroyed ({len(d.by_type)} types)")
    if record.dataset:
        lines.append(f"  data        {sum(record.dataset.rows.values()):,} rows, version {record.dataset.version}")
    for v in record.versions:
        m, trained = v.metrics, " to ".join(v.trained_on)
        verdict = "passed" if v.passed else f"refused ({v.reasons[0]})"
        lines.append(
            f"  version {v.version:<3} trained on {trained}: ROC AUC {_number(m.roc_auc)}, log loss "
            f"{_number(m.log_loss)}, calibration error {_number(m.calibration_error)} on {v.validated_on[0]}: {verdict}"
        )
    if record.months:
        lines.append("  month    version  predictions  ROC AUC  score PSI  most drifted input")
    for seen in record.months:
        name, most = max(seen.features.items(), key=lambda item: item[1].psi)
        took = {True: "took over", False: "did not pass", None: ""}[seen.promoted]
        retrained = f"  -> retrained: version {seen.retrained_as} {took}" if seen.retrained_as else ""
        lines.append(
            f"  {seen.month}  {seen.version:>7}  {seen.metrics.rows:>11,}  {_number(seen.metrics.roc_auc):>7}  "
            f"{seen.score.psi:>9.3f}  {name} ({most.psi:.2f}){retrained}"
        )
    if r := record.reproduction:
        same = "identical" if r.identical else "DIFFERENT"
        lines.append(f"  rebuilt     version {r.version} from its lineage: {r.rows:,} predictions {same}")
    for h in record.releases:
        if h.kind in ("promotion", "rollback") or h.refused:
            what = f"refused ({', '.join(s.gate for s in h.refused)})" if h.refused else h.kind
            lines.append(f"  {h.environment:<10}  {h.time[11:19]}  {what}: {h.release}")
    if b := record.bill:
        lines.append(f"  bill        {b.spent} in {b.period}{' (simulated)' if b.simulated else ''}, see {b.page}")
        lines.append(f"  unusual     {b.unusual or 'nothing'}")
    lines.append(f"  time        {sum(s.seconds for s in record.steps):.0f} s")
    return "\n".join(lines)


def _months(window: Window) -> tuple[str, str]:
    """First and last month of a window of whole months."""
    from datetime import timedelta

    return f"{window.start:%Y-%m}", f"{window.end - timedelta(days=1):%Y-%m}"


def _metrics(found: validation.Metrics) -> Metrics:
    return Metrics(
        rows=found.rows,
        roc_auc=found.auc,
        log_loss=found.log_loss,
        calibration_error=found.calibration_error,
        positive_rate=found.positive_rate,
    )


def _drift(found: FeatureDrift) -> Drift:
    return Drift(psi=found.psi, js=found.js, kl=found.kl)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
