"""Logs, alarms, dashboards, metrics."""

from collections.abc import Iterator
from decimal import Decimal

from groundway_ops.cost.amounts import MONTH, ONE, between, fixed
from groundway_ops.cost.pricing.charge import Charge
from groundway_ops.cost.resources import Resource, Scene, blocks

DAYS = Decimal("30.4")  # in a month
SCRAPES = 2 * 60 * 730  # a month, one every 30 seconds
SAMPLE_BYTES = Decimal("1.5")  # AWS: one or two


def log_group(resource: Resource, scene: Scene) -> Iterator[Charge]:
    ingested = scene.by_name("logs", str(resource.get("name")).rpartition("/")[2])
    yield Charge("written", ingested, "logs.ingested")
    days = int(resource.get("retention_in_days", default=0)) or 3653  # 0: never deleted; ten years
    kept = ingested * (days / DAYS) * scene.usage.logs_stored_share
    yield Charge("kept", kept, "logs.stored", note=f"{days} days of it, compressed")


def alarm(resource: Resource, _scene: Scene) -> Iterator[Charge]:
    metrics = sum(q.get("metric") not in (None, []) for q in blocks(resource.arguments.get("metric_query"))) or 1
    yield Charge("metrics watched", fixed(metrics), "cloudwatch.alarm")


def composite_alarm(_resource: Resource, _scene: Scene) -> Iterator[Charge]:
    yield Charge("composite alarm", ONE, "cloudwatch.composite_alarm")


def dashboard(_resource: Resource, _scene: Scene) -> Iterator[Charge]:
    yield Charge("dashboard", between(0, 1, 1), "cloudwatch.dashboard", note="the first three of an account are free")


def metric_filter(resource: Resource, _scene: Scene) -> Iterator[Charge]:
    """A metric is billed for the hours in which it gets a value: all, if it has a default."""
    always = resource.get("metric_transformation", "default_value") not in (None, "")
    yield Charge("custom metric", ONE if always else between(0, 1, 1), "cloudwatch.metric")


def prometheus(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    samples = scene.usage.metrics.active_series * SCRAPES
    yield Charge("samples taken in", samples / 10_000_000, "prometheus.samples")
    retention = scene.environment.metrics.retention_days / DAYS
    yield Charge("samples kept", samples * (SAMPLE_BYTES / 2**30) * retention, "prometheus.stored")
    yield Charge("samples read by queries", scene.usage.metrics.billion_queried, "prometheus.queried")


def collector(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("collector", MONTH, "prometheus.collector")
    samples = scene.usage.metrics.active_series * SCRAPES / 10_000_000
    yield Charge("samples collected", samples, "prometheus.collected")


def grafana(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("editors", scene.usage.metrics.grafana_editors, "grafana.editor")
    yield Charge("viewers", scene.usage.metrics.grafana_viewers, "grafana.viewer")


PRICED = {
    "aws_cloudwatch_log_group": log_group,
    "aws_cloudwatch_metric_alarm": alarm,
    "aws_cloudwatch_composite_alarm": composite_alarm,
    "aws_cloudwatch_dashboard": dashboard,
    "aws_cloudwatch_log_metric_filter": metric_filter,
    "aws_prometheus_workspace": prometheus,
    "aws_prometheus_scraper": collector,
    "aws_grafana_workspace": grafana,
}
