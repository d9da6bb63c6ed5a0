"""Alarms and dashboards."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.spec import Op, Spec, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_METRIC = {"metric_name": "MetricName", "namespace": "Namespace"}


def _write_metric(blocks: list[State]) -> State:
    """A metric in a query: what is measured is a structure of its own in the API."""
    block = blocks[0]
    metric = {k: block[k] for k in (*_METRIC, "dimensions") if block.get(k)}
    return {"metric": metric, **{k: block[k] for k in ("period", "stat", "unit") if block.get(k) is not None}}


def _read_metric(query: dict[str, Any]) -> list[State]:
    found = query.get("MetricStat")
    if not found:
        return []
    metric = found.get("Metric", {})
    return [
        {
            **{name: metric.get(member) for name, member in _METRIC.items()},
            "dimensions": {d["Name"]: d["Value"] for d in metric.get("Dimensions") or []} or None,
            "period": found.get("Period"),
            "stat": found.get("Stat"),
            "unit": found.get("Unit"),
        }
    ]


SPECS = {
    "aws_cloudwatch_metric_alarm": Spec(
        "cloudwatch",
        "Alarm",
        Op("put_metric_alarm"),
        id="{alarm_name}",
        read=(Op("describe_alarms", {"AlarmNames": ["{id}"]}, "MetricAlarms[0]"),),
        update=(Op("put_metric_alarm", whole=True),),
        delete=Op("delete_alarms", {"AlarmNames": ["{id}"]}),
        names={
            "metric_query": "Metrics",
            "metric_query.metric": Via("MetricStat", write=_write_metric, read=_read_metric),
        },
        defaults={"actions_enabled": True, "treat_missing_data": "missing"},
        replace=("alarm_name",),
        tagging=by_arn("list_tags_for_resource", "ResourceARN", "Tags"),
    ),
    "aws_cloudwatch_composite_alarm": Spec(
        "cloudwatch",
        "Alarm",
        Op("put_composite_alarm"),
        id="{alarm_name}",
        read=(Op("describe_alarms", {"AlarmNames": ["{id}"], "AlarmTypes": ["CompositeAlarm"]}, "CompositeAlarms[0]"),),
        update=(Op("put_composite_alarm", whole=True),),
        delete=Op("delete_alarms", {"AlarmNames": ["{id}"]}),
        names={"actions_suppressor": None},
        defaults={"actions_enabled": True},
        replace=("actions_enabled", "alarm_name"),
        tagging=by_arn("list_tags_for_resource", "ResourceARN", "Tags"),
        support="patched",
    ),
    "aws_cloudwatch_dashboard": Spec(
        "cloudwatch",
        "Dashboard",
        Op("put_dashboard"),
        id="{dashboard_name}",
        read=(Op("get_dashboard", {"DashboardName": "{id}"}),),
        update=(Op("put_dashboard", whole=True),),
        delete=Op("delete_dashboards", {"DashboardNames": ["{id}"]}),
        replace=("dashboard_name",),
    ),
}
