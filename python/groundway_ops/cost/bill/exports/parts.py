"""Files of an export as something that DuckDB reads: of which format they are, and that they are whole."""

import csv
import gzip
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.exports import cur, focus
from groundway_ops.cost.bill.exports.columns import Format
from groundway_ops.cost.bill.exports.sources import CHUNK


@dataclass(frozen=True)
class Part:
    """`name` as it is in the source, `path` where it is read, `columns`: name -> DuckDB's type."""

    name: str
    path: Path
    columns: Mapping[str, str]
    parquet: bool


@dataclass(frozen=True)
class Batch:
    """Parts that are read together: of one format, with the same types."""

    parts: tuple[Part, ...]
    format: Format

    def relation(self) -> str:
        """SQL of all columns and rows, and `filename`."""
        paths = ", ".join(quoted(str(part.path)) for part in self.parts)
        if self.parts[0].parquet:
            return f"read_parquet([{paths}], union_by_name = true, hive_partitioning = false, filename = true)"
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in self.parts[0].columns)
        return (
            f"read_csv([{paths}], columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', "
            "quote = '\"', escape = '\"', nullstr = '', max_line_size = 8000000, filename = true)"
        )

    @property
    def columns(self) -> dict[str, str]:
        return {name: kind for part in self.parts for name, kind in part.columns.items()}

    def named(self, path: str) -> str:
        """How the source calls a path."""
        return next(part.name for part in self.parts if str(part.path) == path)


def part(db: duckdb.DuckDBPyConnection, name: str, path: Path) -> Part:
    """Raises `InvalidInput` if the file is cut, or neither Parquet nor CSV."""
    with path.open("rb") as read:
        begins = read.read(4)
    if begins == b"PAR1":
        try:
            found = db.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))}, hive_partitioning = false)")
            return Part(name, path, {column: kind for column, kind, *_ in found.fetchall()}, True)
        except duckdb.Error as error:
            raise cut(name, error) from None
    if begins[:2] == b"\x1f\x8b":
        _unzip(name, path)
    elif name.endswith((".gz", ".parquet")):
        raise cut(name, "it does not begin as such a file does")
    return Part(name, path, dict.fromkeys(_header(name, path), "VARCHAR"), False)


def batch(parts: list[Part]) -> Batch:
    """Raises `InvalidInput` if the parts are of no format, of several, or lack what is needed."""
    formats = [_format(part) for part in parts]
    for part, found in zip(parts, formats, strict=True):
        if found.schema.name != formats[0].schema.name:
            raise InvalidInput(
                f"{part.name} is {found.schema.name}, {parts[0].name} is {formats[0].schema.name}: "
                "one export cannot be both"
            )
        found.schema.check(part.name, part.columns)
        for name in found.schema.kinds:
            if (kind := part.columns.get(name)) != parts[0].columns.get(name):
                raise InvalidInput(
                    f"{name} is {kind or 'missing'} in {part.name}, {parts[0].columns.get(name)} in {parts[0].name}"
                )
    return Batch(tuple(parts), formats[0])


def cut(name: str, why: object) -> InvalidInput:
    return InvalidInput(f"{name} cannot be read, it seems to be cut off; copy it again ({str(why).splitlines()[0]})")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _format(part: Part) -> Format:
    try:
        found = focus.read(part.columns) or cur.read(part.columns)
    except InvalidInput as error:
        raise InvalidInput(f"{part.name} is {error.message}") from None
    if found is None:
        raise InvalidInput(f"{part.name} is neither FOCUS nor CUR 2.0: it has {', '.join([*part.columns][:5])} ...")
    return found


def _unzip(name: str, path: Path) -> None:
    """In its place. DuckDB reads gzip itself, but takes a file that is cut off for one that ends there."""
    plain = path.with_name(f"{path.name}.plain")
    try:
        with gzip.open(path) as read, plain.open("wb") as write:
            shutil.copyfileobj(read, write, CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        plain.unlink()
        raise cut(name, error) from None
    plain.replace(path)


def _header(name: str, path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as read:
            found = next(csv.reader(read), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{name} is neither Parquet nor CSV ({error})") from None
    if len(found) != len(set(found)) or not found:
        raise InvalidInput(f"{name} has no header, or names a column twice")
    return found
