"""Elastic Fabric Adapters: nodes that train together, near to each other, past the kernel's network."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class Fabric:
    """`cards`: network cards, one adapter each. `group_name`: the placement group, if the nodes are in one."""

    cards: int
    security_group_id: str
    group_name: str | None = None


def efa_security_group(scope: Construct, id: str, prefix: str, vpc_id: str) -> str:
    """Members exchange everything in both directions, which EFA requires of a group itself; returns its id."""
    group = aws.security_group.SecurityGroup(
        scope,
        id,
        name=f"{prefix}-efa",
        description="Nodes with Elastic Fabric Adapters, among themselves",
        vpc_id=vpc_id,
        tags={"Name": f"{prefix}-efa"},
    )
    rules = (
        (aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule, "in"),
        (aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule, "out"),
    )
    for rule, direction in rules:
        rule(
            scope,
            f"{id}-{direction}",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol="-1",
            description="EFA among the members",
        )
    group_id: str = group.id
    return group_id


def placement_group(scope: Construct, id: str, name: str) -> aws.placement_group.PlacementGroup:
    """Instances on the same spine of the network. It is bound to the zone of the first."""
    return aws.placement_group.PlacementGroup(scope, id, name=name, strategy="cluster", tags={"Name": name})


def network_interfaces(
    fabric: Fabric, security_group_ids: Sequence[str]
) -> list[aws.launch_template.LaunchTemplateNetworkInterfaces]:
    """One for each card: the first carries IP as well, the others EFA only, so that they use up no addresses."""
    groups = [*security_group_ids, fabric.security_group_id]
    return [
        aws.launch_template.LaunchTemplateNetworkInterfaces(
            network_card_index=card,
            device_index=0 if card == 0 else 1,
            interface_type="efa" if card == 0 else "efa-only",
            security_groups=groups,
            delete_on_termination="true",
        )
        for card in range(fabric.cards)
    ]
