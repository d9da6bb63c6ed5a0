"""Columns of an export by kind, and the SQL that reads one, whichever type its file gives it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.charges import AMOUNT
from groundway_ops.cost.bill.exports import amounts

Kind = Literal["text", "time", "amount", "number", "map"]

# What a kind may be in a file, and how an error calls it. A number in CSV is text, and so are maps: JSON.
TYPES: dict[Kind, tuple[str, str]] = {
    "text": (r"VARCHAR", "text"),
    "time": (r"TIMESTAMP.*|DATE|VARCHAR", "a timestamp"),
    "amount": (r"VARCHAR|DOUBLE|DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", "a decimal, a double or text"),
    "number": (r"VARCHAR|DOUBLE|FLOAT|DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", "a number or text"),
    "map": (r"MAP\(VARCHAR, VARCHAR\)|VARCHAR", "a map of text, or JSON"),
}
EMPTY = {"text": "VARCHAR", "time": "TIMESTAMP", "number": "DOUBLE", "map": "MAP(VARCHAR, VARCHAR)"}


@dataclass(frozen=True)
class Schema:
    """What a format has. `optional` is missed if it is not there, `spare` is not; `families`: names, or beginnings of
    names, that it may have besides and that are not read."""

    name: str
    needed: Mapping[str, Kind]
    optional: Mapping[str, Kind]
    spare: Mapping[str, Kind]
    families: tuple[str, ...]

    @property
    def kinds(self) -> dict[str, Kind]:
        return {**self.needed, **self.optional, **self.spare}

    def check(self, part: str, columns: Mapping[str, str]) -> None:
        """Raises `InvalidInput` if a part lacks a column or has one of another type."""
        if missing := [name for name in self.needed if name not in columns]:
            raise InvalidInput(
                f"{part}: {self.name} without {', '.join(missing)}; add {'it' if len(missing) == 1 else 'them'} to the "
                "query of the export"
            )
        for name, kind in self.kinds.items():
            allowed, called = TYPES[kind]
            if name in columns and not re.fullmatch(allowed, columns[name]):
                raise InvalidInput(f"{part}: {name} is {columns[name]}, and should be {called}")

    def notices(self, columns: Mapping[str, str]) -> list[str]:
        """What a reader should know of these columns."""
        said = []
        if absent := [name for name in self.optional if name not in columns]:
            said.append(f"{self.name} without {', '.join(absent)}: what they would tell stays empty")
        known = (*self.kinds, *self.families)
        if unknown := [name for name in columns if not name.startswith(known)]:
            said.append(f"columns that {self.name} is not known to have, and that are not read: {', '.join(unknown)}")
        return said


@dataclass(frozen=True)
class Format:
    """How an export becomes charges. `charges`: column of charges -> SQL over `select`'s columns. `amounts`: the same
    with `@` behind each amount, for what it is and what rounding took. `left_out`: SQL of lines that are no charges."""

    schema: Schema
    charges: Mapping[str, str]
    amounts: Mapping[str, str]
    tags: str
    left_out: str


def select(schema: Schema, columns: Mapping[str, str], relation: str) -> str:
    """SQL that reads `relation`: every column of the schema in one type, `<amount> lost`, and `unfit`, the name of the
    first column whose value cannot be read."""
    shown, unfit = [], []
    for name, kind in schema.kinds.items():
        if name not in columns:
            shown.append(f'{"0::" + AMOUNT if kind == "amount" else "NULL::" + EMPTY[kind]} AS "{name}"')
            shown += [f'0::{amounts.WIDE} AS "{name} lost"'] if kind == "amount" else []
            continue
        column = f'"{name}"'
        value = _read(column, kind, columns[name])
        shown.append(f'{value} AS "{name}"')
        if kind == "amount":
            shown.append(f'coalesce({amounts.lost(column, columns[name])}, 0) AS "{name} lost"')
        if said := _said(column, kind, columns[name]):
            unfit.append(f"WHEN {said} AND {value} IS NULL THEN '{name}'")
    worst = f"CASE {' '.join(unfit)} END" if unfit else "NULL::VARCHAR"
    return f"SELECT {', '.join(shown)}, {worst} AS unfit, filename FROM {relation}"


def _read(column: str, kind: Kind, found: str) -> str:
    if kind == "amount":
        return amounts.exact(column, found)
    if kind == "map":
        as_map = "MAP(VARCHAR, VARCHAR)"
        return column if found == as_map else f"TRY_CAST(TRY_CAST(nullif({column}, '') AS JSON) AS {as_map})"
    text = f"nullif({column}, '')" if found == "VARCHAR" else column
    if kind == "time":  # text may name another zone than UTC
        return f"TRY_CAST({f'TRY_CAST({text} AS TIMESTAMPTZ)' if found == 'VARCHAR' else text} AS TIMESTAMP)"
    return f"TRY_CAST({text} AS DOUBLE)" if kind == "number" else text


def _said(column: str, kind: Kind, found: str) -> str | None:
    """SQL: there is a value; None if what is there can always be read."""
    if found == "VARCHAR":
        return f"{column} <> ''" if kind != "text" else None
    return f"{column} IS NOT NULL" if kind == "amount" else None
