"""Nothing may be known before its time: the part of the tests that needs no services."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flights.data import LEAKAGE
from flights.features import STAMP, VIEWS, definitions, newly_known, offline_values
from flights.workload import CONTRACT, FEATURE_PROJECT, ONLINE
from groundway import features


@pytest.fixture(scope="module")
def values(flights: pl.DataFrame, weather: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return offline_values(flights, weather)


def test_no_input_is_known_only_later() -> None:
    inputs = {*CONTRACT.inputs, *(f.name for f in CONTRACT.request), *(f for _, names in VIEWS.values() for f in names)}
    assert not inputs & set(LEAKAGE)


def test_the_contract_asks_for_what_is_defined() -> None:
    assert {(o.view, o.feature) for o in ONLINE} == {(v, f) for v, (_, names) in VIEWS.items() for f in names}
    assert FEATURE_PROJECT.isidentifier()
    assert features.digest(definitions()) == features.digest(definitions())


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2013, 2, 8, 17, 0, tzinfo=UTC),
        datetime(2013, 3, 10, 5, 0, tzinfo=UTC),  # midnight before the clocks change
        datetime(2013, 7, 22, 20, 37, tzinfo=UTC),
    ],
)
def test_the_future_changes_nothing_that_is_known(
    flights: pl.DataFrame, weather: pl.DataFrame, values: dict[str, pl.DataFrame], moment: datetime
) -> None:
    """Every outcome and observation after `moment` is turned around; no value known by then may move."""
    landed, left = pl.col("arrived_at") <= moment, pl.max_horizontal("departed_at", "sched_dep") <= moment
    other_flights = flights.with_columns(
        late=pl.when(landed).then("late").otherwise(~pl.col("late")),
        dep_delay=pl.when(left).then("dep_delay").otherwise(pl.col("dep_delay") + 100),
        arrived_at=pl.when(landed).then("arrived_at").otherwise(pl.col("arrived_at") + timedelta(hours=30)),
    )
    over = pl.col("time_hour") + timedelta(hours=1) <= moment
    other_weather = weather.with_columns(
        pl.when(over).then(c).otherwise(pl.col(c) + 50).alias(c) for c in VIEWS["weather"][1]
    )
    other = offline_values(other_flights, other_weather)
    for view, rows in values.items():
        key = [STAMP, VIEWS[view][0]]
        known, future = pl.col(STAMP) <= moment, pl.col(STAMP) > moment
        assert_frame_equal(other[view].filter(known).sort(key), rows.filter(known).sort(key))
        assert not other[view].filter(future).sort(key).equals(rows.filter(future).sort(key)), f"{view}: test is blind"


def test_a_flight_never_tells_of_itself(flights: pl.DataFrame, weather: pl.DataFrame) -> None:
    """The only flight of a year, one that left in an earlier hour than it was due to: nothing is known when it is asked
    about."""
    early = pl.col("departed_at").dt.truncate("1h") < pl.col("sched_dep").dt.truncate("1h")
    only = flights.filter(early, pl.col("late").is_not_null()).sample(1, seed=1)
    for view, rows in offline_values(only, weather).items():
        if view != "weather":
            assert rows.height > 0, view
            assert rows.filter(pl.col(STAMP) <= only["sched_dep"][0]).height == 0, view


def test_what_is_pushed_hour_by_hour_is_what_is_known(values: dict[str, pl.DataFrame]) -> None:
    """The online store after any number of pushes holds the last row of each key known by then."""
    online: dict[str, dict[str, tuple[object, ...]]] = {view: {} for view in values}
    start = datetime(2013, 3, 9, 0, 30, tzinfo=UTC)
    moments = [datetime(2012, 12, 1, tzinfo=UTC), start, *(start + timedelta(hours=h) for h in range(1, 49))]
    for since, until in pairwise(moments):
        for view, rows in newly_known(values, since, until).items():
            assert rows[VIEWS[view][0]].is_unique().all()
            online[view].update({row[1]: row for row in rows.iter_rows()})
        if until.hour % 7 == 0:
            for view, rows in values.items():
                known = rows.filter(pl.col(STAMP) <= until).group_by(VIEWS[view][0]).last()
                assert online[view] == {r[1]: r for r in known.select(rows.columns).iter_rows()}


def test_nothing_new_is_nothing_to_push(values: dict[str, pl.DataFrame]) -> None:
    noon = datetime(2013, 3, 9, 12, tzinfo=UTC)
    assert newly_known(values, noon, noon) == {}
    assert set(newly_known(values, noon, noon + timedelta(hours=1))) == {"weather", "departures"}
    midnight = datetime(2013, 3, 9, 5, tzinfo=UTC)
    assert set(newly_known(values, midnight - timedelta(minutes=1), midnight)) == set(values)


def test_a_key_has_one_row_at_a_time(values: dict[str, pl.DataFrame]) -> None:
    for view, rows in values.items():
        assert not rows.select(STAMP, VIEWS[view][0]).is_duplicated().any(), view
        assert rows[STAMP].is_sorted(), view
