"""What CloudWatch watches: alarms, one alarm for all that means an outage, dashboards, error lines, ready questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra import dashboards
from infra.alarms import Watch, alarm, any_of
from infra.cdk import Construct, aws
from infra.log_questions import error_lines, questions
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class MonitoringProps:
    """`topic_arn` is told of every alarm, `pages_topic_arn` once when the platform is down.

    `log_groups`: kind of work to the name of its log group. `watches`: those of other constructs, such as a database.
    """

    site: Site
    topic_arn: str
    pages_topic_arn: str
    cluster_name: str
    table_name: str
    log_groups: Mapping[str, str]
    watches: Sequence[Watch] = ()


class Monitoring(Construct):
    def __init__(self, scope: Construct, id: str, props: MonitoringProps) -> None:
        super().__init__(scope, id)
        errors = error_lines(self, props.site.environment, props.log_groups)
        watches = [*_watches(props), *errors, *props.watches]
        alarms = {watch: alarm(self, props.site.prefix, watch, props.topic_arn) for watch in watches}
        any_of(
            self,
            f"{props.site.prefix}-down",
            "The platform is down",
            [made.alarm_name for watch, made in alarms.items() if watch.outage],
            props.pages_topic_arn,
        )
        self._dashboard("dashboard", props.site.prefix, dashboards.platform(watches, props.site.region))
        self._dashboard("gpus", f"{props.site.prefix}-gpus", dashboards.gpus(props.cluster_name, props.site.region))
        counted = {kind: (w.namespace, w.metric) for kind, w in zip(props.log_groups, errors, strict=True)}
        serving = dashboards.serving(props.site.prefix, props.table_name, counted, props.site.region)
        self._dashboard("serving", f"{props.site.prefix}-serving", serving)
        self._dashboard("costs", f"{props.site.prefix}-costs", dashboards.costs(props.cluster_name, props.site.region))
        cluster_group = f"/aws/eks/{props.cluster_name}/cluster"
        questions(self, props.site.prefix, list(props.log_groups.values()), cluster_group)

    def _dashboard(self, id: str, name: str, body: str) -> None:
        aws.cloudwatch_dashboard.CloudwatchDashboard(self, id, dashboard_name=name, dashboard_body=body)


def _watches(props: MonitoringProps) -> list[Watch]:
    cluster, table = {"ClusterName": props.cluster_name}, {"TableName": props.table_name}
    insights, dynamodb = "ContainerInsights", "AWS/DynamoDB"
    return [
        Watch(
            name="no-nodes",
            meaning="The cluster has no nodes",
            namespace=insights,
            metric="cluster_node_count",
            dimensions=cluster,
            statistic="Maximum",
            limit=1,
            above=False,
            outage=True,
        ),
        Watch(
            name="api-errors",
            meaning="The Kubernetes API answers with errors of its own",
            namespace="AWS/EKS",
            metric="apiserver_request_total_5XX",
            dimensions=cluster,
            statistic="Sum",
            limit=100,
            outage=True,
        ),
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
            outage=True,
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
