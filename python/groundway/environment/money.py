"""Budgets, anomalies and billing data."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from groundway.environment.fields import Part
from groundway.tags import TagValue

Usd = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


class Budget(Part):
    """The monthly budget. AWS takes five notices a budget; the fifth is the forecast."""

    monthly_usd: Usd
    """What the environment may cost in a month, USD."""
    thresholds: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1, max_length=4)] = (
        50,
        80,
        100,
    )
    """Percent of the budget at which a notice goes out."""
    teams: dict[TagValue, Usd] = Field(default={})
    """Teams with a part of the budget of their own, by the cost tag `team`: monthly USD."""
    stop_at: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Percent of the budget at which training and pipelines may start nothing new."""
    stop_by_itself: bool = False
    """Stop without asking; else somebody of ops approves it first."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if (total := sum(self.teams.values())) > self.monthly_usd:
            raise ValueError(f"teams add up to {total} USD, more than monthly_usd {self.monthly_usd}")
        return self


class Billing(Part):
    """Billing data of the account."""

    payer: bool = False
    """The account pays its own bill: it stands alone, or is the management account of its organization. Only such an
    account can activate cost allocation tags."""
    exports: bool = False
    """Export the bill every day, as FOCUS 1.2 and CUR 2.0, to a bucket."""
    anomaly_usd: Usd = Decimal(100)
    """Unexpected spending from which the alert topic is told, USD a day."""
