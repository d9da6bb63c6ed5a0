"""Read exports of the bill into the mart: all of what is asked for, or nothing.

Months are written beside those that the mart has, compared with the export, and take their place at the very end. What
is already there, made of the very same files, stays as it is.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from groundway.errors import GroundwayError, InvalidInput, Unavailable
from groundway.service import Report
from groundway_ops.cost.bill.charges import METRICS
from groundway_ops.cost.bill.exports.deliveries import Delivery, deliveries
from groundway_ops.cost.bill.exports.flatten import Group, Key
from groundway_ops.cost.bill.exports.reading import Reading, reading
from groundway_ops.cost.bill.exports.sources import Source, source
from groundway_ops.cost.bill.mart import Mart, write

READER = 1  # goes up when the same export would be read differently, so that it is read again
PAYER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # it names a folder


@dataclass(frozen=True)
class Month:
    """What became of a payer's month: `new`, `replaced`, `unchanged` or `removed`."""

    payer: str
    period: str
    what: str
    facts: dict[str, Any]


@dataclass
class Ingested:
    months: list[Month] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def ingest(mart: Mart, said: str, periods: Sequence[date], report: Report) -> Ingested:
    """Read the exports at `said`, or those months of them. Raises `InvalidInput` for what is half-written or cannot be
    read, and `Unavailable` if another ingest runs; the mart is then what it was before."""
    with _alone(mart) as spool:
        try:
            return _ingest(mart, source(said), periods, spool, report)
        except OSError as error:  # a full disk, a folder that may not be read
            raise Unavailable(f"{error.filename or mart.folder}: {error.strerror or error}") from None


def _ingest(mart: Mart, where: Source, periods: Sequence[date], spool: Path, report: Report) -> Ingested:
    kept, done = facts(mart), Ingested()
    held: dict[str, list[Key]] = {}  # export -> what it holds now
    with ExitStack() as replacing:
        for delivery in _asked(where, deliveries(where), periods):
            made = _made(where, delivery)
            holds = _same(kept, made["fingerprint"], periods)
            if holds is not None:
                done.months += [Month(payer, f"{of:%Y-%m}", "unchanged", kept[payer, of]) for payer, of in holds]
            else:
                with reading(mart, where, delivery, periods, spool, report) as found:
                    holds = list(found.groups)
                    for (payer, of), said in _write(mart, delivery, found, made, periods, replacing):
                        what = "replaced" if (payer, of) in kept else "new"
                        done.months.append(Month(payer, f"{of:%Y-%m}", what, said))
                    done.notices += [notice for notice in found.notices if notice not in done.notices]
            held.setdefault(made["export"], []).extend(holds)
            _once(where, delivery, done.months)
    done.months += _vanished(mart, kept, held)
    return done


def _once(where: Source, delivery: Delivery, months: list[Month]) -> None:
    counted = Counter((month.payer, month.period) for month in months)
    if twice := [key for key, times in counted.items() if times > 1]:
        raise InvalidInput(
            f"{where.name} holds {twice[0][1]} of payer {twice[0][0]} twice, the second time in {delivery}: "
            "name the folder of one export"
        )


def facts(mart: Mart) -> dict[Key, dict[str, Any]]:
    """What each month of the mart was made of."""
    found = mart.facts(*mart.files("charges"))
    return {(file.parent.name, _month(file.stem)): said for file, said in found.items()}


def _asked(where: Source, found: list[Delivery], periods: Sequence[date]) -> list[Delivery]:
    there = [delivery.period for delivery in found]
    if missing := [month for month in periods if month not in there and None not in there]:
        raise InvalidInput(
            f"{where.name} holds no {missing[0]:%Y-%m}; there are "
            f"{', '.join(sorted({f'{month:%Y-%m}' for month in there if month}))}"
        )
    return [delivery for delivery in found if not periods or delivery.period in (*periods, None)]


def _made(where: Source, delivery: Delivery) -> dict[str, Any]:
    """What a delivery consists of; `fingerprint` is the same for the same files, read in the same way."""
    files = [{"name": part.name, "size": part.size, "version": where.version(part)} for part in delivery.parts]
    return {
        "source": where.name,
        "export": "/".join(filter(None, (where.name, delivery.export))),
        "fingerprint": hashlib.sha256(json.dumps([READER, files]).encode()).hexdigest(),
        "files": files,
        **({"simulated": True} if delivery.simulated else {}),
    }


def _same(kept: dict[Key, dict[str, Any]], fingerprint: str, periods: Sequence[date]) -> list[Key] | None:
    """What these very files hold, if the mart has all of it that is asked for."""
    made = next((said for said in kept.values() if said.get("fingerprint") == fingerprint), None)
    holds = [(payer, _month(month)) for payer, month in made["holds"]] if made else []
    holds = [key for key in holds if not periods or key[1] in periods]
    there = all(kept.get(key, {}).get("fingerprint") == fingerprint for key in holds)
    return holds if holds and there else None


def _write(
    mart: Mart,
    delivery: Delivery,
    found: Reading,
    made: dict[str, Any],
    periods: Sequence[date],
    replacing: ExitStack,
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Write the months of a delivery beside those that are there; they take their place when `replacing` ends."""
    holds = [[payer, f"{month:%Y-%m}"] for payer, month in found.groups]
    for (payer, month), group in found.groups.items():
        if periods and month not in periods:
            continue
        if not PAYER.fullmatch(payer):
            raise InvalidInput(f"{delivery}: {payer!r} is no billing account: letters, digits, dots and dashes")
        said = {**made, "holds": holds, "format": found.format, "rows": group.rows, "left_out": group.left_out}
        said |= {"at": datetime.now(UTC).isoformat(timespec="seconds"), "totals": _totals(group)}
        new = replacing.enter_context(mart.replacing(mart.file("charges", month, payer)))
        write(found.db, found.charges(payer, month), new, said)
        _adds_up(found.db, new, group, f"{delivery}, payer {payer}")
        yield (payer, month), said


def _totals(group: Group) -> dict[str, Any]:
    """By currency and amount: what the export says, what the mart holds, and the difference, which is rounding."""
    return {
        currency: {
            name: {"source": f"{sums[name] + lost[name]:f}", "mart": f"{sums[name]:f}", "rounded": f"{lost[name]:f}"}
            for name in METRICS
        }
        for currency, sums in group.sums.items()
        for lost in (group.lost[currency],)
    }


def _adds_up(db: duckdb.DuckDBPyConnection, file: Path, group: Group, what: str) -> None:
    """The file that was written, read again, against the export as it was looked through. Raises `GroundwayError`."""
    sums = ", ".join(f"sum({name})" for name in METRICS)
    found = db.execute(f"SELECT currency, count(*), {sums} FROM read_parquet(?) GROUP BY 1", [str(file)]).fetchall()
    written = {currency: dict(zip(METRICS, map(Decimal, amounts), strict=True)) for currency, _, *amounts in found}
    if written != group.sums or sum(rows for _, rows, *_ in found) != group.rows:
        raise GroundwayError(f"{what}: the mart would hold {written}, the export {group.sums}; nothing was changed")


def _vanished(mart: Mart, kept: dict[Key, dict[str, Any]], held: dict[str, list[Key]]) -> list[Month]:
    """Remove payers that an export had in a month, and has no more."""
    gone = []
    for key, said in kept.items():
        now = held.get(said.get("export", ""), [])
        if key not in now and key[1] in {month for _, month in now}:
            mart.file("charges", key[1], key[0]).unlink()
            gone.append(Month(key[0], f"{key[1]:%Y-%m}", "removed", said))
    return gone


@contextmanager
def _alone(mart: Mart) -> Iterator[Path]:
    """A spool, for the only ingest of this mart; what one that died left behind is removed first."""
    mart.folder.mkdir(parents=True, exist_ok=True)
    with (mart.folder / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Unavailable(
                f"another ingest (process {lock.read().strip()}) writes to {mart.folder}: run again when it is done"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        spool = mart.folder / ".ingest"
        _sweep(mart, spool)
        spool.mkdir()
        try:
            yield spool
        finally:
            shutil.rmtree(spool, ignore_errors=True)


def _sweep(mart: Mart, spool: Path) -> None:
    shutil.rmtree(spool, ignore_errors=True)
    for left in [*mart.folder.glob("*/**/.*.parquet.*"), *mart.folder.glob("spill.*")]:
        owner = left.name.rsplit(".", 1)[-1]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")
