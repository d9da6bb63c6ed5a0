"""Amounts of which not one number is known, but between what they lie. USD and quantities are `Decimal` throughout."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

HOURS = Decimal(730)  # a month, as AWS's own calculators count it
CENT = Decimal("0.01")


class Range(BaseModel):
    """`low` <= `expected` <= `high`. A plain number is all three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Decimal
    expected: Decimal
    high: Decimal

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
            return {"low": value, "expected": value, "high": value}
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.expected <= self.high:
            raise ValueError(f"low {self.low} <= expected {self.expected} <= high {self.high} does not hold")
        return self

    def __add__(self, other: "Range") -> "Range":
        return between(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __mul__(self, factor: "Range | Decimal | int") -> "Range":
        by = factor if isinstance(factor, Range) else fixed(factor)
        return between(self.low * by.low, self.expected * by.expected, self.high * by.high)

    def __truediv__(self, divisor: Decimal | int) -> "Range":
        return between(self.low / divisor, self.expected / divisor, self.high / divisor)

    def rounded(self, to: Decimal) -> "Range":
        low, expected, high = (v.quantize(to, ROUND_HALF_UP) for v in (self.low, self.expected, self.high))
        return between(low, expected, high)


def between(low: Decimal | int, expected: Decimal | int, high: Decimal | int) -> Range:
    return Range(low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def fixed(value: Decimal | int) -> Range:
    return between(value, value, value)


NOTHING = fixed(0)
ONE = fixed(1)
MONTH = fixed(HOURS)


def total(ranges: "list[Range]") -> Range:
    """The sum; zero of none."""
    return between(sum(r.low for r in ranges), sum(r.expected for r in ranges), sum(r.high for r in ranges))


def usd(amount: Decimal, sign: bool = False) -> str:
    """As people read it: $1,234.56, -$0.10, with `sign` also +$5.00. What is not zero is never shown as zero."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    if amount and not cents:
        return ("+" if sign else "") + "<$0.01" if amount > 0 else ">-$0.01"
    return f"{'-' if cents < 0 else '+' if sign and cents > 0 else ''}${abs(cents):,.2f}"
