"""Features of flights: their Feast definitions, and the values that each had at every moment of the year.

`event_timestamp` is when a value became known, so that a join at the scheduled departure sees nothing later:

    weather       per origin; an hour's observation is known when the hour is over. A flight of 10:15 sees that of 9:00,
                  the last one strictly before its hour.
    departures    per origin, hourly; flights that left in the two hours before (whose delay everyone could see). One
                  that leaves early counts from its scheduled time on, or it would tell of itself.
    *_history     per carrier, origin, destination; at midnight in New York, of the flights whose ARRIVAL became known
                  on the day (the seven days) before. A flight in the air at midnight is in the next day's.

A flight is never part of its own history: it departs after the midnight, and arrives after the hour, that it is asked
at. Every row replaces the one before it, also when there is nothing to tell (null), so no view needs an age limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl
from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Float64

from flights.data import LATE_MINUTES, NEW_YORK

STAMP = "event_timestamp"
WEATHER = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")
DEPARTURES = ("departed", "share_late", "mean_delay")
DEPARTURE_HOURS = 2
HISTORY_DAYS = (1, 7)
HISTORY = tuple(f"late_{days}d" for days in HISTORY_DAYS)

# view -> its key, its features
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "weather": ("origin", WEATHER),
    "departures": ("origin", DEPARTURES),
    "carrier_history": ("carrier", HISTORY),
    "origin_history": ("origin", HISTORY),
    "dest_history": ("dest", HISTORY),
}


def definitions() -> list[Entity | FeatureView]:
    """The Feast entities and views, for `FeatureStore.apply` and `groundway.features.digest`."""
    source = FileSource(name="values", path="values.parquet", timestamp_field=STAMP)
    entities = {
        key: Entity(name=key, join_keys=[key], value_type=ValueType.STRING) for key in ("carrier", "dest", "origin")
    }
    views = [
        FeatureView(
            name=view,
            entities=[entities[key]],
            ttl=timedelta(0),
            schema=[Field(name=feature, dtype=Float64) for feature in features],
            source=source,
        )
        for view, (key, features) in VIEWS.items()
    ]
    return [*entities.values(), *views]


def offline_values(flights: pl.DataFrame, weather: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every value of every view, by view, ordered by when it became known. Takes the landed tables."""
    histories = {f"{key}_history": history(flights, key) for key in ("carrier", "origin", "dest")}
    return {"weather": observed(weather), "departures": departures(flights), **histories}


def newly_known(values: Mapping[str, pl.DataFrame], since: datetime, until: datetime) -> dict[str, pl.DataFrame]:
    """What became known after `since` and at the latest at `until`: the last row of each key, by view, if any.

    Pushed in turn, these keep the online store at what `offline_values` says of the moment `until`.
    """
    found = {}
    for view, rows in values.items():
        stamps = rows[STAMP]
        first, end = (stamps.search_sorted(t, side="right") for t in (since, until))
        if first < end:
            key = VIEWS[view][0]
            found[view] = rows.slice(first, end - first).unique(subset=key, keep="last", maintain_order=True)
    return found


def observed(weather: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("time_hour") + pl.duration(hours=1)
    return weather.select(known.alias(STAMP), "origin", *(pl.col(c).cast(pl.Float64) for c in WEATHER)).sort(STAMP)


def departures(flights: pl.DataFrame) -> pl.DataFrame:
    """Hourly per origin: how many flights left in the hours before, the share that left late, the mean delay."""
    flown = flights.filter(pl.col("departed_at").is_not_null())
    seen = pl.max_horizontal("departed_at", "sched_dep").dt.truncate("1h")
    hourly = flown.group_by("origin", hour=seen).agg(
        departed=pl.len(), late=(pl.col("dep_delay") > LATE_MINUTES).sum(), delay=pl.col("dep_delay").sum()
    )
    hours = hourly.select(pl.datetime_range(pl.col("hour").min(), pl.col("hour").max(), "1h"))
    grid = flown.select("origin").unique().join(hours, how="cross")
    total = {c: pl.col(c).rolling_sum(DEPARTURE_HOURS, min_samples=1).over("origin") for c in ("late", "delay")}
    count = pl.col("departed").rolling_sum(DEPARTURE_HOURS, min_samples=1).over("origin")
    return (
        grid.join(hourly, on=["origin", "hour"], how="left")
        .with_columns(pl.col("departed", "late", "delay").fill_null(0).cast(pl.Float64))
        .sort("origin", "hour")
        .select(
            (pl.col("hour") + pl.duration(hours=1)).alias(STAMP),
            "origin",
            departed=count,
            share_late=_share(total["late"], count),
            mean_delay=_share(total["delay"], count),
        )
        .sort(STAMP)
    )


def history(flights: pl.DataFrame, key: str) -> pl.DataFrame:
    """Daily per `key`, from its first known arrival on: the share of late arrivals of the last days."""
    arrived = flights.filter(pl.col("arrived_at").is_not_null())
    day = pl.col("arrived_at").dt.convert_time_zone(NEW_YORK).dt.date()
    daily = arrived.group_by(key, day=day).agg(flights=pl.len(), late=pl.col("late").sum())
    days = daily.select(pl.date_range(pl.col("day").min(), pl.col("day").max(), "1d"))
    since = daily.group_by(key).agg(since=pl.col("day").min())
    grid = since.join(days, how="cross").filter(pl.col("day") >= pl.col("since"))
    filled = (
        grid.join(daily, on=[key, "day"], how="left")
        .with_columns(pl.col("flights", "late").fill_null(0).cast(pl.Float64))
        .sort(key, "day")
    )
    known = pl.col("day").dt.offset_by("1d").cast(pl.Datetime("us")).dt.replace_time_zone(NEW_YORK)
    shares = {
        name: _share(
            pl.col("late").rolling_sum(days, min_samples=1).over(key),
            pl.col("flights").rolling_sum(days, min_samples=1).over(key),
        )
        for name, days in zip(HISTORY, HISTORY_DAYS, strict=True)
    }
    return filled.select(known.dt.convert_time_zone("UTC").alias(STAMP), key, **shares).sort(STAMP)


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
