"""Amazon Managed Grafana: a workspace that IAM Identity Center lets people into, and that only reads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.site import Site

VERSION = "10.4"


@dataclass(frozen=True, kw_only=True)
class GrafanaProps:
    """`workspace_arn` is the Prometheus workspace that it reads. `security_group_ids`: what it wears in our subnets."""

    site: Site
    boundary_arn: str
    workspace_arn: str
    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]


class Grafana(Construct):
    """Who may log in and as what is decided in Identity Center; nobody until then. Billed by user and month."""

    def __init__(self, scope: Construct, id: str, props: GrafanaProps) -> None:
        super().__init__(scope, id)
        role = Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-grafana",
                description="Grafana reads metrics",
                trust=[iam.trust(["grafana.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=_statements(props),
            ),
        )
        grafana = aws.grafana_workspace
        workspace = grafana.GrafanaWorkspace(
            self,
            "workspace",
            name=props.site.prefix,
            account_access_type="CURRENT_ACCOUNT",
            authentication_providers=["AWS_SSO"],
            permission_type="CUSTOMER_MANAGED",
            role_arn=role.arn,
            data_sources=["PROMETHEUS", "CLOUDWATCH"],
            grafana_version=VERSION,
            configuration=json.dumps({"plugins": {"pluginAdminEnabled": False}, "unifiedAlerting": {"enabled": True}}),
            vpc_configuration=grafana.GrafanaWorkspaceVpcConfiguration(
                subnet_ids=list(props.subnet_ids), security_group_ids=list(props.security_group_ids)
            ),
            depends_on=role.ready,
        )
        self.endpoint: str = workspace.endpoint


def _statements(props: GrafanaProps) -> list[iam.Statement]:
    return [
        iam.allow(
            "Prometheus",
            ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"],
            [props.workspace_arn],
        ),
        # AWS knows no resource for these.
        iam.allow(
            "CloudWatch",
            ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "tag:GetResources"],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": props.site.region}},
        ),
    ]
