"""The model contract: what a caller sends, what the feature store adds, and what the model is given, in which order.

Written as `contract.json` beside the model when it is trained and carried with it from then on. Training and serving
both build the model's inputs with `assemble`, so they cannot differ.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

DType = Literal["string", "int64", "float64", "timestamp"]
Part = Literal["month", "weekday", "hour", "minute_of_day", "day_of_year"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestField(_Part):
    """A field that the caller sends. `timestamp` is ISO 8601 with an offset. Bounds are inclusive."""

    name: str
    dtype: DType
    minimum: float | None = None
    maximum: float | None = None


class DerivedInput(_Part):
    """A model input computed from a timestamp of the request, in `timezone` (an IANA name)."""

    name: str
    source: str
    part: Part
    timezone: str = "UTC"


class OnlineInput(_Part):
    """A model input fetched from the feature store; the view's join keys are request fields of the same name."""

    name: str
    view: str
    feature: str


class ModelContract(_Part):
    """`inputs` names the model's columns in order: each is a request field, a derived input or an online input."""

    request: tuple[RequestField, ...]
    derived: tuple[DerivedInput, ...] = ()
    online: tuple[OnlineInput, ...] = ()
    inputs: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    output: str = "probability"
