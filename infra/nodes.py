"""What all node pools share: the role of a node, and a pool made of a launch template and a node group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groundway.environment import CpuPool, GpuPool
from infra import iam
from infra.cdk import Construct, TerraformResourceLifecycle, Token, aws
from infra.identity import Role, RoleProps

MANAGED = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")


def node_role(scope: Construct, id: str, name: str, boundary_arn: str, partition: str = "aws") -> Role:
    """The role of every node. Workloads get their own through pod identity, never this one."""
    return Role(
        scope,
        id,
        RoleProps(
            name=name,
            description="Nodes of the cluster",
            trust=[iam.trust(["ec2.amazonaws.com"])],
            boundary_arn=boundary_arn,
            managed=MANAGED,
            partition=partition,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class PoolsProps:
    """Where node pools live: the same for CPU and GPU pools."""

    prefix: str
    cluster_name: str
    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]
    node_role: Role
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class NodePoolProps:
    name: str
    pool: CpuPool | GpuPool
    place: PoolsProps
    ami_type: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taint_key: str | None = None


class NodePool(Construct):
    """A managed node group on a launch template: IMDSv2, encrypted gp3, cost tags down to instance and volume."""

    def __init__(self, scope: Construct, id: str, props: NodePoolProps) -> None:
        super().__init__(scope, id)
        node_group = aws.eks_node_group
        pool, place = props.pool, props.place
        template = self._launch_template(props)
        self.group = node_group.EksNodeGroup(
            self,
            "nodes",
            cluster_name=place.cluster_name,
            node_group_name=props.name,
            node_role_arn=place.node_role.arn,
            subnet_ids=list(place.subnet_ids),
            ami_type=props.ami_type,
            capacity_type=pool.capacity.upper(),
            instance_types=list(pool.instance_types),
            labels={"groundway.dev/pool": props.name, **props.labels, **pool.labels},
            scaling_config=node_group.EksNodeGroupScalingConfig(
                min_size=pool.min, desired_size=pool.desired, max_size=pool.max
            ),
            update_config=node_group.EksNodeGroupUpdateConfig(max_unavailable=1),
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

    def _launch_template(self, props: NodePoolProps) -> aws.launch_template.LaunchTemplate:
        launch = aws.launch_template
        name = f"{props.place.prefix}-{props.name}"
        tags = {**props.place.tags, "Name": name}
        return launch.LaunchTemplate(
            self,
            "template",
            name=name,
            description=f"Nodes of pool {props.name}",
            update_default_version=True,
            vpc_security_group_ids=list(props.place.security_group_ids),
            # Pods are one hop further than the node: with a limit of 1 they cannot reach the node's credentials.
            metadata_options=launch.LaunchTemplateMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[
                launch.LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=launch.LaunchTemplateBlockDeviceMappingsEbs(
                        volume_type="gp3",
                        volume_size=props.pool.disk_gb,
                        encrypted="true",
                        delete_on_termination="true",
                    ),
                )
            ],
            # default_tags stop at the template; instances, volumes and interfaces get theirs from here.
            tag_specifications=[
                launch.LaunchTemplateTagSpecifications(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
        )
