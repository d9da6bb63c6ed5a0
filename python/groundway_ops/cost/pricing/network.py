"""The network: gateways, endpoints, addresses, traffic."""

from collections.abc import Iterator

from groundway_ops.cost.amounts import HOURS, MONTH, fixed
from groundway_ops.cost.pricing.charge import Charge, Free
from groundway_ops.cost.resources import Resource, Scene


def nat_gateway(resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("gateway", MONTH, "nat.hour")
    share = scene.usage.network.nat_gb / len(scene.of(resource.type))
    yield Charge("traffic through it", share, "nat.processed")


def endpoint(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    if resource.get("vpc_endpoint_type", default="Gateway") == "Gateway":
        yield Free("gateway endpoints (S3, DynamoDB) are free")
        return
    subnets = resource.arguments["subnet_ids"]
    if not isinstance(subnets, list):
        raise TypeError(f"subnet_ids {subnets!r} is no list")
    zones = len(subnets)
    yield Charge("endpoint in each zone", fixed(zones * HOURS), "endpoint.hour", note=f"{zones} zones")
    interfaces = sum(r.get("vpc_endpoint_type") == "Interface" for r in scene.of(resource.type))
    yield Charge("traffic through it", scene.usage.network.endpoint_gb / interfaces, "endpoint.processed")


def address(_resource: Resource, _scene: Scene) -> Iterator[Charge]:
    yield Charge("public IPv4 address", MONTH, "ipv4.hour", note="billed whether in use or not")


def internet(resource: Resource, scene: Scene) -> Iterator[Charge]:
    share = scene.usage.network.internet_gb / len(scene.of(resource.type))
    yield Charge("traffic to the internet", share, "transfer.internet")


def vpc(resource: Resource, scene: Scene) -> Iterator[Charge]:
    both_ways = scene.usage.network.zone_gb * 2 / len(scene.of(resource.type))
    yield Charge("traffic between zones", both_ways, "transfer.zone", note="billed on both sides")


PRICED = {
    "aws_nat_gateway": nat_gateway,
    "aws_vpc_endpoint": endpoint,
    "aws_eip": address,
    "aws_internet_gateway": internet,
    "aws_vpc": vpc,
}
