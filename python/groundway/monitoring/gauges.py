"""An assessment as Prometheus gauges: a text file that the model's server adds to its /metrics."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from groundway import service
from groundway.monitoring.assess import Assessment
from groundway.platform import named


def publish(assessment: Assessment, environment: str | None = None) -> Path:
    """Write `$GROUNDWAY_HOME/monitoring/<environment>/<model>.prom`: fit for node-exporter's textfile collector too."""
    registry = CollectorRegistry()
    whose = {"model": assessment.model, "version": assessment.version}

    def gauge(name: str, text: str, value: float, **labels: str) -> None:
        family = made.get(name) or Gauge(name, text, [*whose, *labels], registry=registry)
        made[name] = family
        family.labels(**whose, **labels).set(value)

    made: dict[str, Gauge] = {}
    drifts = {**assessment.inputs, **({"score": assessment.score} if assessment.score else {})}
    for name, drift in drifts.items():
        gauge("groundway_drift_psi", "Population stability index against the reference", drift.psi, input=name)
        gauge("groundway_drift_js", "Jensen-Shannon distance to the reference", drift.js, input=name)
        gauge("groundway_drift_kl", "KL(current || reference) in nats", drift.kl, input=name)
    if assessment.quality:
        for measure, value in assessment.quality.model_dump(exclude={"rows"}, exclude_none=True).items():
            gauge("groundway_quality", "Quality on labelled predictions", value, measure=measure)
    gauge("groundway_window_rows", "Predictions in the window", assessment.rows)
    gauge("groundway_window_labels", "Labelled predictions in the window", assessment.labelled)
    gauge("groundway_window_end_seconds", "End of the window, Unix time", assessment.end.timestamp())
    gauge("groundway_retrain", "1 where the policy asks for retraining", float(assessment.retrain))
    path = service.home() / "monitoring" / named(environment) / f"{assessment.model}.prom"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), registry)
    return path
