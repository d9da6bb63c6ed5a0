"""Node pools with accelerators: tainted, labelled with what they carry, empty unless something asks for one."""

from collections.abc import Mapping

from groundway.environment import GpuPool
from groundway.environment.accelerators import RESOURCES
from infra.cdk import Construct
from infra.efa import Fabric, efa_security_group, placement_group
from infra.nodes import NodePool, NodePoolProps, PoolsProps
from infra.reservations import ReservationProps, reservation_id
from infra.sharing import labels, offered

AMI_TYPES = {"nvidia": "AL2023_x86_64_NVIDIA", "neuron": "AL2023_x86_64_NEURON"}


class GpuPools(Construct):
    """A managed node group for each pool that Karpenter does not scale. `names` is what workloads may choose from.

    `efa_security_group_id` is what nodes with EFA wear besides the others; None when no pool has it.
    """

    def __init__(self, scope: Construct, id: str, place: PoolsProps, pools: Mapping[str, GpuPool]) -> None:
        super().__init__(scope, id)
        self._place = place
        self.names = tuple(pools)
        self.efa_security_group_id: str | None = None
        if any(pool.efa for pool in pools.values()):
            self.efa_security_group_id = efa_security_group(self, "efa", place.site.prefix, place.vpc_id)
        for name, pool in pools.items():
            if pool.scaler == "managed":
                self._managed(name, pool)

    def _managed(self, name: str, pool: GpuPool) -> None:
        reservation, fabric, group_arn = pool.reservation, None, None
        block = bool(reservation and reservation.capacity_block)
        zone = reservation.zone if reservation else 0 if pool.efa else None
        if pool.efa and self.efa_security_group_id:
            # AWS placed a capacity block when it was bought; a group of ours would not fit the reservation.
            group = None if block else placement_group(self, f"{name}-placement", f"{self._place.site.prefix}-{name}")
            group_arn = group.arn if group else None
            fabric = Fabric(
                cards=pool.accelerator.efa,
                security_group_id=self.efa_security_group_id,
                group_name=group.name if group else None,
            )
        vendor = pool.accelerator.vendor
        NodePool(
            self,
            name,
            NodePoolProps(
                name=name,
                pool=pool,
                place=self._place,
                ami_type=AMI_TYPES[vendor],
                labels=labels(name, pool),
                taint_key=RESOURCES[vendor],
                resources=offered(name, pool),
                zone=zone,
                reservation_id=self._reservation(name, pool, group_arn),
                capacity_block=block,
                fabric=fabric,
            ),
        )

    def _reservation(self, name: str, pool: GpuPool, placement_group_arn: str | None) -> str | None:
        if pool.reservation is None:
            return None
        return reservation_id(
            self,
            f"{name}-reservation",
            pool.reservation,
            ReservationProps(
                name=f"{self._place.site.prefix}-{name}",
                instance_type=pool.instance_types[0],
                zone=self._place.zones[pool.reservation.zone],
                placement_group_arn=placement_group_arn,
            ),
        )
