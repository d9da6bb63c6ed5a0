"""The security group that jobs, servers and nodes wear: each other, the network, and HTTPS to the outside."""

from infra.cdk import Construct, aws
from infra.routing import ANYWHERE

DISCOVERY = "karpenter.sh/discovery"  # Karpenter finds by it where its nodes go and what they wear


def workload_group(scope: Construct, prefix: str, vpc_id: str, cidr: str) -> str:
    """Make the group with its rules; returns its id."""
    group = aws.security_group.SecurityGroup(
        scope,
        "workload",
        name=f"{prefix}-workload",
        description="Jobs, servers and nodes of the platform",
        vpc_id=vpc_id,
        tags={"Name": f"{prefix}-workload", DISCOVERY: prefix},
    )
    aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
        scope,
        "workload-among-themselves",
        security_group_id=group.id,
        referenced_security_group_id=group.id,
        ip_protocol="-1",
        description="Workloads talk to each other",
    )
    egress = aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule
    egress(
        scope,
        "workload-to-network",
        security_group_id=group.id,
        cidr_ipv4=cidr,
        ip_protocol="-1",
        description="Anything inside the network",
    )
    egress(
        scope,
        "workload-to-https",
        security_group_id=group.id,
        cidr_ipv4=ANYWHERE,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="HTTPS: AWS services, registries",
    )
    security_group_id: str = group.id
    return security_group_id
