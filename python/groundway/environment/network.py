"""The network of an environment: one VPC, cut into public, private and intra subnets."""

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundway.environment.fields import Cidr, Part

Endpoint = Literal[
    "aps-workspaces",
    "autoscaling",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "glue",
    "kms",
    "logs",
    "monitoring",
    "sagemaker.api",
    "sagemaker.featurestore-runtime",
    "sagemaker.runtime",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
]
# Without these, nodes of a network that has no NAT gateway never join the cluster.
NODES_NEED: tuple[Endpoint, ...] = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sts")


class Network(Part):
    """One VPC: in each zone a private subnet of a quarter of it, a small public and a small intra one."""

    cidr: Cidr
    """Addresses of the VPC, /16 to /22 of private space; no two environments overlap."""
    zones: Annotated[int, Field(ge=2, le=3)] = 2
    """Availability zones to spread over."""
    nat: Literal["none", "single", "per_zone"] = "single"
    """NAT gateways: none (interface endpoints only), one for all zones, or one in each."""
    flow_logs: bool = True
    """Keep a log of all traffic, accepted and rejected."""
    interface_endpoints: tuple[Endpoint, ...] = ()
    """AWS services reached inside the VPC. Each is billed by the hour and zone; S3 and DynamoDB are free and always
    there."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        block = ipaddress.IPv4Network(self.cidr)
        if not 16 <= block.prefixlen <= 22:
            raise ValueError(f"cidr {self.cidr}: the subnets of {self.zones} zones do not fit; use /16 to /22")
        if not block.is_private and not block.subnet_of(ipaddress.IPv4Network("100.64.0.0/10")):
            raise ValueError(f"cidr {self.cidr} is public address space; take it from 10.0.0.0/8 or 172.16.0.0/12")
        return self

    @model_validator(mode="after")
    def _nodes_reach_their_services(self) -> Self:
        missing = [e for e in NODES_NEED if e not in self.interface_endpoints]
        if self.nat == "none" and missing:
            raise ValueError(f"nat none: nodes cannot reach {', '.join(missing)}; add them to interface_endpoints")
        if len(set(self.interface_endpoints)) < len(self.interface_endpoints):
            raise ValueError("interface_endpoints names one twice; remove it")
        return self

    @property
    def private_subnets(self) -> tuple[str, ...]:
        """One a zone, a quarter of the network each: pods take their addresses here."""
        return self._cut(2, 0)

    @property
    def public_subnets(self) -> tuple[str, ...]:
        """One a zone, cut from the last quarter: NAT gateways and load balancers only."""
        return self._cut(6, 48)

    @property
    def intra_subnets(self) -> tuple[str, ...]:
        """One a zone, with no way out of the VPC: the database, the control plane's interfaces, the endpoints."""
        return self._cut(6, 52)

    def _cut(self, bits: int, first: int) -> tuple[str, ...]:
        blocks = list(ipaddress.IPv4Network(self.cidr).subnets(prefixlen_diff=bits))
        return tuple(str(b) for b in blocks[first : first + self.zones])
