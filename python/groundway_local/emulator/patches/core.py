"""moto remembers every object it ever made, deleted ones too, for its dashboard: a leak, with models in S3."""

from typing import Any

from moto.core.common_models import BaseModel


def new(cls: Any, *_args: Any, **_kwargs: Any) -> Any:
    return object.__new__(cls)


def apply() -> None:
    BaseModel.__new__ = new
