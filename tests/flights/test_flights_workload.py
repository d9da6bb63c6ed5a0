"""The workload on its services: emulated S3 and DynamoDB, real Feast, the real training script."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import numpy as np
import pandas as pd
import polars as pl
import pytest
from emulated_platform import deploy, emulator, environment

from flights import workload
from flights.data import NEW_YORK
from flights.features import DEPARTURE_HOURS, VIEWS, newly_known
from flights.traffic import DAYS
from groundway.contract import ModelContract, assemble, check_request
from groundway.pipeline import Span
from groundway.pipeline.train import fit
from groundway.training import load_model
from groundway.validation import measure, validate

REQUEST = [f.name for f in workload.CONTRACT.request]
INPUTS = [o.name for o in workload.ONLINE]


@pytest.fixture(scope="module")
def deployed() -> Iterator[SimpleNamespace]:
    """The platform with the dataset landed and its features written offline."""
    with emulator() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(url).items():
            patch.setenv(name, value)
        platform = deploy("flights")
        dataset = workload.land(platform)
        tables = workload.tables(platform, dataset.version)
        store = workload.feature_store(platform)
        values = workload.write_features(store, tables)
        yield SimpleNamespace(platform=platform, dataset=dataset, tables=tables, store=store, values=values)


def test_landing_again_is_the_same_version(deployed: SimpleNamespace) -> None:
    said: list[str] = []
    assert workload.land(deployed.platform, said.append) == deployed.dataset
    assert all("already" in line for line in said)


def test_everything_stored_carries_the_cost_tags_of_the_workload(deployed: SimpleNamespace) -> None:
    s3, platform = boto3.client("s3"), deployed.platform
    for bucket in (platform.data.name, platform.features.bucket.name):
        objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
        assert len(objects) >= 6
        for found in objects:
            tags = s3.get_object_tagging(Bucket=bucket, Key=found["Key"])["TagSet"]
            assert {t["Key"]: t["Value"] for t in tags} == workload.tags(platform).aws()


def by_hand(row: Any, flights: pd.DataFrame, weather: pd.DataFrame) -> dict[str, float]:
    """What could be known when a flight was due to depart, by brute force over the landed tables."""
    asked, known = row.sched_dep, {}
    hour = asked.floor("1h")
    flights = flights[flights.sched_dep.between(asked - timedelta(days=10), asked + timedelta(days=1))]
    before = weather[(weather.origin == row.origin) & (weather.time_hour < hour)].sort_values("time_hour")
    for column in VIEWS["weather"][1]:
        known[f"weather_{column}"] = before[column].iloc[-1] if len(before) else np.nan
    left = flights[["departed_at", "sched_dep"]].max(axis=1)
    span = (left >= hour - timedelta(hours=DEPARTURE_HOURS)) & (left < hour)
    seen = flights[(flights.origin == row.origin) & flights.departed_at.notna() & span]
    known["departures_departed"] = len(seen)
    known["departures_share_late"] = (seen.dep_delay > 15).mean()
    known["departures_mean_delay"] = seen.dep_delay.mean()
    today = asked.tz_convert(NEW_YORK).normalize()
    for key in ("carrier", "origin", "dest"):
        for days in (1, 7):
            since = today - pd.DateOffset(days=days)
            landed = (flights.arrived_at >= since) & (flights.arrived_at < today) & flights.late.notna()
            known[f"{key}_late_{days}d"] = flights[landed & (flights[key] == row[key])].late.astype(float).mean()
    return known


def test_offline_features_are_what_brute_force_finds(deployed: SimpleNamespace) -> None:
    """A sample of the year, with the days around both changes of the clock, through Feast."""
    flights, weather = (deployed.tables[t].to_pandas() for t in ("flights", "weather"))
    frame = workload.frame(deployed.store, deployed.tables, *Span("2013-01", "2014-01").window)
    assert len(frame) == flights.late.notna().sum() == 327_346
    local = frame.sched_dep.dt.tz_convert(NEW_YORK).dt.strftime("%m-%d")
    sample = pd.concat(
        [frame.sample(60, random_state=1), frame[local.isin(["03-10", "11-03"])].sample(30, random_state=1)]
    )
    for _, row in sample.iterrows():
        expected = by_hand(row, flights, weather)
        assert set(expected) == set(INPUTS)
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, abs=1e-9, nan_ok=True), (name, row.sched_dep, row.origin)


def test_online_features_are_the_offline_ones(deployed: SimpleNamespace) -> None:
    """Hour by hour as in a replay: push what became known, ask for the hour's flights, compare with the as-of join."""
    store, values = deployed.store, deployed.values
    frame = workload.frame(store, deployed.tables, *Span.parse("2013-07").window)
    since, compared = datetime(2012, 12, 1, tzinfo=UTC), 0
    for hours in range(9, 33):  # over a midnight in New York
        until = datetime(2013, 7, 9, tzinfo=UTC) + timedelta(hours=hours)
        for view, rows in newly_known(values, since, until).items():
            store.push(view, rows)
        since = until
        due = frame[(frame.sched_dep >= until) & (frame.sched_dep < until + timedelta(hours=1))]
        online = store.online(workload.ONLINE, due)
        for name in INPUTS:
            np.testing.assert_array_equal(np.array(online[name], dtype=float), due[name].to_numpy(dtype=float), name)
        compared += len(due)
    assert compared > 900


def test_requests_are_the_flown_flights_of_the_window(deployed: SimpleNamespace) -> None:
    flights, window = deployed.tables["flights"], Span.parse("2013-02").window
    asked = workload.requests(flights, *window)
    expected = flights.filter(
        pl.col("sched_dep") >= window[0], pl.col("sched_dep") < window[1], pl.col("arr_delay").is_not_null()
    )
    assert list(asked.columns) == [*REQUEST, "event_timestamp", "late"]
    assert len(asked) == expected.height > 20_000
    assert asked.late.sum() == (expected["arr_delay"] > 15).sum()
    assert asked.sched_dep.is_monotonic_increasing
    assert workload.requests(flights, *Span.parse("2012-02").window).empty


def test_traffic_is_the_requests_of_the_sampled_days_and_never_runs_ahead(deployed: SimpleNamespace) -> None:
    """Whatever is pushed at a tick was known by then, and the flights asked about are due no earlier."""
    window = Span.parse("2013-07").window
    ticks = list(workload.ticks(deployed.values, deployed.tables, *window))
    asked = pl.concat(t.requests for t in ticks)
    every = workload.requests(deployed.tables["flights"], *window)
    assert len(asked) == every.sched_dep.dt.day.isin(DAYS).sum()
    assert asked["request_id"].is_unique().all()
    assert asked["label"].sum() == every[every.sched_dep.dt.day.isin(DAYS)].late.sum()
    for tick in ticks:
        assert all((rows["event_timestamp"] <= tick.moment).all() for rows in tick.known.values())
        assert (tick.requests["event_time"] >= tick.moment).all()
        check_request(workload.CONTRACT, tick.requests.select(REQUEST).to_dicts())
    assert set(ticks[0].known) == set(VIEWS), "the first tick brings every view up to date"


@pytest.fixture(scope="module")
def rows(deployed: SimpleNamespace) -> dict[str, pd.DataFrame]:
    spans = {"training": Span("2013-01", "2013-03"), "validation": Span.parse("2013-04")}
    return {name: workload.frame(deployed.store, deployed.tables, *span.window) for name, span in spans.items()}


def train(rows: dict[str, pd.DataFrame], home: Path, deployed: SimpleNamespace, run: str) -> Path:
    """The model directory."""
    tags = workload.tags(deployed.platform).using(run=run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(home))
        return fit(workload, rows, tags, workload.HYPERPARAMETERS, workload.SEED, print)


@pytest.fixture(scope="module")
def trained(rows: dict[str, pd.DataFrame], deployed: SimpleNamespace, tmp_path_factory: Any) -> Path:
    return train(rows, tmp_path_factory.mktemp("home"), deployed, "first")


def scores(trained: Path, rows: pd.DataFrame) -> Any:
    inputs = assemble(workload.CONTRACT, rows[REQUEST], {n: rows[n] for n in INPUTS})
    return load_model(trained / "model.skops").predict_proba(inputs)[:, 1]


@pytest.mark.slow
def test_the_trained_model_is_good_but_not_too_good_to_be_true(trained: Path, rows: dict[str, pd.DataFrame]) -> None:
    asked = rows["validation"]
    verdict = validate(asked.late, scores(trained, asked), workload.THRESHOLDS, {c: asked[c] for c in workload.SLICES})
    assert verdict.passed, verdict.reasons
    assert 0.68 < verdict.metrics.auc < 0.80
    assert set(verdict.slices["origin"]) == {"EWR", "JFK", "LGA"}


@pytest.mark.slow
def test_a_leak_would_show(rows: dict[str, pd.DataFrame], deployed: SimpleNamespace, tmp_path: Path) -> None:
    """The same script with the flight's own delay at departure smuggled in as an hour's mean: far beyond the bound."""
    flights = deployed.tables["flights"].select("carrier", "origin", "dest", "sched_dep", "dep_delay").to_pandas()
    own = flights.drop_duplicates(["carrier", "origin", "dest", "sched_dep"])
    leaky = {
        name: r.merge(own, how="left").assign(departures_mean_delay=lambda x: x.dep_delay).drop(columns="dep_delay")
        for name, r in rows.items()
    }
    found = json.loads((train(leaky, tmp_path, deployed, "leaky") / "metrics.json").read_text())
    assert found["validation"]["auc"] > 0.85


@pytest.mark.slow
def test_what_training_leaves_beside_the_model_fits_it(trained: Path, rows: dict[str, pd.DataFrame]) -> None:
    contract = ModelContract.model_validate_json((trained / "contract.json").read_text())
    assert contract == workload.CONTRACT
    score = scores(trained, rows["validation"])
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["validation"] == measure(rows["validation"].late, score).model_dump()
    reference = pd.read_parquet(trained / "reference.parquet")
    assert list(reference.columns) == [*contract.inputs, "score", "label"]
    assert len(reference) == 20_000
    again = load_model(trained / "model.skops").predict_proba(reference[list(contract.inputs)])[:, 1]
    np.testing.assert_array_equal(again, reference.score)


@pytest.mark.slow
def test_training_again_predicts_the_same(
    trained: Path, rows: dict[str, pd.DataFrame], deployed: SimpleNamespace, tmp_path: Path
) -> None:
    again = train(rows, tmp_path, deployed, "again")
    np.testing.assert_array_equal(scores(again, rows["validation"]), scores(trained, rows["validation"]))


@pytest.mark.slow
def test_names_never_seen_are_answered(trained: Path, rows: dict[str, pd.DataFrame]) -> None:
    asked = rows["validation"].head(3).assign(carrier="ZZ", dest="XXX", **dict.fromkeys(INPUTS, np.nan))
    assert ((scores(trained, asked) > 0) & (scores(trained, asked) < 1)).all()
