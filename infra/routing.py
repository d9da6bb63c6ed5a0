"""Ways out of the subnets: public ones to the internet, private ones through NAT, intra ones nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from infra.cdk import Construct, aws

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Routed:
    """The subnets of a VPC, one a zone in each list; `nat`: for none of the private ones, all together, or each."""

    prefix: str
    vpc_id: str
    public: Sequence[aws.subnet.Subnet]
    private: Sequence[aws.subnet.Subnet]
    intra: Sequence[aws.subnet.Subnet]
    nat: Literal["none", "single", "per_zone"]


def routes(scope: Construct, network: Routed) -> list[aws.route_table.RouteTable]:
    """Make all routes; returns the tables whose subnets reach AWS services: public first, then one a private zone."""
    gateway = aws.internet_gateway.InternetGateway(
        scope, "internet", vpc_id=network.vpc_id, tags={"Name": network.prefix}
    )
    public = _table(scope, network, "public", network.public)
    aws.route.Route(
        scope, "public-default", route_table_id=public.id, destination_cidr_block=ANYWHERE, gateway_id=gateway.id
    )
    _table(scope, network, "intra", network.intra)
    return [public, *_private(scope, network, gateway)]


def _table(
    scope: Construct, network: Routed, name: str, subnets: Sequence[aws.subnet.Subnet]
) -> aws.route_table.RouteTable:
    table = aws.route_table.RouteTable(
        scope, f"{name}-routes", vpc_id=network.vpc_id, tags={"Name": f"{network.prefix}-{name}"}
    )
    for i, subnet in enumerate(subnets):
        aws.route_table_association.RouteTableAssociation(
            scope, f"{name}-routes-{i}", route_table_id=table.id, subnet_id=subnet.id
        )
    return table


def _private(
    scope: Construct, network: Routed, gateway: aws.internet_gateway.InternetGateway
) -> list[aws.route_table.RouteTable]:
    count = {"none": 0, "single": 1, "per_zone": len(network.private)}[network.nat]
    gateways = [_nat(scope, network, zone, gateway) for zone in range(count)]
    tables = [_table(scope, network, f"private-{i}", [subnet]) for i, subnet in enumerate(network.private)]
    for i, table in enumerate(tables if gateways else []):
        aws.route.Route(
            scope,
            f"private-{i}-default",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateways[i % len(gateways)].id,
        )
    return tables


def _nat(
    scope: Construct, network: Routed, zone: int, gateway: aws.internet_gateway.InternetGateway
) -> aws.nat_gateway.NatGateway:
    name = f"{network.prefix}-nat-{zone}"
    address = aws.eip.Eip(scope, f"nat-address-{zone}", domain="vpc", tags={"Name": name})
    return aws.nat_gateway.NatGateway(
        scope,
        f"nat-{zone}",
        allocation_id=address.id,
        subnet_id=network.public[zone].id,
        tags={"Name": name},
        depends_on=[gateway],
    )
