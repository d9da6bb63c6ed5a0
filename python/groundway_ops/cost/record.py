"""An estimate: what each resource costs a month, dimension by dimension, and how it differs from another."""

from datetime import date
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel, ConfigDict

from groundway_ops.cost.amounts import Range, total
from groundway_ops.cost.price_book import Confidence


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Record):
    """One dimension of one resource. `monthly` is `quantity` x `price`, USD."""

    stack: str
    address: str
    type: str
    dimension: str
    quantity: Range
    unit: str
    price: Range
    monthly: Range
    confidence: Confidence
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.stack, self.address, self.dimension


class FreeResource(_Record):
    """A resource that costs nothing by itself, and why."""

    stack: str
    address: str
    type: str
    reason: str


class Change(_Record):
    """A line that is new, gone or of another amount: USD a month, before and after; None where it is not.

    `action` is what a plan does to the resource, if there is one: created, updated, replaced, deleted.
    """

    stack: str
    address: str
    dimension: str
    before: Range | None
    after: Range | None
    action: str = ""

    @property
    def expected(self) -> Decimal:
        """How much more it is expected to cost a month; less is negative."""
        after, before = (r.expected if r else Decimal(0) for r in (self.after, self.before))
        return after - before


class Estimate(_Record):
    """USD a month of 730 hours. Taxes, support plans and discounts are not part of it."""

    environment: str
    region: str
    on: date
    budget: Decimal
    lines: tuple[Line, ...]
    free: tuple[FreeResource, ...]
    notices: tuple[str, ...] = ()
    """What a reader should know, such as usage of something that is not there."""
    planned: dict[str, str] = {}
    """What a plan does to resources, by `stack: address`."""

    @property
    def monthly(self) -> Range:
        return total([line.monthly for line in self.lines])

    @property
    def over_budget(self) -> bool:
        """Whether more is expected than `budget.monthly_usd` of the environment."""
        return self.monthly.expected > self.budget

    @property
    def by_stack(self) -> dict[str, Range]:
        stacks = sorted({line.stack for line in self.lines} | {r.stack for r in self.free})
        return {stack: total([line.monthly for line in self.lines if line.stack == stack]) for stack in stacks}

    @property
    def by_confidence(self) -> dict[Confidence, Decimal]:
        """What is expected, by how sure its prices are. How much is used is another question: see the ranges."""
        levels: tuple[Confidence, ...] = get_args(Confidence)
        return {c: total([x.monthly for x in self.lines if x.confidence == c]).expected for c in levels}

    def largest(self, most: int = 10) -> list[Line]:
        return sorted(self.lines, key=lambda line: (-line.monthly.expected, -line.monthly.high, line.key))[:most]

    def difference(self, other: "Estimate") -> list[Change]:
        """What changes when this estimate becomes `other`, the largest first."""
        before, after = ({line.key: line.monthly for line in e.lines} for e in (self, other))
        changes = [
            Change(
                stack=key[0],
                address=key[1],
                dimension=key[2],
                before=before.get(key),
                after=after.get(key),
                action=other.planned.get(f"{key[0]}: {key[1]}", ""),
            )
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
        return sorted(changes, key=lambda change: -abs(change.expected))
