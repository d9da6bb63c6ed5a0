from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pytest

from flights.data import NEW_YORK, source_tables, timed
from groundway.data import parquet


def test_all_of_the_source_is_there(source: dict[str, pa.Table]) -> None:
    rows = {name: table.num_rows for name, table in source.items()}
    assert rows == {"flights": 336_776, "weather": 26_115, "planes": 3_322, "airports": 1_458, "airlines": 16}


def test_the_same_source_gives_the_same_bytes(source: dict[str, pa.Table]) -> None:
    again = source_tables()
    for name, table in source.items():
        assert parquet(again[name]) == parquet(table), name


def test_the_scheduled_departure_shows_the_published_local_time(flights: pl.DataFrame) -> None:
    """All year round, on both sides of both changes of the clock."""
    local = pl.col("sched_dep").dt.convert_time_zone(NEW_YORK)
    shown = local.dt.hour().cast(pl.Int64) * 100 + local.dt.minute()
    wrong = flights.filter(
        (shown != pl.col("sched_dep_time")) | (local.dt.day() != pl.col("day")) | (local.dt.month() != pl.col("month"))
    )
    assert wrong.height == 0


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((3, 9, 1800), datetime(2013, 3, 9, 23, 0, tzinfo=UTC)),
        ((3, 10, 1800), datetime(2013, 3, 10, 22, 0, tzinfo=UTC)),
        ((11, 2, 1800), datetime(2013, 11, 2, 22, 0, tzinfo=UTC)),
        ((11, 3, 1800), datetime(2013, 11, 3, 23, 0, tzinfo=UTC)),
    ],
)
def test_daylight_saving_by_hand(flights: pl.DataFrame, at: tuple[int, int, int], expected: datetime) -> None:
    month, day, time = at
    found = flights.filter(pl.col("month") == month, pl.col("day") == day, pl.col("sched_dep_time") == time)
    assert found["sched_dep"].unique().to_list() == [expected]


def test_arrivals_fit_the_time_in_the_air(flights: pl.DataFrame) -> None:
    """`air_time` was not used to compute them: what is left over must be a plausible time of taxiing, for every one."""
    arrived = flights.filter(pl.col("arrived_at").is_not_null())
    taxi = (arrived["arrived_at"] - arrived["departed_at"]).dt.total_minutes() - arrived["air_time"]
    assert (taxi.min(), taxi.max()) == (5, 235)
    assert 20 < taxi.median() < 35


def test_a_flight_arrives_after_it_was_due_to_depart(flights: pl.DataFrame) -> None:
    """So it cannot be part of a history that was known when it was asked about."""
    assert flights.filter(pl.col("arrived_at") <= pl.col("sched_dep")).height == 0


def test_cancelled_and_diverted_flights_have_no_label(flights: pl.DataFrame) -> None:
    flown = pl.col("arr_delay").is_not_null()
    assert flights.filter(flown != pl.col("late").is_not_null()).height == 0
    assert flights.filter(flown != pl.col("arrived_at").is_not_null()).height == 0
    assert flights.filter(~flown).height == 9_430
    assert flights.filter(pl.col("late") != (pl.col("arr_delay") > 15)).height == 0


def test_midnight_and_zones_on_the_way() -> None:
    """Los Angeles is three hours behind, San Juan one ahead in winter; both land on the next day."""
    raw = pl.DataFrame(
        {
            "time_hour": ["2013-01-02T02:00:00Z"] * 2,  # 21:00 in New York
            "minute": [30, 30],
            "dep_delay": [60.0, 60.0],
            "arr_time": [130.0, 315.0],
            "arr_delay": [40.0, None],
            "dest": ["LAX", "SJU"],
            "carrier": ["AA", "AA"],
            "flight": [1, 2],
            "origin": ["JFK", "JFK"],
        }
    )
    airports = pl.DataFrame({"faa": ["LAX"], "tzone": ["America/Los_Angeles"]})
    found = timed(raw, airports)
    assert found["departed_at"].to_list() == [datetime(2013, 1, 2, 3, 30, tzinfo=UTC)] * 2
    assert found["arrived_at"].to_list() == [datetime(2013, 1, 2, 9, 30, tzinfo=UTC), None]
    landed = timed(raw.with_columns(arr_delay=pl.lit(1.0)), airports)
    assert landed["arrived_at"].to_list()[1] == datetime(2013, 1, 2, 7, 15, tzinfo=UTC)
