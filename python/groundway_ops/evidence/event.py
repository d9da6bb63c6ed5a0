"""What happened in an environment: who, what, when, why, with which results."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, JsonValue, StringConstraints

from groundway_ops.evidence.canonical import canonical

Kind = Literal[
    "cut",
    "gates",
    "approval",
    "promotion",
    "deploy",
    "rollback",
    "exception",
    "retrain",
    "destroy",
    "rehearsal",
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)


def _exact(details: dict[str, JsonValue]) -> dict[str, JsonValue]:
    canonical(details, "details")
    return details


class Event(BaseModel):
    """An event. Its id says which event it is: whoever tells it again, after a crash, gives the same id again."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Text
    """Given by whoever tells it, made from what happened and not from when it is told."""
    kind: Kind
    """What happened."""
    environment: str
    """Where."""
    time: Annotated[AwareDatetime, AfterValidator(_utc)]
    """When, UTC."""
    by: Text
    """Who did it: the identity that AWS knows."""
    release: str | None = None
    """The name of the release that it is about."""
    reason: str = ""
    """Why."""
    details: Annotated[dict[str, JsonValue], AfterValidator(_exact)] = {}
    """With which results."""
