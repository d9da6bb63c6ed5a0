"""Rows of an export become charges: first looked through, then written. DuckDB streams; Python sees no row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.charges import AMOUNT, COLUMNS, METRICS, TAGS
from groundway_ops.cost.bill.exports import amounts, tags
from groundway_ops.cost.bill.exports.columns import select
from groundway_ops.cost.bill.exports.parts import Batch, cut

ROUNDED = Decimal("0.005")  # what rounding may take from a file in all: less than what anyone could be billed
Key = tuple[str, date]  # who pays, which month


@dataclass
class Group:
    """What an export says of a payer and month, by currency. `sums` are of the rounded amounts, `lost` what went."""

    rows: int = 0
    left_out: int = 0
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    lost: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, other: "Group") -> None:
        self.rows += other.rows
        self.left_out += other.left_out
        for mine, others in ((self.sums, other.sums), (self.lost, other.lost)):
            for currency, added in others.items():
                before = mine.setdefault(currency, dict.fromkeys(METRICS, Decimal(0)))
                mine[currency] = {name: before[name] + added[name] for name in METRICS}


def prepare(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(amounts.MACROS)


def view(db: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """`found`: a batch's rows as charges, and what is to be known of them before they are taken."""
    form = batch.format
    parts = [f'{said} AS "{name}"' for name, said in form.charges.items()]
    for name, said in form.amounts.items():
        parts.append(f'CAST({said.replace("@", "")} AS {COLUMNS[name]}) AS "{name}"')
        parts.append(f'({said.replace("@", " lost")}) AS "{name} lost"')
    parts += [f'{tags.tag(form.tags, name)} AS "{name}"' for name in TAGS]
    parts += [f"{tags.others(form.tags)} AS other_tags", f"{form.left_out} AS left_out", "unfit", "filename"]
    lines = select(form.schema, batch.columns, batch.relation())
    db.execute(f"CREATE OR REPLACE TEMP VIEW found AS SELECT {', '.join(parts)} FROM ({lines})")


def charges(where: str = "true") -> str:
    """SQL of the rows of `found` that are charges, in the mart's columns and types."""
    shown = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in COLUMNS.items())
    return f"SELECT {shown} FROM found WHERE NOT left_out AND {where}"


def look(db: duckdb.DuckDBPyConnection, batch: Batch) -> dict[Key, Group]:
    """What a batch holds. Raises `InvalidInput`, with the row, for what cannot be taken as it is."""
    missing = " OR ".join(f'"{name}" IS NULL' for name in (*METRICS, "start", "category"))
    told = ", ".join(
        f'sum("{name}") FILTER (NOT left_out), sum("{name} lost") FILTER (NOT left_out)' for name in METRICS
    )
    try:
        found = db.execute(
            f"SELECT billing_account, period, currency, count(*) FILTER (NOT left_out), count(*) FILTER (left_out), "
            f"count(unfit), count(*) FILTER ({missing}), count(*) FILTER (left_out AND billed <> 0), {told} "
            "FROM found GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        raise cut(", ".join(part.name for part in batch.parts[:3]), error) from None
    groups: dict[Key, Group] = {}
    for payer, period, currency, rows, left_out, unfit, absent, billed_twice, *sums in found:
        if unfit or absent or billed_twice or not (payer and period and currency):
            raise _row(db, batch)
        pairs = dict(zip(METRICS, zip(sums[::2], sums[1::2], strict=True), strict=True))
        group = Group(rows, left_out)
        if rows:
            group.sums[currency] = {name: Decimal(total) for name, (total, _) in pairs.items()}
            group.lost[currency] = {name: _decimal(lost) for name, (_, lost) in pairs.items()}
        groups.setdefault((payer, period), Group()).add(group)
    _rounded(batch, groups)
    return groups


def _rounded(batch: Batch, groups: dict[Key, Group]) -> None:
    for by_currency in (group.lost for group in groups.values()):
        for currency, lost in by_currency.items():
            for name, amount in lost.items():
                if abs(amount) >= ROUNDED:
                    raise InvalidInput(
                        f"{batch.parts[0].name}: amounts with more than ten decimals; rounding would take "
                        f"{amount:f} {currency} from {name} in all: export fewer decimals, or a month at a time"
                    )


def _row(db: duckdb.DuckDBPyConnection, batch: Batch) -> InvalidInput:
    """What is wrong with which row. Read anew, in order, so that the row can be counted."""
    problem = " ".join(
        f"WHEN \"{name}\" IS NULL THEN 'has no {name}'"
        for name in ("billing_account", "period", "currency", *METRICS, "start", "category")
    )
    problem = f"CASE WHEN unfit IS NOT NULL THEN unfit {problem} WHEN left_out AND billed <> 0 THEN 'pod' END"
    db.execute("SET preserve_insertion_order = true")
    for part in batch.parts:
        one = Batch((part,), batch.format)
        view(db, one)
        row, what = next(_first(db, f"SELECT row_number() OVER () AS row, {problem} AS what FROM found"), (0, ""))
        if not what:
            continue
        where = f"{part.name}, row {row}"
        if what == "pod":
            return InvalidInput(
                f"{where}: a pod's share of a node (split_line_item_parent_resource_id) that is billed itself; "
                "it would count twice"
            )
        if what.startswith("has no "):
            return InvalidInput(f"{where} {what}: such a row is no charge; export it again, or ask AWS")
        value = next(
            _first(
                db,
                f'SELECT row_number() OVER () AS row, CAST("{what}" AS VARCHAR) AS what FROM {one.relation()}',
                int(row),
            ),
            (0, ""),
        )[1]
        return InvalidInput(f"{where}: {what} is {value!r}, which cannot be read{_amount(batch, what)}")
    return InvalidInput(f"{batch.parts[0].name} changed while it was read: run again")


def _first(db: duckdb.DuckDBPyConnection, query: str, row: int | None = None) -> Iterator[tuple[Any, Any]]:
    which = f"row = {row}" if row else "what IS NOT NULL"
    yield from db.execute(f"SELECT row, what FROM ({query}) WHERE {which} LIMIT 1").fetchall()


def _amount(batch: Batch, column: str) -> str:
    return f" as {AMOUNT}" if batch.format.schema.kinds[column] == "amount" else ""


def _decimal(value: Any) -> Decimal:
    """A sum of doubles is told to 15 places: what is beyond is the doubles' own noise."""
    return round(Decimal(value), 15) if isinstance(value, float) else Decimal(value or 0)
