"""The role of the collector in the cluster: it reads metrics and logs, and writes metrics to Prometheus."""

from dataclasses import dataclass

from groundway.environment.service_accounts import MONITORING
from infra import iam
from infra.cdk import Construct
from infra.pod_identity import PodCluster, PodRole, PodRoleProps
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class CollectorProps:
    site: Site
    cluster: PodCluster
    boundary_arn: str


class Collector(Construct):
    def __init__(self, scope: Construct, id: str, props: CollectorProps) -> None:
        super().__init__(scope, id)
        role = PodRole(
            self,
            "monitoring",
            PodRoleProps(
                cluster=props.cluster,
                pods=MONITORING,
                name=f"{props.site.prefix}-monitoring",
                description="Collects metrics and logs",
                boundary_arn=props.boundary_arn,
                statements=statements(props),
            ),
        )
        self.role_arn: str = role.arn


def statements(props: CollectorProps) -> list[iam.Statement]:
    site = props.site
    groups = (f"/groundway/{site.environment}/*", f"/aws/containerinsights/{site.prefix}/*", "/aws/sagemaker/*")
    return [
        # The workspace is made later, by another stack: its tags say that it is ours.
        iam.allow(
            "Prometheus",
            ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics", "aps:RemoteWrite"],
            [site.arn("aps", "workspace/*")],
            {"StringEquals": {"aws:ResourceTag/environment": site.environment}},
        ),
        iam.allow(
            "Logs",
            ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
            [site.arn("logs", f"log-group:{group}") for group in groups],
        ),
        # AWS knows no resource for these.
        iam.allow("Metrics", ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "tag:GetResources"], ["*"]),
    ]
