"""What the parts of an environment are made of: the base of every part, and types that say what a value may be."""

import ipaddress
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from groundway.environment.accelerators import ACCELERATORS


class Part(BaseModel):
    """Frozen; an unknown key or a value of another type is an error. The string under a field is its documentation."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, use_attribute_docstrings=True
    )


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


Cidr = Annotated[str, AfterValidator(_cidr)]
# A short lower-case name: it goes into the names of buckets, roles and tables.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,18}[a-z0-9]$")]
Account = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
LabelKey = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
RoleArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")]
InstanceType = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$"), AfterValidator(_instance_type)
]
AcceleratedType = Annotated[str, AfterValidator(_accelerated)]
# The periods that CloudWatch Logs accepts.
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]
