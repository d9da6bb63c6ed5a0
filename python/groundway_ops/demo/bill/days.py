"""The simulated calendar: which days are billed, and how much work there was on each."""

import hashlib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

SEED = 2013
BACK = 60  # days that there are at least
WORKDAY, WEEKEND = Decimal("1.3"), Decimal("0.25")  # of the mean day; seven days make seven
NOISE = Decimal("0.15")  # that a day's use is above or below, at most
HOURS = Decimal(730)  # a month, as the estimate counts it


@dataclass(frozen=True)
class Calendar:
    """From the first of a month to `last`, whole days."""

    last: date

    @property
    def first(self) -> date:
        return (self.last - timedelta(days=BACK)).replace(day=1)

    @property
    def days(self) -> Sequence[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def months(self) -> Sequence[date]:
        return sorted({day.replace(day=1) for day in self.days})

    @property
    def weekend(self) -> tuple[date, date]:
        """The last Saturday and Sunday that were over on the last day."""
        sunday = self.last - timedelta(days=self.last.isoweekday() % 7 or 7)
        return sunday - timedelta(days=1), sunday

    @property
    def shown(self) -> date:
        """The month to report on: that of the last weekend, so that early in a month it is the one before."""
        return self.weekend[0].replace(day=1)


def share(day: date, unit: str) -> Decimal:
    """Of a month's quantity what falls on a day: as AWS does it, by the days of that month, for what counts months."""
    if unit.endswith("-month"):
        return 1 / Decimal(monthrange(day.year, day.month)[1])
    return 24 / HOURS


def work(what: str, day: date) -> Decimal:
    """How much of the mean day's work there was on `day`; the noise is another for each `what`, and always the same."""
    usual = WEEKEND if day.isoweekday() > 5 else WORKDAY
    return usual * (1 + NOISE * (2 * Decimal(str(chance(what, day))) - 1))


def chance(*what: Any) -> float:
    """As good as any number from 0 to 1, and always the same for the same `what`."""
    digest = hashlib.sha256(" ".join(map(str, (SEED, *what))).encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
