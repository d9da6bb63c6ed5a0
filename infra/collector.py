"""The role of the collector in the cluster: it reads metrics and logs, and writes metrics to Prometheus."""

from dataclasses import dataclass

from groundway.environment.service_accounts import MONITORING
from infra import iam
from infra.cdk import Construct
from infra.pod_identity import PodCluster, PodRole, PodRoleProps


@dataclass(frozen=True, kw_only=True)
class CollectorProps:
    prefix: str
    environment: str
    account: str
    region: str
    cluster: PodCluster
    boundary_arn: str
    partition: str = "aws"


class Collector(Construct):
    def __init__(self, scope: Construct, id: str, props: CollectorProps) -> None:
        super().__init__(scope, id)
        role = PodRole(
            self,
            "monitoring",
            PodRoleProps(
                cluster=props.cluster,
                pods=MONITORING,
                name=f"{props.prefix}-monitoring",
                description="Collects metrics and logs",
                boundary_arn=props.boundary_arn,
                statements=statements(props),
                partition=props.partition,
            ),
        )
        self.role_arn: str = role.arn


def statements(props: CollectorProps) -> list[iam.Statement]:
    arn, here = f"arn:{props.partition}", f"{props.region}:{props.account}"
    groups = (f"/groundway/{props.environment}/*", f"/aws/containerinsights/{props.prefix}/*", "/aws/sagemaker/*")
    return [
        # The workspace is made later, by another stack: its tags say that it is ours.
        iam.allow(
            "Prometheus",
            ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics", "aps:RemoteWrite"],
            [f"{arn}:aps:{here}:workspace/*"],
            {"StringEquals": {"aws:ResourceTag/environment": props.environment}},
        ),
        iam.allow(
            "Logs",
            ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
            [f"{arn}:logs:{here}:log-group:{group}" for group in groups],
        ),
        # AWS knows no resource for these.
        iam.allow("Metrics", ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "tag:GetResources"], ["*"]),
    ]
