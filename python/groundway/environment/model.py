"""One environment: what it is. Everything that has a sane default has one."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from groundway.environment.access import Access
from groundway.environment.cluster import Cluster
from groundway.environment.fields import Account, Name, Part
from groundway.environment.money import Billing, Budget
from groundway.environment.network import Network
from groundway.environment.oversight import Alerts, Audit, Logs, Metrics
from groundway.environment.pools import CpuPool, GpuPool
from groundway.environment.promotion import Promotion
from groundway.environment.stores import FeatureGroup, Images, OnlineTable, RegistryDatabase
from groundway.tags import CostTags, TagValue


class Owner(Part):
    """Who pays and who answers for it: the part of the cost tags that an environment decides."""

    team: TagValue
    """The team that answers for the platform."""
    project: Name
    """What names of AWS objects begin with."""
    cost_center: TagValue = Field(alias="cost-center")
    """Where the bill goes."""
    owner: TagValue
    """Whom to ask."""


class Environment(Part):
    """One environment: what it is. Where it runs, AWS or the local cloud, is not written here."""

    name: Name
    """Its name, which is also its folder's."""
    account: Account
    """The AWS account that it lives in: 12 digits, in quotes."""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    """The AWS region that it lives in."""
    tags: Owner
    """Cost tags of everything in it."""
    state_bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """The bucket of its Terraform states; `groundway bootstrap` makes it."""
    network: Network
    """Its network."""
    cluster: Cluster = Cluster()
    """Its Kubernetes cluster."""
    cpu_pools: Annotated[dict[Name, CpuPool], Field(min_length=1)]
    """Node pools without accelerators, by name."""
    gpu_pools: dict[Name, GpuPool] = Field(default={})
    """Node pools with accelerators, by name."""
    images: Images = Images()
    """Its container images."""
    registry: RegistryDatabase = RegistryDatabase()
    """The database of its model registry."""
    online_table: OnlineTable = OnlineTable()
    """Its online feature table."""
    feature_groups: dict[Name, FeatureGroup] = Field(default={})
    """SageMaker feature groups, by name."""
    access: Access = Access()
    """Who may act in it."""
    logs: Logs = Logs()
    """Its logs."""
    metrics: Metrics = Metrics()
    """Its metrics."""
    audit: Audit = Audit()
    """Its audit trail and evidence."""
    alerts: Alerts
    """Who is told."""
    budget: Budget
    """What it may cost."""
    billing: Billing = Billing()
    """Its billing data."""
    promotion: Promotion = Promotion()
    """How releases get into it."""
    protection: bool = True
    """Stateful things refuse to be destroyed: Terraform refuses to plan it, and AWS to do it."""

    @model_validator(mode="after")
    def _pools_differ(self) -> Self:
        if both := sorted(self.cpu_pools.keys() & self.gpu_pools.keys()):
            raise ValueError(f"pool {both[0]} is in cpu_pools and in gpu_pools; give one another name")
        return self

    @model_validator(mode="after")
    def _karpenter_is_there(self) -> Self:
        waiting = [name for name, pool in self.gpu_pools.items() if pool.scaler == "karpenter"]
        if waiting and not self.cluster.karpenter:
            raise ValueError(f"gpu_pools.{waiting[0]}.scaler is karpenter; set cluster.karpenter: true")
        if self.cluster.karpenter and self.network.nat == "none" and "sqs" not in self.network.interface_endpoints:
            raise ValueError("nat none: Karpenter cannot reach its queue; add sqs to network.interface_endpoints")
        return self

    @model_validator(mode="after")
    def _reservations_have_a_zone(self) -> Self:
        for name, pool in self.gpu_pools.items():
            if pool.reservation and pool.reservation.zone >= self.network.zones:
                zones = self.network.zones
                raise ValueError(
                    f"gpu_pools.{name}.reservation.zone {pool.reservation.zone}: the network has {zones} zones, from 0"
                )
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

    def unprotected(self) -> Self:
        """The same environment with every protection from destruction lifted."""
        table = self.online_table.model_copy(update={"deletion_protection": False})
        return self.model_copy(update={"protection": False, "online_table": table})
