"""A piece of advice, and what could not be judged."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from groundway_ops.cost.bill.reports.question import MISSING

MICRO = Decimal("0.000001")  # how exactly prices stand in arithmetic
Sure = Literal["high", "medium", "low"]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """`saving`: USD over the asked months, at most what `lines` (of the bill, `Scene`) cost. `arithmetic` evaluates
    to it: numbers, units, + - x / and brackets only. `how`: the key or the command. `rests_on`: what was looked at,
    and what was not."""

    kind: str
    what: str
    team: str | None
    environment: str | None
    saving: Decimal
    arithmetic: str
    sure: Sure
    how: str
    rests_on: str
    lines: frozenset[int]


@dataclass(frozen=True)
class Unjudged:
    """What was not looked at, and why: a reader must not take silence for thrift."""

    because: str


def number(value: Decimal | int) -> str:
    """As it stands in arithmetic: at most six decimals, no zeros after the last."""
    text = f"{Decimal(value):.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def some(count: int, what: str) -> str:
    """`1 volume`, `2 volumes`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def named(values: list[str | None]) -> str:
    """Several teams or models in one word."""
    return ", ".join(sorted({value or MISSING for value in values}))
