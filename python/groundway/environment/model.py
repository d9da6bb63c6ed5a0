"""The types of an environment. Every field says what it may hold; everything that has a sane default has one."""

import ipaddress
import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from groundway.environment.accelerators import ACCELERATORS, Accelerator
from groundway.tags import CostTags, TagValue


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


def _cidr(value: str) -> str:
    ipaddress.IPv4Network(value)
    return value


def _instance_type(value: str) -> str:
    if value in ACCELERATORS:
        raise ValueError(f"{value} has accelerators; it belongs in gpu_pools")
    return value


def _accelerated(value: str) -> str:
    if value not in ACCELERATORS:
        near = get_close_matches(value, ACCELERATORS, n=3, cutoff=0.5) or list(ACCELERATORS)[:3]
        raise ValueError(f"not a known instance type with accelerators; near it: {', '.join(near)}")
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
Cidr = Annotated[str, AfterValidator(_cidr)]
# A short lower-case name: it goes into the names of buckets, roles and tables.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,18}[a-z0-9]$")]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
LabelKey = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
InstanceType = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"), AfterValidator(_instance_type)
]
AcceleratedType = Annotated[str, AfterValidator(_accelerated)]
# The periods that CloudWatch Logs accepts.
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]


class Owner(_Part):
    """Who pays and who answers for it: the part of the cost tags that an environment decides."""

    team: TagValue
    project: Name
    cost_center: TagValue = Field(alias="cost-center")
    owner: TagValue


class Network(_Part):
    """One VPC: in each zone a private quarter-size and a small public subnet, cut from `cidr`."""

    cidr: Cidr
    zones: Annotated[int, Field(ge=2, le=3)] = 2
    nat: Literal["none", "single", "per_zone"] = "single"
    flow_logs: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Self:
        block = ipaddress.IPv4Network(self.cidr)
        if not 16 <= block.prefixlen <= 22:
            raise ValueError(f"cidr {self.cidr}: the subnets of {self.zones} zones do not fit; use /16 to /22")
        if not block.is_private and not block.subnet_of(ipaddress.IPv4Network("100.64.0.0/10")):
            raise ValueError(f"cidr {self.cidr} is public address space; take it from 10.0.0.0/8 or 172.16.0.0/12")
        return self

    @property
    def private_subnets(self) -> tuple[str, ...]:
        """One a zone, a quarter of the network each: pods take their addresses here."""
        return self._cut(2, 0)

    @property
    def public_subnets(self) -> tuple[str, ...]:
        """One a zone, cut from the last quarter: NAT gateways and load balancers only."""
        return self._cut(6, 48)

    def _cut(self, bits: int, first: int) -> tuple[str, ...]:
        blocks = list(ipaddress.IPv4Network(self.cidr).subnets(prefixlen_diff=bits))
        return tuple(str(b) for b in blocks[first : first + self.zones])


class Cluster(_Part):
    """The EKS control plane. Without `endpoint_access_cidrs` its endpoint is reachable from the VPC only."""

    version: Literal["1.34", "1.35", "1.36"] = "1.35"
    log_types: tuple[Literal["api", "audit", "authenticator", "controllerManager", "scheduler"], ...] = (
        "api",
        "audit",
        "authenticator",
    )
    endpoint_access_cidrs: tuple[Cidr, ...] = ()


class _Pool(_Part):
    min: Annotated[int, Field(ge=0, le=450)] = 0
    desired: Annotated[int, Field(ge=0, le=450)] = 0
    max: Annotated[int, Field(ge=1, le=450)]
    capacity: Literal["on_demand", "spot"] = "on_demand"
    disk_gb: Annotated[int, Field(ge=20, le=16384)] = 100
    labels: dict[LabelKey, Label] = {}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min <= self.desired <= self.max:
            raise ValueError(f"min {self.min} <= desired {self.desired} <= max {self.max} does not hold")
        return self


class CpuPool(_Pool):
    """Nodes without accelerators. All instance types of a pool share one architecture."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1)]

    @property
    def architecture(self) -> Literal["arm64", "x86_64"]:
        return "arm64" if _graviton(self.instance_types[0]) else "x86_64"

    @model_validator(mode="after")
    def _one_architecture(self) -> Self:
        if len({_graviton(t) for t in self.instance_types}) > 1:
            raise ValueError(f"instance_types {', '.join(self.instance_types)} mix x86_64 and arm64; make two pools")
        return self


class GpuPool(_Pool):
    """Nodes with accelerators: tainted, so that only what asks for one lands there, and empty unless needed."""

    instance_types: Annotated[tuple[AcceleratedType, ...], Field(min_length=1)]
    disk_gb: Annotated[int, Field(ge=20, le=16384)] = 200

    @property
    def accelerator(self) -> Accelerator:
        return ACCELERATORS[self.instance_types[0]]

    @model_validator(mode="after")
    def _one_accelerator(self) -> Self:
        if self.min > 0:
            raise ValueError(f"min {self.min}: a GPU pool scales to zero; leave min out or set 0")
        if len({ACCELERATORS[t] for t in self.instance_types}) > 1:
            types = ", ".join(self.instance_types)
            raise ValueError(f"instance_types {types} have different accelerators; make a pool each")
        return self


def _graviton(instance_type: str) -> bool:
    """AWS's naming: the letter after the generation tells the processor, g for Graviton (m7g, c7gn, r8gd)."""
    family = instance_type.partition(".")[0]
    return re.match(r"^([a-z]+\d+g|a1$)", family) is not None


class Images(_Part):
    """Container images: how many of each repository are kept."""

    keep: Annotated[int, Field(ge=1, le=1000)] = 30


class Logs(_Part):
    retention_days: RetentionDays = 30


class OnlineTable(_Part):
    """Protection of the online feature table."""

    point_in_time_recovery: bool = True
    deletion_protection: bool = False


class Alerts(_Part):
    emails: Annotated[tuple[Email, ...], Field(min_length=1)]


class Budget(_Part):
    """Monthly budget in USD; a notice goes out when spending passes each threshold, in percent.

    AWS takes five notices a budget; the fifth is the forecast.
    """

    monthly_usd: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
    thresholds: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1, max_length=4)] = (
        50,
        80,
        100,
    )


class Environment(_Part):
    """One environment: what it is. Where it runs, AWS or the local cloud, is not written here."""

    name: Name
    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    tags: Owner
    state_bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    network: Network
    cluster: Cluster = Cluster()
    cpu_pools: Annotated[dict[Name, CpuPool], Field(min_length=1)]
    gpu_pools: dict[Name, GpuPool] = {}
    images: Images = Images()
    logs: Logs = Logs()
    online_table: OnlineTable = OnlineTable()
    alerts: Alerts
    budget: Budget
    protection: bool = Field(
        default=True, description="deletion protection: buckets, cluster and repositories refuse to go while in use"
    )

    @model_validator(mode="after")
    def _pools_differ(self) -> Self:
        if both := sorted(self.cpu_pools.keys() & self.gpu_pools.keys()):
            raise ValueError(f"pool {both[0]} is in cpu_pools and in gpu_pools; give one another name")
        return self

    @property
    def prefix(self) -> str:
        """What names of AWS objects begin with."""
        return f"{self.tags.project}-{self.name}"

    @property
    def partition(self) -> str:
        """The part of AWS that ARNs of this region begin with."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rpartition("-")[0].rpartition("-")[0], "aws")

    @property
    def cost_tags(self) -> CostTags:
        return CostTags(**self.tags.model_dump(), environment=self.name)

    def bucket_name(self, purpose: str) -> str:
        """Bucket names are unique in all of AWS; the account makes ours so."""
        return f"{self.prefix}-{self.account}-{purpose}"
