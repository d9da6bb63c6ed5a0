"""What all node pools share: the role of a node, and a pool made of a launch template and a node group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groundway.environment import CpuPool, GpuPool
from infra import iam
from infra.autoscaling_tags import hints, tag_group
from infra.cdk import Construct, TerraformResourceLifecycle, Token, aws
from infra.efa import Fabric
from infra.identity import Role, RoleProps
from infra.launch_template import NodeTemplateProps, node_template
from infra.site import Site

MANAGED = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")


def node_role(scope: Construct, id: str, site: Site, name: str, boundary_arn: str) -> Role:
    """The role of every node. Workloads get their own through pod identity, never this one."""
    return Role(
        scope,
        id,
        RoleProps(
            site=site,
            name=name,
            description="Nodes of the cluster",
            trust=[iam.trust(["ec2.amazonaws.com"])],
            boundary_arn=boundary_arn,
            managed=MANAGED,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class PoolsProps:
    """Where node pools live: the same for CPU and GPU pools. Subnets, and the names of their zones, in one order."""

    site: Site
    cluster_name: str
    vpc_id: str
    subnet_ids: Sequence[str]
    zones: Sequence[str]
    security_group_ids: Sequence[str]
    node_role: Role
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class NodePoolProps:
    """`zone`: the only one it lives in, counted from 0. `resources`: what a node offers beyond CPU and memory.

    `reservation_id` is the capacity that it uses; a capacity block when `capacity_block` is set.
    """

    name: str
    pool: CpuPool | GpuPool
    place: PoolsProps
    ami_type: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taint_key: str | None = None
    resources: Mapping[str, int] = field(default_factory=dict)
    zone: int | None = None
    reservation_id: str | None = None
    capacity_block: bool = False
    fabric: Fabric | None = None


class NodePool(Construct):
    """A managed node group on a launch template: repaired by itself, cost tags down to instance and volume."""

    def __init__(self, scope: Construct, id: str, props: NodePoolProps) -> None:
        super().__init__(scope, id)
        node_group = aws.eks_node_group
        pool, place = props.pool, props.place
        labels = {"groundway.dev/pool": props.name, **props.labels, **pool.labels}
        template = self._template(props)
        self.group = node_group.EksNodeGroup(
            self,
            "nodes",
            cluster_name=place.cluster_name,
            node_group_name=props.name,
            node_role_arn=place.node_role.arn,
            subnet_ids=list(place.subnet_ids) if props.zone is None else [place.subnet_ids[props.zone]],
            ami_type=props.ami_type,
            capacity_type=_capacity_type(props),
            # The type of a capacity block is in the launch template; EKS takes it in one place only.
            instance_types=None if props.capacity_block else list(pool.instance_types),
            labels=labels,
            scaling_config=node_group.EksNodeGroupScalingConfig(
                min_size=pool.min, desired_size=pool.desired, max_size=pool.max
            ),
            update_config=node_group.EksNodeGroupUpdateConfig(max_unavailable=1),
            node_repair_config=node_group.EksNodeGroupNodeRepairConfig(enabled=True),
            launch_template=node_group.EksNodeGroupLaunchTemplate(
                id=template.id, version=Token.as_string(template.latest_version)
            ),
            taint=[node_group.EksNodeGroupTaint(key=props.taint_key, value="present", effect="NO_SCHEDULE")]
            if props.taint_key
            else None,
            # The autoscaler moves the desired size; Terraform must not move it back.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["scaling_config[0].desired_size"]),
            depends_on=place.node_role.ready,
        )
        taints = {props.taint_key: "present:NoSchedule"} if props.taint_key else {}
        template_tags = hints(labels, taints, props.resources) if pool.min == 0 else {}
        tag_group(self, self._autoscaling_group(), {**place.tags, **template_tags})

    def _autoscaling_group(self) -> str:
        name: str = self.group.resources.get(0).autoscaling_groups.get(0).name
        return name

    def _template(self, props: NodePoolProps) -> aws.launch_template.LaunchTemplate:
        return node_template(
            self,
            "template",
            NodeTemplateProps(
                name=f"{props.place.site.prefix}-{props.name}",
                description=f"Nodes of pool {props.name}",
                tags=props.place.tags,
                disk_gb=props.pool.disk_gb,
                security_group_ids=props.place.security_group_ids,
                spot=props.pool.capacity == "spot",
                reservation_id=props.reservation_id,
                block_type=props.pool.instance_types[0] if props.capacity_block else None,
                fabric=props.fabric,
            ),
        )


def _capacity_type(props: NodePoolProps) -> str:
    if props.capacity_block:
        return "CAPACITY_BLOCK"
    return "SPOT" if props.pool.capacity == "spot" else "ON_DEMAND"
