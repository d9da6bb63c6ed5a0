"""Nodes: managed node groups, pools that Karpenter starts, and capacity that is reserved for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groundway.environment import GpuPool
from groundway.errors import InvalidInput
from groundway_ops.cost.amounts import HOURS, Range, between, fixed
from groundway_ops.cost.price_book import Price, Purchase
from groundway_ops.cost.pricing.charge import Charge
from groundway_ops.cost.resources import Resource, Scene, blocks

PURCHASES: dict[str, Purchase] = {"SPOT": "spot", "ON_DEMAND": "on_demand", "CAPACITY_BLOCK": "capacity_block"}
INCLUDED = {"iops": 3000, "throughput": 125}  # in the price of a gp3 volume


@dataclass(frozen=True)
class Pool:
    """Nodes of some instance types, and the hours that they run in a month, all nodes together."""

    name: str
    instance_types: tuple[str, ...]
    purchase: Purchase
    hours: Range
    note: str
    reserved: bool = False

    @property
    def nodes(self) -> Range:
        """How many there are on average."""
        return self.hours / HOURS


def pools(scene: Scene) -> list[Pool]:
    """Every pool of the environment, whoever starts its nodes."""
    groups = [_group(resource, scene) for resource in scene.of("aws_eks_node_group")]
    return [*groups, *(_karpenter(name, pool, scene) for name, pool in karpenter_pools(scene))]


def vcpu_months(pool: Pool, scene: Scene) -> Range:
    """vCPUs of the pool that run all month. Which of its types will be started is not known: a range."""
    vcpus = [scene.book.vcpu(t) for t in pool.instance_types]
    low, high = min(vcpus), max(vcpus)
    nodes = pool.nodes
    return between(nodes.low * low, nodes.expected * vcpus[0], nodes.high * high)


def karpenter_pools(scene: Scene) -> Iterator[tuple[str, GpuPool]]:
    """Pools whose nodes no Terraform resource stands for."""
    return ((n, p) for n, p in scene.environment.gpu_pools.items() if p.scaler == "karpenter")


def karpenter(name: str, pool: GpuPool, scene: Scene) -> Iterator[Charge]:
    """What the nodes of a Karpenter pool cost, disks included."""
    started = _karpenter(name, pool, scene)
    yield _instances(started, scene)
    yield from _disk({"volume_type": "gp3", "volume_size": pool.disk_gb}, started)


def node_group(resource: Resource, scene: Scene) -> Iterator[Charge]:
    pool = _group(resource, scene)
    template = _template(resource, scene)
    if not pool.reserved:  # else the reservation is billed, used or not
        yield _instances(pool, scene)
    for device in blocks(template.arguments.get("block_device_mappings")):
        for disk in blocks(device["ebs"]):
            yield from _disk(disk, pool)


def capacity_reservation(resource: Resource, _scene: Scene) -> Iterator[Charge]:
    instances = int(resource.get("instance_count"))
    key = f"instance.on_demand.{resource.get('instance_type')}"
    yield Charge("reserved instances", fixed(instances * HOURS), key, note="billed from its making on, used or not")


def _group(resource: Resource, scene: Scene) -> Pool:
    name = str(resource.get("node_group_name"))
    scaling = [int(resource.get("scaling_config", f"{size}_size")) for size in ("min", "desired", "max")]
    purchase = PURCHASES[resource.get("capacity_type", default="ON_DEMAND")]
    template = _template(resource, scene)
    types = resource.get("instance_types") or [template.get("instance_type")]
    reservation = template.get(
        "capacity_reservation_specification", "capacity_reservation_target", "capacity_reservation_id"
    )
    hours, note = _hours(name, scaling[0], scaling[1], scaling[2], scene)
    reserved = purchase == "on_demand" and reservation is not None
    return Pool(name, tuple(types), purchase, hours, note, reserved)


def _karpenter(name: str, pool: GpuPool, scene: Scene) -> Pool:
    hours, note = _hours(name, pool.min, pool.desired, pool.max, scene)
    purchase: Purchase = "spot" if pool.capacity == "spot" else "on_demand"
    return Pool(name, pool.instance_types, purchase, hours, f"{note}; started by Karpenter")


def _hours(name: str, least: int, desired: int, most: int, scene: Scene) -> tuple[Range, str]:
    """Node-hours: between `min` and `max` nodes all month; as declared, else `desired` nodes, else a small share."""
    floor, ceiling = least * HOURS, most * HOURS
    if declared := scene.usage.pools.get(name):
        hours = declared.node_hours
        if not floor <= hours <= ceiling:
            raise InvalidInput(
                f"environments/{scene.environment.name}/usage.yaml: pools.{name}.node_hours: {hours} is not between "
                f"{floor} and {ceiling}, what {least} to {most} nodes make in a month"
            )
        return between(floor, hours, ceiling), f"{least} to {most} nodes, {hours} node-hours declared"
    if desired:
        return between(floor, desired * HOURS, ceiling), f"{least} to {most} nodes, {desired} desired"
    share = scene.usage.idle_pool_share
    return between(floor, max(floor, ceiling * share), ceiling), f"{least} to {most} nodes, {share:.0%} of max assumed"


def _template(resource: Resource, scene: Scene) -> Resource:
    """The launch template of a node group: its disks and its reservation stand there."""
    if template := scene.referred(resource, "aws_launch_template", resource.get("launch_template", "id")):
        return template
    raise InvalidInput(
        f"{resource.stack}: {resource.address} has no launch template in its stack: its disks are unknown"
    )


def _instances(pool: Pool, scene: Scene) -> Charge:
    region = scene.environment.region
    asked = [scene.book.instance(t, pool.purchase, region) for t in pool.instance_types]
    dearest = asked
    if pool.purchase == "spot":  # it may rise to what the instance costs on demand, and no further
        dearest = [scene.book.instance(t, "on_demand", region) for t in pool.instance_types]
    prices = (min(asked, key=_usd), asked[0], max(dearest, key=_usd))
    how = pool.purchase.replace("_", " ")
    return Charge(f"instances, {how}: {' or '.join(pool.instance_types)}", pool.hours, prices=prices, note=pool.note)


def _usd(price: Price) -> Any:
    return price.usd


def _disk(disk: Mapping[str, Any], pool: Pool) -> Iterator[Charge]:
    kind = disk["volume_type"]
    yield Charge(f"disks, {kind}", pool.nodes * int(disk["volume_size"]), f"ebs.{kind}")
    for what, included in INCLUDED.items():
        if (extra := int(disk.get(what) or 0) - included) > 0:
            yield Charge(f"disks, {what} above {included}", pool.nodes * extra, f"ebs.{kind}_{what}")


PRICED = {"aws_eks_node_group": node_group, "aws_ec2_capacity_reservation": capacity_reservation}
