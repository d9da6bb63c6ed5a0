"""A report: a table that says what its columns are, so that every format shows every report in the same way."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["text", "usd", "number", "count", "share", "day", "month"]
Mark = Literal["bar", "line", "stacked"]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as it is read: lower case, words apart (`cost center`). `share` is 0 to 1, `usd` is exact."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Chart:
    """How to draw it: the names of columns. `colour` splits a bar or gives each line its own."""

    mark: Mark
    x: str
    y: str
    colour: str | None = None


@dataclass(frozen=True)
class Report:
    """`total`: what the column `sums` adds up to over all rows; the export's own total of the same charges."""

    name: str
    title: str
    period: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    sums: str | None = None
    total: Decimal | None = None
    notes: tuple[str, ...] = ()
    chart: Chart | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Raises `ValueError` if the rows do not add up to the total: such a report must never be seen."""
        if self.sums is not None and self.total is not None:
            place = [column.name for column in self.columns].index(self.sums)
            added = sum((row[place] for row in self.rows if row[place] is not None), Decimal(0))
            if added != self.total:
                raise ValueError(f"{self.name}: {self.sums} adds up to {added}, not to {self.total}")

    def column(self, name: str) -> list[Any]:
        place = [column.name for column in self.columns].index(name)
        return [row[place] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        return [dict(zip((c.name for c in self.columns), row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is read before any table."""

    name: str
    value: Any
    kind: Kind = "usd"


@dataclass(frozen=True)
class Document:
    """Reports that are read together, such as a month's; no two have the same name.

    `metric`: of which amounts they are. `simulated`: nobody was billed for some of it.
    """

    title: str
    reports: tuple[Report, ...]
    notes: tuple[str, ...] = field(default=())
    period: str = ""
    metric: str = "effective"
    simulated: bool = False
    figures: tuple[Figure, ...] = ()

    @property
    def currency(self) -> str:
        return self.reports[0].currency if self.reports else "USD"
