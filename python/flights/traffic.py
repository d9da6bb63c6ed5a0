"""The traffic of a window, as it would have come: every hour what became known, then the flights due in that hour.

A sample of days stands for a month, because a replay takes its time: features are pushed online hour by hour, as they
would be in production, and not all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import polars as pl

from flights.features import newly_known
from groundway.contract import ModelContract
from groundway.pipeline.workload import Tick

DAYS = (4, 15, 26)  # of each month: early, in the middle and late, on different days of the week
STEP = timedelta(hours=1)


def ticks(
    values: Mapping[str, pl.DataFrame],
    flights: pl.DataFrame,
    contract: ModelContract,
    label: str,
    start: datetime,
    end: datetime,
) -> Iterator[Tick]:
    """The sampled days in [start, end), hour by hour. Cancelled flights are left out: see `flights.data`."""
    due = flights.filter(
        pl.col("sched_dep").is_between(start, end, closed="left"),
        pl.col("sched_dep").dt.day().is_in(DAYS),
        pl.col(label).is_not_null(),
    ).sort("sched_dep")
    since = datetime.min.replace(tzinfo=UTC)
    for (moment,), rows in due.group_by(pl.col("sched_dep").dt.truncate("1h"), maintain_order=True):
        assert isinstance(moment, datetime)
        yield Tick(moment, newly_known(values, since, moment), asked(rows, contract, label))
        since = moment


def asked(rows: pl.DataFrame, contract: ModelContract, label: str) -> pl.DataFrame:
    """Rows as requests: the contract's fields as they go over the wire, an id that a flight always has, its label."""
    identity = pl.concat_str(
        pl.col("carrier"),
        pl.col("flight"),
        pl.col("origin"),
        pl.col("sched_dep").dt.strftime("%Y%m%dT%H%M"),
        separator="-",
    )
    fields = [
        pl.col(f.name).dt.strftime("%Y-%m-%dT%H:%M:%S+00:00") if f.dtype == "timestamp" else pl.col(f.name)
        for f in contract.request
    ]
    return rows.select(
        *fields,
        identity.alias("request_id"),
        pl.col("sched_dep").alias("event_time"),
        pl.col(label).cast(pl.Int8).alias("label"),
    )
