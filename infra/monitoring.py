"""Alerts: an encrypted topic, the alarms that write to it, and a dashboard of what they watch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra import iam
from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class AlertsProps:
    prefix: str
    account: str
    key_arn: str
    emails: Sequence[str]


class Alerts(Construct):
    """The topic that people are told through. Alarms and budgets of this account may publish, others not."""

    def __init__(self, scope: Construct, id: str, props: AlertsProps) -> None:
        super().__init__(scope, id)
        topic = aws.sns_topic.SnsTopic(
            self, "topic", name=f"{props.prefix}-alerts", kms_master_key_id=props.key_arn, display_name="Groundway"
        )
        self.topic_arn: str = topic.arn
        publishers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
        account = {"StringEquals": {"aws:SourceAccount": props.account}}
        aws.sns_topic_policy.SnsTopicPolicy(
            self,
            "policy",
            arn=topic.arn,
            policy=iam.document(
                iam.allow_service("Publishers", publishers, ["sns:Publish"], [topic.arn], account),
                iam.deny_plain_http(["sns:Publish"], [topic.arn]),
            ),
        )
        for i, address in enumerate(props.emails):
            aws.sns_topic_subscription.SnsTopicSubscription(
                self, f"email-{i}", topic_arn=topic.arn, protocol="email", endpoint=address
            )


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One metric and when it is wrong: `limit` passed (`above`, or else below) in `periods` periods of `seconds`."""

    name: str
    meaning: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    limit: float
    above: bool = True
    seconds: int = 300
    periods: int = 3


@dataclass(frozen=True, kw_only=True)
class MonitoringProps:
    prefix: str
    region: str
    topic_arn: str
    cluster_name: str
    table_name: str


class Monitoring(Construct):
    def __init__(self, scope: Construct, id: str, props: MonitoringProps) -> None:
        super().__init__(scope, id)
        watches = _watches(props)
        for watch in watches:
            aws.cloudwatch_metric_alarm.CloudwatchMetricAlarm(
                self,
                watch.name,
                alarm_name=f"{props.prefix}-{watch.name}",
                alarm_description=watch.meaning,
                namespace=watch.namespace,
                metric_name=watch.metric,
                dimensions=watch.dimensions,
                statistic=watch.statistic,
                comparison_operator="GreaterThanThreshold" if watch.above else "LessThanThreshold",
                threshold=watch.limit,
                period=watch.seconds,
                evaluation_periods=watch.periods,
                treat_missing_data="notBreaching",
                alarm_actions=[props.topic_arn],
                ok_actions=[props.topic_arn],
            )
        aws.cloudwatch_dashboard.CloudwatchDashboard(
            self, "dashboard", dashboard_name=props.prefix, dashboard_body=_dashboard(watches, props.region)
        )


def _watches(props: MonitoringProps) -> list[Watch]:
    cluster, table = {"ClusterName": props.cluster_name}, {"TableName": props.table_name}
    insights, dynamodb = "ContainerInsights", "AWS/DynamoDB"
    return [
        Watch(
            name="failed-nodes",
            meaning="Nodes of the cluster are failing",
            namespace=insights,
            metric="cluster_failed_node_count",
            dimensions=cluster,
            statistic="Maximum",
            limit=0,
        ),
        Watch(
            name="pending-pods",
            meaning="Pods find no node: a pool is full, or its capacity cannot be had",
            namespace=insights,
            metric="pod_status_pending",
            dimensions=cluster,
            statistic="Maximum",
            limit=10,
            periods=6,
        ),
        Watch(
            name="node-memory",
            meaning="Nodes are running out of memory",
            namespace=insights,
            metric="node_memory_utilization",
            dimensions=cluster,
            statistic="Average",
            limit=90,
        ),
        Watch(
            name="idle-gpus",
            meaning="GPU nodes are running and nothing uses them: somebody is paying for air",
            namespace=insights,
            metric="node_gpu_utilization",
            dimensions=cluster,
            statistic="Average",
            limit=5,
            above=False,
            seconds=900,
            periods=4,
        ),
        Watch(
            name="online-reads-throttled",
            meaning="The online feature table refuses reads: predictions are late or missing",
            namespace=dynamodb,
            metric="ReadThrottleEvents",
            dimensions=table,
            statistic="Sum",
            limit=0,
        ),
        Watch(
            name="online-writes-throttled",
            meaning="The online feature table refuses writes: features are getting stale",
            namespace=dynamodb,
            metric="WriteThrottleEvents",
            dimensions=table,
            statistic="Sum",
            limit=0,
        ),
    ]


def _dashboard(watches: Sequence[Watch], region: str) -> str:
    return json.dumps({"widgets": [_widget(i, w, region) for i, w in enumerate(watches)]}, separators=(",", ":"))


def _widget(place: int, watch: Watch, region: str) -> dict[str, Any]:
    name, value = next(iter(watch.dimensions.items()))
    properties = {
        "title": watch.meaning,
        "region": region,
        "stat": watch.statistic,
        "period": watch.seconds,
        "metrics": [[watch.namespace, watch.metric, name, value]],
        "annotations": {"horizontal": [{"label": "alarm", "value": watch.limit}]},
    }
    return {"type": "metric", "x": 12 * (place % 2), "y": 6 * (place // 2), "width": 12, "height": 6} | {
        "properties": properties
    }
