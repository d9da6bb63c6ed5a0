"""Karpenter's AWS side: the role of its nodes, the role of its controller, and the queue that warns it."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway.environment.service_accounts import KARPENTER
from groundway.platform import Karpenter as KarpenterRecord
from infra.cdk import Construct, aws
from infra.interruptions import Interruptions
from infra.karpenter_policy import ControllerProps, statements
from infra.nodes import node_role
from infra.pod_identity import PodCluster, PodRole, PodRoleProps
from infra.site import Site
from infra.workload_group import DISCOVERY


@dataclass(frozen=True, kw_only=True)
class KarpenterProps:
    """`pools`: those that Karpenter scales; `efa_security_group_id`: what those with EFA wear as well.

    `boundary_arn` bounds both roles; the boundary knows the controller's by its name, `<prefix>-karpenter`.
    """

    site: Site
    cluster: PodCluster
    boundary_arn: str
    pools: Sequence[str]
    efa_security_group_id: str | None = None


class Karpenter(Construct):
    """`record` is what the NodePools and NodeClasses inside the cluster need to know."""

    def __init__(self, scope: Construct, id: str, props: KarpenterProps) -> None:
        super().__init__(scope, id)
        name = f"{props.site.prefix}-karpenter"
        nodes = node_role(self, "node", props.site, f"{name}-node", props.boundary_arn)
        profile = aws.iam_instance_profile.IamInstanceProfile(
            self, "profile", name=f"{name}-node", role=nodes.role.name
        )
        # EKS lets the nodes of its own node groups in by itself, and no others.
        aws.eks_access_entry.EksAccessEntry(
            self, "access", cluster_name=props.cluster.name, principal_arn=nodes.arn, type="EC2_LINUX"
        )
        queue = Interruptions(self, "interruptions", name)
        PodRole(
            self,
            "controller",
            PodRoleProps(
                cluster=props.cluster,
                pods=KARPENTER,
                name=name,
                description="Karpenter's controller: starts and ends nodes of this cluster",
                boundary_arn=props.boundary_arn,
                statements=statements(
                    ControllerProps(
                        site=props.site,
                        node_role_arn=nodes.arn,
                        instance_profile_arn=profile.arn,
                        queue_arn=queue.arn,
                        cluster_arn=props.cluster.arn,
                    )
                ),
            ),
        )
        self.record = KarpenterRecord(
            node_role_name=nodes.role.name,
            instance_profile=profile.name,
            queue=queue.name,
            discovery_tag=DISCOVERY,
            efa_security_group_id=props.efa_security_group_id,
            pools=tuple(props.pools),
        )
