"""The mart: one Parquet file of charges for each payer and billing period, and what reports join with it.

    <folder>/charges/<billing account>/<YYYY-MM>.parquet
    <folder>/<runs, predictions, gpus or pods>/<YYYY-MM>.parquet

A file is replaced whole, by a rename: a reader sees the old month or the new one, and a crash leaves the old one. What
a file was made of stands in its own metadata, under `groundway`.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from groundway.errors import InvalidInput
from groundway.service import home
from groundway_ops.cost.bill import activity
from groundway_ops.cost.bill.charges import COLUMNS

MEMORY = "512MB"  # DuckDB's share; what it cannot keep it spills to disk

TABLES: Mapping[str, Mapping[str, str]] = {"charges": COLUMNS, **activity.TABLES}


@dataclass(frozen=True)
class Mart:
    folder: Path

    def file(self, table: str, month: date, payer: str = "") -> Path:
        """Where a month of `table` is; charges are kept by payer."""
        return self.folder / table / payer / f"{month:%Y-%m}.parquet"

    def files(self, table: str) -> list[Path]:
        return sorted((self.folder / table).glob("**/[0-9]*.parquet"))

    def periods(self) -> list[date]:
        """The billing periods that there are charges of, earliest first."""
        return sorted({date.fromisoformat(f"{file.stem}-01") for file in self.files("charges")})

    def facts(self, *files: Path) -> dict[Path, dict[str, Any]]:
        """What each file says it was made of."""
        if not files:
            return {}
        with duckdb.connect() as db:
            found = db.execute(
                "SELECT file_name, decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'groundway'",
                [[str(file) for file in files]],
            ).fetchall()
        return {Path(name): json.loads(said) for name, said in found}

    def told(self, first: date, last: date, metric: str) -> Decimal | None:
        """What the exports of these months came to when they were read; None if a month's file does not say."""
        files = [f for f in self.files("charges") if f"{first:%Y-%m}" <= f.stem <= f"{last:%Y-%m}"]
        totals = [facts["totals"] for facts in self.facts(*files).values() if facts.get("totals")]
        if len(totals) < len(files):
            return None
        return sum((Decimal(sums[metric]["mart"]) for of in totals for sums in of.values()), Decimal(0))

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB with a view for each table; empty where nothing was ingested."""
        spill = self.folder / f"spill.{os.getpid()}"  # DuckDB takes it for its own
        with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)}) as db:
            db.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
            for table, columns in TABLES.items():
                db.execute(f"CREATE VIEW {table} AS {self._view(table, columns)}")
            yield db

    @contextmanager
    def replacing(self, file: Path) -> Iterator[Path]:
        """A place to write a month to; it becomes `file` when all went well, and vanishes else."""
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            yield new
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)

    def _view(self, table: str, columns: Mapping[str, str]) -> str:
        if files := self.files(table):
            listed = ", ".join(_quoted(str(file)) for file in files)
            return f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"
        return "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items()) + " LIMIT 0"


def default() -> Mart:
    return Mart(home() / "cost")


def required(mart: Mart) -> Mart:
    """Raises `InvalidInput` if nothing was ingested."""
    if not mart.periods():
        raise InvalidInput(f"{mart.folder} holds no bill: read one with `groundway cost ingest SOURCE`")
    return mart


def write(db: duckdb.DuckDBPyConnection, query: str, file: Path, facts: Mapping[str, Any]) -> None:
    """Write what `query` gives to a Parquet file of the mart, with what it was made of."""
    said = _quoted(json.dumps(facts, default=str, sort_keys=True))
    db.execute(
        f"COPY ({query}) TO {_quoted(str(file))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000, KV_METADATA {{groundway: {said}}})"
    )


def total(db: duckdb.DuckDBPyConnection, metric: str, where: str = "true", values: list[Any] | None = None) -> Decimal:
    """The sum of a metric over charges, exactly."""
    found = db.execute(f"SELECT coalesce(sum({metric}), 0) FROM charges WHERE {where}", values or []).fetchone()
    assert found is not None
    return Decimal(found[0])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
