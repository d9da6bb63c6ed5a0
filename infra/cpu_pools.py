"""Node pools without accelerators."""

from collections.abc import Mapping

from groundway.environment import CpuPool
from infra.cdk import Construct
from infra.nodes import NodePool, NodePoolProps, PoolsProps

AMI_TYPES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}


class CpuPools(Construct):
    """One managed node group for each pool, untainted: what asks for nothing special lands here. `groups`: they."""

    def __init__(self, scope: Construct, id: str, place: PoolsProps, pools: Mapping[str, CpuPool]) -> None:
        super().__init__(scope, id)
        self.groups = [
            NodePool(
                self, name, NodePoolProps(name=name, pool=pool, place=place, ami_type=AMI_TYPES[pool.architecture])
            ).group
            for name, pool in pools.items()
        ]
