"""The rows of the price book that can be refreshed, and how they are written back: others stay as they are."""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, order=True)
class Place:
    """A row: its file, the key of its price, its region."""

    file: str
    key: str
    region: str

    def __str__(self) -> str:
        return f"{self.key} in {self.region}"


Row = dict[str, str]


def read(folder: Path) -> dict[Place, Row]:
    """Rows of services, of instances on demand, and of spot savings, as they stand in their files."""
    found = {}
    for file in ("services.csv", "instances.csv", "spot.csv"):
        for row in _rows(folder / file):
            if place := _place(file, row):
                found[place] = row
    return found


def price(row: Row) -> Decimal:
    """USD; of a spot row, the share of the price on demand that is paid."""
    return Decimal(row["usd"]) if "usd" in row else (100 - Decimal(row["savings_percent"])) / 100


def write(folder: Path, changed: dict[Place, Row | None]) -> None:
    """Put `changed` into the files: other values, or None for a row that goes. New rows follow those of their key."""
    for file in sorted({place.file for place in changed}):
        rows = _rows(folder / file)
        of_file = {place: row for place, row in changed.items() if place.file == file}
        kept: list[Row] = []
        for row in rows:
            place = _place(file, row)
            if place in of_file:
                new = of_file.pop(place)
                kept += [new] if new else []
            else:
                kept.append(row)
        for place, added in of_file.items():
            if added:
                kept.insert(_after(kept, place, file), added)
        _replace(folder / file, list(rows[0]), kept)


def _place(file: str, row: Row) -> Place | None:
    if file == "services.csv":
        return Place(file, row["key"], row["region"])
    if file == "instances.csv" and row["purchase"] == "on_demand":
        return Place(file, f"instance.on_demand.{row['instance_type']}", row["region"])
    if file == "spot.csv" and row["instance_type"] != "*":
        return Place(file, f"instance.spot.{row['instance_type']}", row["region"])
    return None


def _after(rows: list[Row], place: Place, file: str) -> int:
    same = [i for i, row in enumerate(rows) if (other := _place(file, row)) and other.key == place.key]
    return same[-1] + 1 if same else len(rows)


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _replace(file: Path, columns: list[str], rows: Iterable[Row]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    temporary = file.with_name(f".{file.name}.new")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    os.replace(temporary, file)
