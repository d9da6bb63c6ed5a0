"""A mart of daily charges made of series of amounts, quicker than row by row: years of days, many series."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from small_bill import PLAIN, TAGGED

from groundway_ops.cost.bill.charges import COLUMNS
from groundway_ops.cost.bill.mart import Mart, write

FIRST = date(2026, 5, 1)
CENT = Decimal("0.01")


def bill_of(folder: Path, teams: Mapping[str, Sequence[float]], first: date = FIRST, **said: Any) -> Mart:
    """One charge a team and day, rounded to cents; `None` or zero is none. Every other column is plain, or as said."""
    rows = [
        (team, first + timedelta(days=day), Decimal(amount).quantize(CENT))
        for team, amounts in teams.items()
        for day, amount in enumerate(amounts)
        if amount
    ]
    plain = {**PLAIN, **TAGGED, **said}
    mart = Mart(folder)
    for month in sorted({day.replace(day=1) for _, day, _ in rows}):
        chosen = [row for row in rows if row[1].replace(day=1) == month]
        told = pa.table(  # noqa: F841 - the query reads it
            {
                "team": [row[0] for row in chosen],
                "day": [row[1] for row in chosen],
                "amount": pa.array([row[2] for row in chosen], pa.decimal128(18, 10)),
            }
        )
        made = {
            **{name: f"$plain_{name}" for name in plain},
            "team": "team",
            "day": "day",
            "start": "day",
            "until": "(day + INTERVAL 1 DAY)",
            "period": "$month",
            **dict.fromkeys(("effective", "billed", "list"), "amount"),
        }
        listed = ", ".join(f"{made.get(name, 'NULL')}::{kind} AS {name}" for name, kind in COLUMNS.items())
        used = {f"plain_{name}": value for name, value in plain.items() if made.get(name) == f"$plain_{name}"}
        with mart.connect() as db, mart.replacing(mart.file("charges", month, str(plain["billing_account"]))) as new:
            db.execute(f"CREATE TABLE new_rows AS SELECT {listed} FROM told", {**used, "month": month})
            write(db, "SELECT * FROM new_rows", new, {"rows": len(chosen)})
    return mart
