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
from groundway.contract import ModelContract, assemble
from groundway.errors import InvalidInput
from groundway.training import LocalTarget, TrainingJob, TrainingResult, load_model
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
    frame = workload.frame(deployed.store, deployed.tables["flights"], range(1, 13))
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
    frame = workload.frame(store, deployed.tables["flights"], [7])
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


def test_requests_are_the_flown_flights_of_the_months(deployed: SimpleNamespace) -> None:
    flights = deployed.tables["flights"]
    asked = workload.requests(flights, [2])
    expected = flights.filter(pl.col("month") == 2, pl.col("arr_delay").is_not_null())
    assert list(asked.columns) == [*REQUEST, "event_timestamp", "late"]
    assert len(asked) == expected.height
    assert asked.late.sum() == (expected["arr_delay"] > 15).sum()
    assert asked.sched_dep.is_monotonic_increasing
    for months in ([], [0], [12, 13]):
        with pytest.raises(InvalidInput, match="months"):
            workload.requests(flights, months)


@pytest.fixture(scope="module")
def rows(deployed: SimpleNamespace) -> dict[str, pd.DataFrame]:
    flights = deployed.tables["flights"]
    months = {"training": (1, 2, 3), "validation": (4,)}
    return {name: workload.frame(deployed.store, flights, m) for name, m in months.items()}


def train(rows: dict[str, pd.DataFrame], home: Path, deployed: SimpleNamespace, run: str) -> TrainingResult:
    channels = {name: workload.write_channel(r, home / name) for name, r in rows.items()}
    job = TrainingJob(
        script=workload.SCRIPT,
        tags=workload.tags(deployed.platform).using(run=run),
        channels={**channels, "contract": workload.write_contract(home / "contract")},
        hyperparameters=workload.HYPERPARAMETERS,
        seed=workload.SEED,
    )
    return LocalTarget(home).run(job)


@pytest.fixture(scope="module")
def trained(rows: dict[str, pd.DataFrame], deployed: SimpleNamespace, tmp_path_factory: Any) -> TrainingResult:
    return train(rows, tmp_path_factory.mktemp("home"), deployed, "first")


def scores(trained: TrainingResult, rows: pd.DataFrame) -> Any:
    inputs = assemble(workload.CONTRACT, rows[REQUEST], {n: rows[n] for n in INPUTS})
    return load_model(trained.model_dir / "model.skops").predict_proba(inputs)[:, 1]


@pytest.mark.slow
def test_the_trained_model_is_good_but_not_too_good_to_be_true(
    trained: TrainingResult, rows: dict[str, pd.DataFrame]
) -> None:
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
    found = json.loads((train(leaky, tmp_path, deployed, "leaky").model_dir / "metrics.json").read_text())
    assert found["validation"]["auc"] > 0.85


@pytest.mark.slow
def test_what_training_leaves_beside_the_model_fits_it(trained: TrainingResult, rows: dict[str, pd.DataFrame]) -> None:
    contract = ModelContract.model_validate_json((trained.model_dir / "contract.json").read_text())
    assert contract == workload.CONTRACT
    score = scores(trained, rows["validation"])
    metrics = json.loads((trained.model_dir / "metrics.json").read_text())
    assert metrics["validation"] == measure(rows["validation"].late, score).model_dump()
    reference = pd.read_parquet(trained.model_dir / "reference.parquet")
    assert list(reference.columns) == [*contract.inputs, "probability", "late"]
    assert len(reference) == 20_000
    again = load_model(trained.model_dir / "model.skops").predict_proba(reference[list(contract.inputs)])[:, 1]
    np.testing.assert_array_equal(again, reference.probability)


@pytest.mark.slow
def test_training_again_predicts_the_same(
    trained: TrainingResult, rows: dict[str, pd.DataFrame], deployed: SimpleNamespace, tmp_path: Path
) -> None:
    again = train(rows, tmp_path, deployed, "again")
    np.testing.assert_array_equal(scores(again, rows["validation"]), scores(trained, rows["validation"]))


@pytest.mark.slow
def test_names_never_seen_are_answered(trained: TrainingResult, rows: dict[str, pd.DataFrame]) -> None:
    asked = rows["validation"].head(3).assign(carrier="ZZ", dest="XXX", **dict.fromkeys(INPUTS, np.nan))
    assert ((scores(trained, asked) > 0) & (scores(trained, asked) < 1)).all()
