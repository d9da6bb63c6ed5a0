"""A log of all traffic of a VPC, accepted and rejected."""

from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class FlowLogProps:
    site: Site
    vpc_id: str
    boundary_arn: str
    log_key_arn: str
    log_retention_days: int = 30


def flow_logs(scope: Construct, props: FlowLogProps) -> None:
    """Make the log group, the role that writes to it, and the flow log."""
    group = aws.cloudwatch_log_group.CloudwatchLogGroup(
        scope,
        "flow-logs",
        name=f"/groundway/{props.site.environment}/network",
        retention_in_days=props.log_retention_days,
        kms_key_id=props.log_key_arn,
    )
    role = Role(
        scope,
        "flow-role",
        RoleProps(
            site=props.site,
            name=f"{props.site.prefix}-flow-logs",
            description="VPC flow logs write to their log group",
            trust=[iam.trust(["vpc-flow-logs.amazonaws.com"], props.site.account)],
            boundary_arn=props.boundary_arn,
            statements=[
                iam.allow(
                    "WriteFlowLogs",
                    ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    [f"{group.arn}:*"],
                )
            ],
        ),
    )
    aws.flow_log.FlowLog(
        scope,
        "flow-log",
        vpc_id=props.vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags={"Name": props.site.prefix},
        depends_on=role.ready,
    )
