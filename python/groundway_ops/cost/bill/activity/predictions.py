"""Predictions by model, version and day: from the log that servers keep in S3, or from their Prometheus counters."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from groundway.errors import Unavailable
from groundway.platform import Platform, client
from groundway_ops.cost.bill.activity.prometheus import Prometheus, days

FOLDER = "inference"  # of the data bucket, see groundway.serving.store
BATCH = 500  # files on disk at once
READERS = 8
ROUTES = "invocations|infer"

LOG_COLUMNS = "day DATE, model VARCHAR, version VARCHAR, rows BIGINT"


def from_log(
    db: duckdb.DuckDBPyConnection, platform: Platform, first: datetime, after: datetime, report: Callable[[str], None]
) -> None:
    """Make `rows_made` (the table predictions) of what was served in [first, after), UTC, in this environment.

    The log keeps rows, not requests: those stay NULL. Raises `Unavailable` where S3 does not answer.
    """
    db.execute(f"CREATE TABLE counted ({LOG_COLUMNS})")
    db.execute("CREATE TABLE owners (model VARCHAR, team VARCHAR, project VARCHAR)")
    for model, keys in _files(platform, first).items():
        for begin in range(0, len(keys), BATCH):
            _count(db, platform, model, keys[begin : begin + BATCH], first, after)
            report(f"{model}: {min(begin + BATCH, len(keys)):,} of {len(keys):,} files")
        tags = _tags(platform, keys[-1])
        db.execute("INSERT INTO owners VALUES (?, ?, ?)", [model, tags.get("team"), tags.get("project")])
    db.execute(
        """
        CREATE TABLE rows_made AS
        SELECT day, team, project, model, ? AS environment, version, NULL::BIGINT AS requests, sum(rows)::BIGINT AS rows
        FROM counted JOIN owners USING (model) GROUP BY ALL
        """,
        [platform.environment],
    )


def from_prometheus(
    db: duckdb.DuckDBPyConnection, prometheus: Prometheus, environment: str, first: datetime, after: datetime
) -> None:
    """Make `rows_made` of the servers' counters. Series without the label `environment` are of `environment`."""
    db.execute(
        "CREATE TABLE counted (day DATE, model VARCHAR, version VARCHAR, environment VARCHAR, what VARCHAR, n DOUBLE)"
    )
    labels = ("model", "version", "environment")
    what = {
        "requests": f'groundway_requests_total{{code=~"2..",route=~"{ROUTES}"}}',
        "rows": "groundway_score_count",
    }
    for start, end in days(first, after):
        for name, metric in what.items():
            query = f"sum by ({', '.join(labels)}) (increase({metric}[{int((end - start).total_seconds())}s]))"
            prometheus.load(db, "one", query, (end, end + timedelta(seconds=1), timedelta(seconds=1)), *labels)
            db.execute(
                "INSERT INTO counted SELECT ?, model, version, coalesce(environment, ?), ?, value FROM one",
                [start.date(), environment, name],
            )
            db.execute("DROP TABLE one")
    db.execute(
        """
        CREATE TABLE rows_made AS
        SELECT day, NULL AS team, NULL AS project, model, environment, version,
            round(sum(n) FILTER (what = 'requests'))::BIGINT AS requests,
            round(sum(n) FILTER (what = 'rows'))::BIGINT AS rows
        FROM counted GROUP BY ALL HAVING sum(n) > 0
        """
    )


def _files(platform: Platform, first: datetime) -> dict[str, list[str]]:
    """Model -> keys that may hold what was served from `first` on: none was stored before it was served."""
    found: dict[str, list[str]] = {}
    with _storage(platform):
        pages = client("s3", platform.region).get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=platform.data.name, Prefix=f"{FOLDER}/"):
            for item in page.get("Contents", ()):
                if item["LastModified"].replace(tzinfo=None) >= first and item["Key"].endswith(".parquet"):
                    found.setdefault(item["Key"].split("/")[1], []).append(item["Key"])
    return found


def _count(
    db: duckdb.DuckDBPyConnection, platform: Platform, model: str, keys: list[str], first: datetime, after: datetime
) -> None:
    """Add the rows of these files; whatever day their events are of, the day that counts is when they were served."""
    s3 = client("s3", platform.region)
    with tempfile.TemporaryDirectory() as folder, _storage(platform), ThreadPoolExecutor(READERS) as pool:
        files = [str(Path(folder) / f"{number}.parquet") for number in range(len(keys))]
        list(pool.map(lambda key, file: s3.download_file(platform.data.name, key, file), keys, files))
        db.execute(
            """
            INSERT INTO counted
            SELECT served::DATE, ?, CAST(version AS VARCHAR), count(*)
            FROM (SELECT version, CAST(served_at AS TIMESTAMPTZ)::TIMESTAMP AS served
                  FROM read_parquet(?, union_by_name = true))
            WHERE served >= ? AND served < ? GROUP BY ALL
            """,
            [model, files, first, after],
        )


def _tags(platform: Platform, key: str) -> dict[str, Any]:
    """The cost tags that a server put on its file."""
    with _storage(platform):
        s3 = client("s3", platform.region)
        found = s3.get_object_tagging(Bucket=platform.data.name, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


@contextmanager
def _storage(platform: Platform) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(f"cannot use s3://{platform.data.name}/{FOLDER}/: {e}") from None
