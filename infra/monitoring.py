"""What CloudWatch watches: alarms of the cluster and of what belongs to it, and a dashboard of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.alarms import Watch, alarm
from infra.cdk import Construct, aws
from infra.dashboards import dashboard, watched


@dataclass(frozen=True, kw_only=True)
class MonitoringProps:
    """`watches`: those of other constructs, such as a database."""

    prefix: str
    region: str
    topic_arn: str
    cluster_name: str
    table_name: str
    watches: Sequence[Watch] = ()


class Monitoring(Construct):
    def __init__(self, scope: Construct, id: str, props: MonitoringProps) -> None:
        super().__init__(scope, id)
        watches = [*_watches(props), *props.watches]
        for watch in watches:
            alarm(self, props.prefix, watch, props.topic_arn)
        aws.cloudwatch_dashboard.CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=props.prefix,
            dashboard_body=dashboard([watched(w, props.region) for w in watches]),
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
