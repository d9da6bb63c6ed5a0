"""The launch template of a node pool: IMDSv2, an encrypted disk, and the cost tags on whatever it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.cdk import Construct, aws
from infra.efa import Fabric, network_interfaces

launch = aws.launch_template
TAGGED = ("instance", "volume", "network-interface")


@dataclass(frozen=True, kw_only=True)
class NodeTemplateProps:
    """`block_type`: the instance type of the capacity block `reservation_id`. `spot`: the nodes are spot instances."""

    name: str
    description: str
    tags: Mapping[str, str]
    disk_gb: int
    security_group_ids: Sequence[str]
    spot: bool = False
    reservation_id: str | None = None
    block_type: str | None = None
    fabric: Fabric | None = None


def node_template(scope: Construct, id: str, props: NodeTemplateProps) -> aws.launch_template.LaunchTemplate:
    """What EKS forbids in it (instance profile, subnets, spot) is said by the node group instead."""
    tags = {**props.tags, "Name": props.name}
    # Tags of a spot request are refused where there is none.
    kinds = (*TAGGED, "spot-instances-request") if props.spot else TAGGED
    fabric, groups = props.fabric, list(props.security_group_ids)
    return launch.LaunchTemplate(
        scope,
        id,
        name=props.name,
        description=props.description,
        update_default_version=True,
        # EC2 takes security groups either for the instance or for each of its interfaces.
        vpc_security_group_ids=None if fabric else groups,
        network_interfaces=network_interfaces(fabric, groups) if fabric else None,
        placement=launch.LaunchTemplatePlacement(group_name=fabric.group_name)
        if fabric and fabric.group_name
        else None,
        instance_type=props.block_type,
        instance_market_options=launch.LaunchTemplateInstanceMarketOptions(market_type="capacity-block")
        if props.block_type
        else None,
        capacity_reservation_specification=_reserved(props.reservation_id) if props.reservation_id else None,
        # Pods are one hop further than the node: with a limit of 1 they cannot reach the node's credentials. Tags stay
        # out of the metadata: they would forbid a "/" in every tag, and Kubernetes' own have one.
        metadata_options=launch.LaunchTemplateMetadataOptions(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        block_device_mappings=[_disk(props.disk_gb)],
        # default_tags stop at the template; what it starts gets its tags from here.
        tag_specifications=[launch.LaunchTemplateTagSpecifications(resource_type=kind, tags=tags) for kind in kinds],
    )


def _disk(size_gb: int) -> aws.launch_template.LaunchTemplateBlockDeviceMappings:
    """Encrypted with the account's default key for volumes: another would need a grant for Auto Scaling's role."""
    disk = launch.LaunchTemplateBlockDeviceMappingsEbs(
        volume_type="gp3", volume_size=size_gb, encrypted="true", delete_on_termination="true"
    )
    return launch.LaunchTemplateBlockDeviceMappings(device_name="/dev/xvda", ebs=disk)


def _reserved(reservation_id: str) -> aws.launch_template.LaunchTemplateCapacityReservationSpecification:
    target = launch.LaunchTemplateCapacityReservationSpecificationCapacityReservationTarget(
        capacity_reservation_id=reservation_id
    )
    return launch.LaunchTemplateCapacityReservationSpecification(capacity_reservation_target=target)
