"""Node pools with accelerators: tainted, labelled with what they carry, empty unless something asks for one."""

from collections.abc import Mapping

from groundway.environment import GpuPool
from infra.cdk import Construct
from infra.nodes import NodePool, NodePoolProps, PoolsProps

AMI_TYPES = {"nvidia": "AL2023_x86_64_NVIDIA", "neuron": "AL2023_x86_64_NEURON"}
# The resource that a pod asks for is also the taint that keeps everything else away.
RESOURCES = {"nvidia": "nvidia.com/gpu", "neuron": "aws.amazon.com/neuron"}


class GpuPools(Construct):
    """One managed node group for each pool. `names` is what workloads may choose from."""

    def __init__(self, scope: Construct, id: str, place: PoolsProps, pools: Mapping[str, GpuPool]) -> None:
        super().__init__(scope, id)
        for name, pool in pools.items():
            accelerator = pool.accelerator
            labels = {
                "groundway.dev/accelerator": accelerator.kind,
                "groundway.dev/accelerator-count": str(accelerator.count),
            }
            NodePool(
                self,
                name,
                NodePoolProps(
                    name=name,
                    pool=pool,
                    place=place,
                    ami_type=AMI_TYPES[accelerator.vendor],
                    labels=labels,
                    taint_key=RESOURCES[accelerator.vendor],
                ),
            )
        self.names = tuple(pools)
