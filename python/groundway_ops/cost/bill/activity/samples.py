"""Samples: what an exporter saw at one moment of a GPU or of a pod, wherever it was kept. From them come the hours."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from groundway.errors import InvalidInput

_WHO = dict.fromkeys(("namespace", "pod", "team", "project", "model", "environment", "run"), "VARCHAR")

# A sample stands for the time until the next one of its GPU (slice) or node, but for no more than `LONGEST`.
LONGEST = "INTERVAL 5 MINUTE"

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "gpus": {
        "time": "TIMESTAMP",  # UTC
        "instance": "VARCHAR",  # i-0123...
        "gpu": "VARCHAR",  # the card: its UUID or number
        "slice": "VARCHAR",  # of MIG; NULL for a whole card
        "share": "DOUBLE",  # of the card: compute slices / 7, or 1 / replicas, or 1
        **_WHO,  # a NULL pod: nobody had it
        "sm_active": "DOUBLE",  # 0 to 1; NULL where nobody measured
        "dram_active": "DOUBLE",
    },
    "pods": {
        "time": "TIMESTAMP",
        "instance": "VARCHAR",
        **_WHO,  # a NULL pod: the node was there, without pods
        "gpus": "DOUBLE",  # requested; slices as their share
        "cpus": "DOUBLE",
        "memory_gb": "DOUBLE",  # 10^9 bytes
        "node_gpus": "DOUBLE",  # what the node can give to pods
        "node_cpus": "DOUBLE",
        "node_memory_gb": "DOUBLE",
    },
}
REQUIRED = {
    "gpus": ("time", "instance", "gpu", "pod", "sm_active"),
    "pods": ("time", "instance", "namespace", "pod", "cpus", "memory_gb", "node_cpus", "node_memory_gb"),
    "runs": ("run", "started", "status"),
    "predictions": ("day", "model", "environment", "rows"),
}
KEYS = {
    "gpus": ("time", "instance", "gpu", "slice", "namespace", "pod"),
    "pods": ("time", "instance", "namespace", "pod"),
}
DEFAULTS = {"share": "1", "gpus": "0", "node_gpus": "0"}

# What a value must fulfil: column -> condition and how it reads.
BOUNDS = {
    "share": ("> 0 AND {} <= 1", "more than 0 and at most 1"),
    "sm_active": ("BETWEEN 0 AND 1", "0 to 1"),
    "dram_active": ("BETWEEN 0 AND 1", "0 to 1"),
    **dict.fromkeys(
        ("gpus", "cpus", "memory_gb", "node_gpus", "node_cpus", "node_memory_gb", "requests", "rows"),
        (">= 0", "0 or more"),
    ),
}


def read(db: duckdb.DuckDBPyConnection, file: Path, kind: str, columns: Mapping[str, str]) -> None:
    """Make the table `samples` of `file` (Parquet or CSV), with these columns; those it leaves out are NULL.

    Raises `InvalidInput` for a file that cannot be read, a missing column, a value of the wrong type or out of bounds.
    """
    source = _source(file)
    try:
        there = [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {source}", [str(file)]).fetchall()]
    except duckdb.Error as e:
        raise InvalidInput(f"{file} cannot be read: {_first(e)}") from None
    if missing := [name for name in REQUIRED[kind] if name not in there]:
        raise InvalidInput(f"{file} has no column {missing[0]!r}; {kind} need {', '.join(REQUIRED[kind])}")
    if unknown := [name for name in there if name not in columns]:
        raise InvalidInput(f"{file} has a column {unknown[0]!r}, which {kind} do not know: {', '.join(columns)}")
    taken = ", ".join(_taken(name, sort, name in there) for name, sort in columns.items())
    try:
        db.execute(f"CREATE TABLE samples AS SELECT {taken} FROM {source}", [str(file)])
    except duckdb.Error as e:
        raise InvalidInput(f"{file}: {_first(e)}") from None
    _check(db, file, kind, columns)


def _source(file: Path) -> str:
    if file.suffix == ".parquet":
        return "read_parquet(?)"
    if file.suffix == ".csv":
        return "read_csv(?, header = true, all_varchar = true, nullstr = '')"
    raise InvalidInput(f"{file} is neither .parquet nor .csv")


def _taken(name: str, sort: str, there: bool) -> str:
    if not there:
        return f'{DEFAULTS.get(name, "NULL")}::{sort} AS "{name}"'
    # A time with a zone is converted to UTC; one without is UTC. Text is cast in the same way.
    value = f'"{name}"::TIMESTAMPTZ::TIMESTAMP' if sort == "TIMESTAMP" else f'"{name}"::{sort}'
    return f'coalesce({value}, {DEFAULTS[name]}) AS "{name}"' if name in DEFAULTS else f'{value} AS "{name}"'


def _check(db: duckdb.DuckDBPyConnection, file: Path, kind: str, columns: Mapping[str, str]) -> None:
    may_be_missing = {"pod", "namespace", "sm_active", "cpus", "memory_gb"}
    for name in REQUIRED[kind]:
        if name not in may_be_missing and (row := _first_row(db, f'"{name}" IS NULL')):
            raise InvalidInput(f"{file}: {name} is empty in row {row}")
    if kind in KEYS and (row := _first_row(db, _repeated(KEYS[kind]))):
        raise InvalidInput(f"{file}: row {row} is there twice: the same {', '.join(KEYS[kind])}")
    for name, (condition, told) in BOUNDS.items():
        if name in columns and (row := _first_row(db, f'NOT ("{name}" {condition.format(name)})')):
            raise InvalidInput(f"{file}: {name} must be {told}; it is not in row {row}")


def _first_row(db: duckdb.DuckDBPyConnection, condition: str) -> int | None:
    found = db.execute(f"SELECT min(rowid) + 1 FROM samples WHERE {condition}").fetchone()
    return found[0] if found else None


def _repeated(key: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in key)
    return f"rowid IN (SELECT unnest(list(rowid)) FROM samples GROUP BY {names} HAVING count(*) > 1)"


def _first(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
