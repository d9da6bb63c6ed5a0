"""A delivery, read: what it holds, and where its charges can be written from.

Files of a folder that are Parquet are read all at once. Others are fetched or unzipped one after the other, and their
charges kept in Parquet files of the spool, so that the disk never holds more than one of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import rmtree

import duckdb

from groundway.errors import InvalidInput
from groundway.service import Report
from groundway_ops.cost.bill.exports import flatten
from groundway_ops.cost.bill.exports.deliveries import Delivery
from groundway_ops.cost.bill.exports.flatten import Group, Key
from groundway_ops.cost.bill.exports.parts import Batch, batch, cut, part, quoted
from groundway_ops.cost.bill.exports.sources import File, Source
from groundway_ops.cost.bill.mart import Mart


@dataclass(frozen=True)
class Reading:
    """`groups`: what there is of each payer and month. `stage`: where charges were put aside, if they were."""

    db: duckdb.DuckDBPyConnection
    format: str
    groups: dict[Key, Group]
    notices: list[str]
    stage: Path | None = None

    def charges(self, payer: str, month: date) -> str:
        """SQL of the charges of a payer and month."""
        if self.stage is None:
            return flatten.charges()
        files = self.stage / f"billing_account={payer}" / f"period={month}" / "*.parquet"
        return f"SELECT * FROM read_parquet({quoted(str(files))}, hive_partitioning = false)"


@contextmanager
def reading(
    mart: Mart, source: Source, delivery: Delivery, periods: Sequence[date], spool: Path, report: Report
) -> Iterator[Reading]:
    """Charges can be written while this lasts. Raises `InvalidInput`, then or at the end, for what cannot be read."""
    batches, stage = _batches(source, delivery), spool / "stage"
    groups: dict[Key, Group] = {}
    notices: list[str] = []
    form = ""
    with mart.connect() as db:
        flatten.prepare(db)
        for number, files in enumerate(batches, start=1):
            report(f"{delivery}: {_called(files)} ({number} of {len(batches)})")
            with _opened(db, source, files, spool) as found:
                if form not in ("", found.format.schema.name):
                    raise InvalidInput(
                        f"{found.parts[0].name} is {found.format.schema.name}, what came before it {form}"
                    )
                form = found.format.schema.name
                notices += [said for said in found.format.schema.notices(found.columns) if said not in notices]
                for key, group in _looked(db, delivery, found).items():
                    groups.setdefault(key, Group()).add(group)
                if len(batches) == len(_charged(groups)) == 1:
                    yield Reading(db, form, _charged(groups), notices)
                    return
                _put_aside(db, found, stage, periods)
        if not _charged(groups):
            raise InvalidInput(f"{delivery} holds no charges: what the mart has of it stays; export it again")
        yield Reading(db, form, _charged(groups), notices, stage)
        rmtree(stage, ignore_errors=True)


def _batches(source: Source, delivery: Delivery) -> list[list[File]]:
    if source.together and all(file.name.endswith(".parquet") for file in delivery.parts):
        return [list(delivery.parts)]
    return [[file] for file in delivery.parts]


@contextmanager
def _opened(db: duckdb.DuckDBPyConnection, source: Source, files: list[File], spool: Path) -> Iterator[Batch]:
    with ExitStack() as stack:
        paths = [stack.enter_context(source.local(file, spool / f"{n}")) for n, file in enumerate(files)]
        found = batch([part(db, file.name, path) for file, path in zip(files, paths, strict=True)])
        flatten.view(db, found)
        yield found


def _looked(db: duckdb.DuckDBPyConnection, delivery: Delivery, found: Batch) -> dict[Key, Group]:
    groups = flatten.look(db, found)
    if delivery.period and (others := [month for _, month in groups if month != delivery.period]):
        names = db.execute("SELECT filename FROM found WHERE period = ? LIMIT 1", [others[0]]).fetchall()
        raise InvalidInput(
            f"{found.named(names[0][0])} lies under {delivery.period:%Y-%m} and has rows of {others[0]:%Y-%m}: "
            "copy the export again"
        )
    return groups


def _put_aside(db: duckdb.DuckDBPyConnection, found: Batch, stage: Path, periods: Sequence[date]) -> None:
    asked = ", ".join(f"DATE '{month}'" for month in periods)
    try:
        db.execute(
            f"COPY ({flatten.charges(f'period IN ({asked})' if periods else 'true')}) TO {quoted(str(stage))} "
            "(FORMAT parquet, PARTITION_BY (billing_account, period), WRITE_PARTITION_COLUMNS true, APPEND true)"
        )
    except duckdb.IOException as error:
        raise cut(_called([File(part.name, 0, "") for part in found.parts]), error) from None


def _charged(groups: dict[Key, Group]) -> dict[Key, Group]:
    return {key: group for key, group in groups.items() if group.rows}


def _called(files: list[File]) -> str:
    return files[0].name if len(files) == 1 else f"{len(files)} files, {files[0].name} and after"
