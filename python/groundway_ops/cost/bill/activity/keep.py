"""Months of the mart out of what was collected: each is replaced whole, and says where it came from, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from groundway_ops.cost.bill import activity
from groundway_ops.cost.bill.activity import hours
from groundway_ops.cost.bill.mart import Mart, write

# What a row's month follows from.
WHEN = {"runs": "started", "predictions": "day", "gpus": "hour", "pods": "hour"}
# Of samples: how much before and after a month is looked at, so that stillness does not end with it.
MARGIN = timedelta(minutes=20)


@dataclass(frozen=True)
class Kept:
    """A month that was written."""

    table: str
    month: date
    rows: int
    sums: Mapping[str, float]
    replaced: bool


def hours_of(db: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Make `rows_made` (the table gpus or pods) of the table `samples`."""
    db.execute(f"CREATE TABLE rows_made AS {hours.MADE[kind]}")


def keep(
    db: duckdb.DuckDBPyConnection, mart: Mart, table: str, months: list[date], facts: Mapping[str, Any]
) -> list[Kept]:
    """Write the months of `rows_made`; a month without rows is written, too, so that nothing old stays."""
    columns = activity.TABLES[table]
    chosen = ", ".join(f'"{name}"::{sort} AS "{name}"' for name, sort in columns.items())
    order = ", ".join(f'"{name}"' for name in columns)
    done = []
    for month in months:
        file = mart.file(table, month)
        there = file.exists()
        kind = f"date_trunc('month', {WHEN[table]}) = DATE '{month.isoformat()}'"
        sums = _sums(db, columns, kind)
        rows = sums.pop("rows_")
        said = {**facts, "rows": rows, "totals": sums, "at": datetime.now(UTC).isoformat()}
        with mart.replacing(file) as new:
            write(db, f"SELECT {chosen} FROM rows_made WHERE {kind} ORDER BY {order}", new, said)
        done.append(Kept(table, month, int(rows), sums, there))
    return done


def months_of(db: duckdb.DuckDBPyConnection, table: str) -> list[date]:
    """The months that `rows_made` has rows of."""
    found = db.execute(f"SELECT DISTINCT date_trunc('month', {WHEN[table]})::DATE FROM rows_made ORDER BY 1").fetchall()
    return [month for (month,) in found]


def _sums(db: duckdb.DuckDBPyConnection, columns: Mapping[str, str], condition: str) -> dict[str, float]:
    numbers = [name for name, kind in columns.items() if kind in ("DOUBLE", "BIGINT")]
    sums = "".join(f', sum("{name}") AS "{name}"' for name in numbers)
    found = db.execute(f"SELECT count(*) AS rows_{sums} FROM rows_made WHERE {condition}")
    names = [column[0] for column in found.description or ()]
    row = found.fetchone() or ()
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
