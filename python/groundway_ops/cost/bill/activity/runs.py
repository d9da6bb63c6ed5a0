"""Training runs, from the MLflow registry: who ran what, from when to when, and how it ended."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from groundway.registry.connection import Registry, asking

# `run_name` of groundway.pipeline.train puts into a run's name when the pipeline began with it. MLflow knows of a run
# only from its registration on, which is after the training.
STAMP = re.compile(r"-(\d{8}t\d{6})z-[0-9a-f]{4}$")
LONGEST = timedelta(days=28)  # a run that was registered later than this after its begin is not found
PAGE = 1000


def collect(db: duckdb.DuckDBPyConnection, registry: Registry, first: datetime, after: datetime) -> int:
    """Make `rows_made` (the table runs) of the runs that started in [first, after), UTC.

    MLflow may know a run several times, as when it was begun again: it lasted from the first start to the last end.
    Returns how many of MLflow's runs were left out, because they carry no tag `run`.
    """
    rows, nameless = [], 0
    for found in _found(registry, first, after + LONGEST):
        tags = found.data.tags
        if not tags.get("run"):
            nameless += 1
            continue
        rows.append(
            [
                tags["run"],
                *(tags.get(name) for name in ("team", "project", "model", "environment")),
                started(tags["run"], _time(found.info.start_time)),
                _time(found.info.end_time) if found.info.end_time else None,
                found.info.status,
            ]
        )
    db.execute(
        "CREATE TABLE known (run VARCHAR, team VARCHAR, project VARCHAR, model VARCHAR, environment VARCHAR,"
        " started TIMESTAMP, ended TIMESTAMP, status VARCHAR)"
    )
    if rows:
        db.executemany("INSERT INTO known VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute(
        """
        CREATE TABLE rows_made AS
        SELECT run, any_value(team) AS team, any_value(project) AS project, any_value(model) AS model,
            any_value(environment) AS environment, min(started) AS started,
            CASE WHEN bool_or(ended IS NULL) THEN NULL ELSE max(ended) END AS ended,
            CASE WHEN bool_or(status = 'FINISHED') THEN 'FINISHED' ELSE arg_max(status, started) END AS status
        FROM known GROUP BY run HAVING min(started) >= ? AND min(started) < ?
        """,
        [first, after],
    )
    return nameless


def started(run: str, known: datetime) -> datetime:
    """When a run began: what its name says, or else when MLflow first heard of it."""
    stamp = STAMP.search(run)
    return min(known, datetime.strptime(stamp[1], "%Y%m%dt%H%M%S")) if stamp else known


def _found(registry: Registry, first: datetime, after: datetime) -> list[Any]:
    with asking(registry, "list of runs"):
        experiments = _pages(registry.client.search_experiments, max_results=PAGE)
        span = [int(at.replace(tzinfo=UTC).timestamp() * 1000) for at in (first, after)]
        where = f"attributes.start_time >= {span[0]} and attributes.start_time < {span[1]}"
        ids = [experiment.experiment_id for experiment in experiments]
        return _pages(registry.client.search_runs, ids, where, max_results=PAGE) if ids else []


def _pages(search: Any, *arguments: Any, **options: Any) -> list[Any]:
    found: list[Any] = []
    token = None
    while True:
        page = search(*arguments, **options, page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
