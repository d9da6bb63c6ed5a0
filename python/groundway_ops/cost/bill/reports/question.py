"""What is asked of the mart: which months, which charges of them, which amount, grouped by what."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self

import duckdb

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.charges import METRICS, TAGS
from groundway_ops.cost.bill.mart import Mart, required, total

# What one may group by or ask for: name as it is written -> column of charges.
DIMENSIONS: dict[str, str] = {
    **{tag.replace("_", "-"): tag for tag in TAGS},
    **{
        name: name
        for name in ("account", "category", "currency", "day", "period", "pricing", "region", "resource", "service")
    },
    "usage-type": "usage_type",
}
SPANS = ("month", "week")
MISSING = "(none)"  # how a group is called whose charges do not say what it is grouped by


@dataclass(frozen=True)
class Question:
    """`first` and `last`: the first days of the first and last month. `by`: empty asks for what the report is grouped
    by unless it is told. `where`: column -> value that charges have; `MISSING` asks for those without one. `span`: what
    movers compare, the month's days with the same of the month before, or the last seven days with the seven before."""

    first: date
    last: date
    by: tuple[str, ...] = ()
    metric: str = "effective"
    where: dict[str, str] = field(default_factory=dict)
    top: int | None = None
    span: str = "month"
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    @classmethod
    def of(cls, mart: Mart, first: str | None = None, last: str | None = None, **asked: Any) -> Self:
        """Of the months `YYYY-MM` to `YYYY-MM`; without them, of the latest that the mart holds.

        Raises `InvalidInput` for what the mart does not hold and for dimensions that there are not.
        """
        there = required(mart).periods()
        start = _month(first) if first else (_month(last) if last else there[-1])
        end = _month(last) if last else (start if first else there[-1])
        if start > end:
            raise InvalidInput(f"the first month, {start:%Y-%m}, is after the last, {end:%Y-%m}")
        if not any(start <= month <= end for month in there):
            raise InvalidInput(
                f"the mart holds no charges of {start:%Y-%m} to {end:%Y-%m}; there are "
                f"{', '.join(f'{month:%Y-%m}' for month in there)}"
            )
        question = cls(start, end, **asked)
        for name in question.by:
            _known(name)
        if question.metric not in METRICS:
            raise InvalidInput(f"{question.metric!r} is no amount; there are {', '.join(METRICS)}")
        if question.span not in SPANS:
            raise InvalidInput(f"{question.span!r} is no span to compare; there are {', '.join(SPANS)}")
        return replace(question, where={_known(name): value for name, value in question.where.items()})

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of charges to group by."""
        return tuple(DIMENSIONS[name] for name in self.by)

    @property
    def period(self) -> str:
        """How a reader calls the months."""
        return f"{self.first:%Y-%m}" if self.first == self.last else f"{self.first:%Y-%m} to {self.last:%Y-%m}"

    def condition(self) -> tuple[str, list[Any]]:
        """SQL that the charges fulfil, and its values."""
        parts, values = ["period BETWEEN ? AND ?"], [self.first, self.last]
        for column, value in self.where.items():
            if value == MISSING:
                parts.append(f"{column} IS NULL")
            else:
                parts.append(f"CAST({column} AS VARCHAR) = ?")
                values.append(value)  # type: ignore[arg-type]
        return " AND ".join(parts), values

    def whole(self, mart: Mart, db: duckdb.DuckDBPyConnection) -> Decimal:
        """What is asked for comes to. Where only months are asked for, the exports themselves said so when they were
        read: a report is then held against them and not against its own scan."""
        told = None if self.where else mart.told(self.first, self.last, self.metric)
        return total(db, self.metric, *self.condition()) if told is None else told


def called(value: Any) -> str:
    """How a group is called in a report."""
    return MISSING if value is None else str(value)


def _known(name: str) -> str:
    try:
        return DIMENSIONS[name]
    except KeyError:
        raise InvalidInput(f"{name!r} is nothing to group by; there are {', '.join(DIMENSIONS)}") from None


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidInput(f"{text!r} is no month; write 2026-11") from None
