"""A mart of a few charges, for tests of reports: what a charge does not say has a plain default."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundway_ops.cost.bill.charges import TAGS
from groundway_ops.cost.bill.mart import TABLES, Mart, write

PLAIN: dict[str, Any] = {
    "billing_account": "999999999999",
    "currency": "USD",
    "account": "111111111111",
    "day": date(2026, 10, 1),
    "category": "Usage",
    "correction": False,
    "pricing": "Standard",
    "service": "Amazon Elastic Compute Cloud",
    "service_code": "AmazonEC2",
    "usage_type": "EUW1-BoxUsage:m7i.large",
    "operation": "RunInstances",
    "description": "per hour",
    "region": "eu-west-1",
    "resource": "i-00000000000000001",
    "quantity": 1.0,
    "unit": "Hours",
    "effective": "1",
}
TAGGED = {
    "team": "demand",
    "project": "forecasting",
    "model": "shared",
    "environment": "prod",
    "cost_center": "cc-1001",
    "owner": "demand",
    "run": "standing",
}


def charge(tags: dict[str, str | None] | None = None, **said: Any) -> dict[str, Any]:
    """A charge of a day; `billed` and `list` are as `effective` unless they are said. Without tags, `TAGGED`'s."""
    made = {**PLAIN, **(TAGGED if tags is None else {**dict.fromkeys(TAGS), **tags}), **said}
    made.setdefault("period", made["day"].replace(day=1))
    made.setdefault("start", datetime(made["day"].year, made["day"].month, made["day"].day))
    made.setdefault("until", made["start"] + timedelta(days=1))
    for amount in ("billed", "list"):
        made.setdefault(amount, made["effective"])
    return {**made, **{amount: Decimal(str(made[amount])) for amount in ("effective", "billed", "list")}}


def mart_of(folder: Path, charges: list[dict[str, Any]], **activity: list[dict[str, Any]]) -> Mart:
    """A mart of these charges, and of rows of runs, predictions, gpus or pods."""
    mart = Mart(folder)
    for table, rows in {"charges": charges, **activity}.items():
        months: dict[tuple[date, str], list[dict[str, Any]]] = {}
        for row in rows:
            months.setdefault((_month(row), row.get("billing_account", "")), []).append(row)
        for (month, payer), of_month in months.items():
            _write(mart, table, month, payer, of_month)
    return mart


def _month(row: dict[str, Any]) -> date:
    of = next(row[name] for name in ("period", "day", "hour", "started") if name in row)
    return date(of.year, of.month, 1)


def _write(mart: Mart, table: str, month: date, payer: str, rows: list[dict[str, Any]]) -> None:
    columns = TABLES[table]
    unknown = {name for row in rows for name in row} - columns.keys()
    assert not unknown, f"{table} has no {unknown}"
    with mart.connect() as db, mart.replacing(mart.file(table, month, payer)) as new:
        db.execute(f"CREATE TABLE new_rows ({', '.join(f'{n} {kind}' for n, kind in columns.items())})")
        cells = {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in columns}
        db.register("given", pa.table(cells, pa.schema([(name, pa.string()) for name in columns])))
        db.execute("INSERT INTO new_rows SELECT * FROM given")  # much faster than row by row; DuckDB knows the types
        facts = {"rows": len(rows), "at": datetime.now(UTC).isoformat(), "totals": {}}
        write(db, "SELECT * FROM new_rows", new, facts)
