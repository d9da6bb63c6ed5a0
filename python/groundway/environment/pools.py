"""Node pools: with accelerators and without."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundway.environment.accelerators import ACCELERATORS, Accelerator
from groundway.environment.fields import AcceleratedType, InstanceType, Label, LabelKey, Part


class _Pool(Part):
    min: Annotated[int, Field(ge=0, le=450)] = 0
    """Nodes that are always there."""
    desired: Annotated[int, Field(ge=0, le=450)] = 0
    """Nodes at first; the autoscaler moves it afterwards."""
    max: Annotated[int, Field(ge=1, le=450)]
    """Nodes at most: the ceiling of what the pool can cost."""
    labels: dict[LabelKey, Label] = Field(default={})
    """Kubernetes labels of the nodes."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min <= self.desired <= self.max:
            raise ValueError(f"min {self.min} <= desired {self.desired} <= max {self.max} does not hold")
        return self


class CpuPool(_Pool):
    """Nodes without accelerators. All instance types of a pool share one architecture."""

    capacity: Literal["on_demand", "spot"] = "on_demand"
    """How the nodes are bought."""
    disk_gb: Annotated[int, Field(ge=20, le=16384)] = 100
    """Size of a node's encrypted disk, GiB."""
    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1)]
    """Instance types to choose from."""

    @property
    def architecture(self) -> Literal["arm64", "x86_64"]:
        return "arm64" if _graviton(self.instance_types[0]) else "x86_64"

    @model_validator(mode="after")
    def _one_architecture(self) -> Self:
        if len({_graviton(t) for t in self.instance_types}) > 1:
            raise ValueError(f"instance_types {', '.join(self.instance_types)} mix x86_64 and arm64; make two pools")
        return self


class Reservation(Part):
    """Capacity set aside for a pool: made here (and billed from then on), or a capacity block that was bought."""

    instances: Annotated[int, Field(ge=1, le=450)] = 1
    """Instances to reserve. Not used for a capacity block, whose size was fixed when it was bought."""
    zone: Annotated[int, Field(ge=0, le=2)] = 0
    """The availability zone of the reservation, counted from 0; the nodes live there only."""
    capacity_block: Annotated[str, Field(pattern=r"^cr-[0-9a-f]{8,17}$")] | None = None
    """Id of a capacity block that was bought. Terraform buys none: that is a payment of weeks, made at once."""


class Sharing(Part):
    """Several pods on one accelerator: cut into MIG instances with memory of their own, or taking turns."""

    mig: Annotated[str, Field(pattern=r"^(all-)?\d+g\.\d+gb$")] | None = None
    """MIG profile, such as all-1g.10gb (A100, H100, H200, B200)."""
    time_slices: Annotated[int, Field(ge=2, le=48)] | None = None
    """Pods that take turns on one accelerator; they share its memory unguarded."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.mig is None) == (self.time_slices is None):
            raise ValueError("sharing is mig or time_slices: set exactly one of them")
        return self


class GpuPool(_Pool):
    """Nodes with accelerators: tainted, so that only what asks for one lands there, and empty unless needed."""

    capacity: Literal["on_demand", "spot", "reserved"] = "on_demand"
    """How the nodes are bought; reserved needs `reservation`."""
    disk_gb: Annotated[int, Field(ge=20, le=16384)] = 200
    """Size of a node's encrypted disk, GiB."""
    instance_types: Annotated[tuple[AcceleratedType, ...], Field(min_length=1)]
    """Instance types to choose from, all with the same accelerator."""
    scaler: Literal["managed", "karpenter"] = "managed"
    """Who starts nodes: a managed node group of this pool, or Karpenter, for which only the AWS side is made here."""
    efa: bool = False
    """Elastic Fabric Adapters on every network card and a cluster placement group: for training over many nodes."""
    reservation: Reservation | None = None
    """Capacity set aside for the pool."""
    sharing: Sharing | None = None
    """Several pods on one accelerator."""

    @property
    def accelerator(self) -> Accelerator:
        return ACCELERATORS[self.instance_types[0]]

    @model_validator(mode="after")
    def _one_accelerator(self) -> Self:
        if self.min > 0:
            raise ValueError(f"min {self.min}: a GPU pool scales to zero; leave min out or set 0")
        if len({(ACCELERATORS[t].kind, ACCELERATORS[t].count) for t in self.instance_types}) > 1:
            types = ", ".join(self.instance_types)
            raise ValueError(f"instance_types {types} have different accelerators; make a pool each")
        return self

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        if (self.capacity == "reserved") != (self.reservation is not None):
            raise ValueError("capacity reserved and the key reservation go together; set both or neither")
        if self.reservation and len(self.instance_types) > 1:
            raise ValueError(f"a reservation is for one instance type, not {', '.join(self.instance_types)}")
        if self.reservation and not self.reservation.capacity_block and self.max > self.reservation.instances:
            raise ValueError(
                f"max {self.max}: nodes beyond the {self.reservation.instances} reserved ones would not start; "
                "set reservation.instances to max, or max to it"
            )
        if self.reservation and self.scaler == "karpenter":
            raise ValueError("reservation: Karpenter finds reservations by their tags; leave scaler out")
        without = [t for t in self.instance_types if not ACCELERATORS[t].efa]
        if self.efa and (without or len(self.instance_types) > 1):
            raise ValueError(f"efa: name one instance type that has it; {', '.join(without) or 'several'} named")
        return self

    @model_validator(mode="after")
    def _can_be_shared(self) -> Self:
        kind = self.accelerator.kind
        if self.sharing and self.accelerator.vendor != "nvidia":
            raise ValueError(f"sharing: {kind} is shared by its own runtime; leave it out")
        if self.sharing and self.sharing.mig and not self.accelerator.mig:
            raise ValueError(f"sharing.mig: {kind} has no MIG; use time_slices")
        return self


def _graviton(instance_type: str) -> bool:
    """AWS's naming: the letter after the generation tells the processor, g for Graviton (m7g, c7gn, r8gd)."""
    family = instance_type.partition(".")[0]
    return re.match(r"^([a-z]+\d+g|a1$)", family) is not None
