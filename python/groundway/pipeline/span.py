"""Spans of whole months, as people write them: `2013-01` or `2013-01..2013-03`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from groundway.errors import InvalidInput

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Span:
    """Months `first` to `last`, both included, each `YYYY-MM`, in UTC."""

    first: str
    last: str

    @classmethod
    def parse(cls, text: str) -> "Span":
        first, dots, last = text.partition("..")
        span = cls(first, last if dots else first)
        if not all(MONTH.fullmatch(m) for m in (span.first, span.last)):
            raise InvalidInput(f"{text!r} is no span of months: write 2013-01 or 2013-01..2013-03")
        if span.last < span.first:
            raise InvalidInput(f"{text!r} ends before it starts")
        return span

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def start(self) -> datetime:
        return _first_day(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the span."""
        return _first_day(shift(self.last, 1))

    @property
    def window(self) -> tuple[datetime, datetime]:
        return self.start, self.end

    def require_after(self, training: "Span") -> None:
        """Raises `InvalidInput` unless this span, of validation, is later than `training`."""
        if self.start < training.end:
            raise InvalidInput(f"validation ({self}) must be later than training ({training})")

    def months(self) -> Iterator["Span"]:
        month = self.first
        while month <= self.last:
            yield Span(month, month)
            month = shift(month, 1)

    def before(self, months: int) -> "Span":
        """The `months` months that end where this span starts."""
        return Span(shift(self.first, -months), shift(self.first, -1))


def shift(month: str, by: int) -> str:
    """`month` moved by a number of months."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04}-{number + 1:02}"


def _first_day(month: str) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
