"""Jobs run inside the VPC: what SageMaker needs for their network interfaces, and what holds who starts one to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra import iam
from infra.site import Site

# AWS knows no resource for these.
LOOK = ("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups")
LOOK_AT_NETWORK = ("ec2:DescribeSubnets", "ec2:DescribeVpcs")


@dataclass(frozen=True, kw_only=True)
class JobNetwork:
    """Where jobs run: these subnets, wearing these security groups."""

    site: Site
    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]

    def interfaces(self) -> list[iam.Statement]:
        """What the role of a job needs, so that SageMaker can put the job into the subnets, and nowhere else."""
        subnets = [self.site.arn("ec2", f"subnet/{s}") for s in self.subnet_ids]
        groups = [self.site.arn("ec2", f"security-group/{g}") for g in self.security_group_ids]
        interfaces = [self.site.arn("ec2", "network-interface/*")]
        ours = {"ArnEquals": {"ec2:Subnet": subnets}}
        return [
            iam.allow("MakeInterfaces", ["ec2:CreateNetworkInterface"], [*subnets, *groups]),
            iam.allow("MakeOurInterfaces", ["ec2:CreateNetworkInterface"], interfaces, ours),
            iam.allow(
                "HandInterfacesToSageMaker",
                ["ec2:CreateNetworkInterfacePermission"],
                interfaces,
                {**ours, "StringEquals": {"ec2:AuthorizedService": "sagemaker.amazonaws.com"}},
            ),
            iam.allow(
                "RemoveInterfaces",
                ["ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"],
                interfaces,
                ours,
            ),
            iam.allow("LookAtNetwork", [*LOOK, *LOOK_AT_NETWORK], ["*"]),
        ]

    def only_here(self) -> Mapping[str, Any]:
        """The condition for whoever starts jobs: in these subnets, with these groups, or not at all."""
        return {
            "ForAllValues:StringEquals": {
                "sagemaker:VpcSubnets": list(self.subnet_ids),
                "sagemaker:VpcSecurityGroupIds": list(self.security_group_ids),
            },
            "Null": {"sagemaker:VpcSubnets": "false", "sagemaker:VpcSecurityGroupIds": "false"},
        }
