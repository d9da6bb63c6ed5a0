"""How releases get into an environment: who must agree, how long they prove themselves before, when nothing moves."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from groundway.environment.fields import Part
from groundway.environment.money import Usd


def _time(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError('a time with its zone is wanted, such as "2027-01-04T00:00Z"')
    return value


Time = Annotated[datetime, BeforeValidator(_time), AfterValidator(_aware)]


class Freeze(Part):
    """A span of time in which nothing is promoted here. Rolling back is always possible."""

    begins: Time
    """First moment."""
    ends: Time
    """First moment after it."""
    why: Annotated[str, Field(min_length=1)]
    """What those read who are refused."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError(f"ends ({self.ends}) is not later than begins ({self.begins})")
        return self


class Rollout(Part):
    """How a model takes over the traffic, and what throws it back out. Limits compare it with what it replaces."""

    steps: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1)] = (10, 50, 100)
    """Percent of the traffic, step by step; the last one is 100."""
    requests: Annotated[int, Field(ge=1)] = 100
    """Requests that the new version must have answered in a step before it is judged."""
    seconds: Annotated[int, Field(ge=1)] = 600
    """How long a step waits for them; a version that nobody asks cannot be judged, and is taken back."""
    error_rate: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of failed requests at most."""
    latency_ratio: Annotated[float, Field(gt=0)] = 2.0
    """95th percentile of its latency at most so many times the other's."""
    score_psi: Annotated[float, Field(gt=0)] = 0.25
    """Population stability index of its scores against the other's, at most."""

    @model_validator(mode="after")
    def _ends_whole(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)) or self.steps[-1] != 100:
            raise ValueError(f"steps {list(self.steps)} must rise and end with 100")
        return self


class Promotion(Part):
    """What a release must bring along before it may run here."""

    approvals: Annotated[int, Field(ge=0, le=10)] = 0
    """People who must approve, other than the one who asks."""
    approval_days: Annotated[int, Field(ge=1, le=90)] = 7
    """How long an approval holds."""
    soak_hours: Annotated[int, Field(ge=0, le=2160)] = 0
    """How long the release must have run, without alarms, where it comes from."""
    monthly_increase_usd: Usd | None = None
    """What a promotion may add to the monthly price; none: only the budget limits it."""
    freezes: tuple[Freeze, ...] = ()
    """When nothing is promoted here."""
    rollout: Rollout = Rollout()
    """How its models take over."""
