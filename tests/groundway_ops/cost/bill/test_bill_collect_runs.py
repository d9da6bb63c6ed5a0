"""Training runs out of a real MLflow, and predictions out of the log that servers write to S3."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from real_prometheus import needs_prometheus, prometheus

sys.path.insert(0, str(Path(__file__).parents[3] / "groundway"))

from emulated_platform import deploy, emulator, environment

from groundway.platform import Platform
from groundway.registry import connect, server
from groundway.serving.metrics import Metrics
from groundway.serving.prediction_log import PredictionLog
from groundway.serving.store import S3Sink
from groundway.serving.wire import request
from groundway_ops.cost.bill.activity.runs import started
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.commands.collect import collect

TAGS = {"team": "demand", "project": "forecasting", "model": "delay", "environment": "prod"}
OCTOBER = datetime(2026, 10, 5, 10)
TRAINED = "delay-20261005t100000z-0a1b"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """An emulated AWS with a platform in it, and a registry that keeps its artifacts there."""
    with emulator() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(url).items():
            patch.setenv(name, value)
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        platform = deploy("collect")
        server.up(platform)
        try:
            yield platform
        finally:
            assert server.down()


def milliseconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def run(run: str | None, begun: datetime, status: str | None = "FINISHED", experiment: str = "delay") -> None:
    """What the registry has of a run: registered at `begun`, done half an hour later, unless it still runs."""
    client = connect().client
    found = client.get_experiment_by_name(experiment)
    of = found.experiment_id if found else client.create_experiment(experiment)
    tags = {**TAGS, "run": run} if run else TAGS
    made = client.create_run(of, start_time=milliseconds(begun), tags=tags)
    if status:
        client.set_terminated(made.info.run_id, status, milliseconds(begun + timedelta(minutes=30)))


def asked(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = CliRunner().invoke(collect, [*arguments, "--mart", str(folder), "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with Mart(folder).connect() as db:
        return db.execute(query).fetchall()


@pytest.mark.slow
def test_runs_of_a_month(place: Platform, tmp_path: Path) -> None:
    run(TRAINED, OCTOBER + timedelta(hours=3))
    run("failed-one", OCTOBER, "FAILED", "another")
    run("running", OCTOBER, None)
    run("again", OCTOBER, "FAILED")
    run("again", OCTOBER + timedelta(hours=1))
    run("september", datetime(2026, 9, 30, 23, 59))
    run("delay-20260930t235959z-0a1b", datetime(2026, 10, 1, 1))
    run(None, OCTOBER)
    said = asked(tmp_path, "runs", "--period", "2026-10")
    assert said["nameless"] == 1
    assert said["months"][0]["rows"] == 4
    half = timedelta(minutes=30)
    assert rows(tmp_path, "SELECT run, started, ended, status FROM runs ORDER BY run") == [
        ("again", OCTOBER, OCTOBER + timedelta(hours=1) + half, "FINISHED"),
        (TRAINED, OCTOBER, OCTOBER + timedelta(hours=3) + half, "FINISHED"),
        ("failed-one", OCTOBER, OCTOBER + half, "FAILED"),
        ("running", OCTOBER, None, "RUNNING"),
    ]
    assert rows(tmp_path, "SELECT DISTINCT team, project, model, environment FROM runs") == [tuple(TAGS.values())]
    assert asked(tmp_path, "runs", "--period", "2026-09")["months"][0]["rows"] == 2
    assert asked(tmp_path, "runs", "--period", "2026-10")["months"][0]["replaced"] is True
    assert rows(tmp_path, "SELECT count(*) FROM runs") == [(6,)]


def test_a_run_begins_when_its_name_says_so() -> None:
    assert started(TRAINED, OCTOBER + timedelta(hours=3)) == OCTOBER
    assert started(TRAINED, OCTOBER - timedelta(hours=3)) == OCTOBER - timedelta(hours=3)
    assert started("my-run-2026", OCTOBER) == OCTOBER


def test_without_a_registry_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    ran = CliRunner().invoke(collect, ["runs", "--mart", str(tmp_path)])
    assert ran.exit_code == 4
    assert "groundway registry up" in ran.output


def serve(place: Platform, spool: Path, model: str, version: str, count: int, event: str) -> None:
    """Keep predictions as a server does; they are served now, whatever day their events are of."""
    tags = place.tags.using(model=model, team="demand", project="forecasting")
    log = PredictionLog(
        spool,
        S3Sink(place, model, tags),
        Metrics(model),
        print,
        seconds=60,
        rows=10_000,
        memory_rows=10_000,
        spool_bytes=2**20,
    )
    asked = request([{"n": n} for n in range(count)], {"x-groundway-event-time": event})
    log.add([asked], pd.DataFrame({"n": np.arange(count, dtype=float)}), np.full(count, 0.25), version)
    log.close()


@pytest.mark.slow
def test_predictions_out_of_the_log(place: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundway.platform.load", lambda _: place)
    serve(place, tmp_path / "one", "delay", "3", 40, "2013-07-01T23:30:00Z")
    serve(place, tmp_path / "two", "delay", "3", 2, "2013-07-02T23:30:00Z")
    serve(place, tmp_path / "two", "delay", "4", 5, "2013-07-02T23:30:00Z")
    serve(place, tmp_path / "three", "score", "1", 7, "2013-07-01T23:30:00Z")
    today = datetime.now(UTC).date()
    mart = tmp_path / "mart"
    said = asked(mart, "predictions")
    assert said["source"] == f"s3://{place.data.name}/inference/"
    expected = [
        (today, "demand", "forecasting", "delay", "dev", "3", None, 42),
        (today, "demand", "forecasting", "delay", "dev", "4", None, 5),
        (today, "demand", "forecasting", "score", "dev", "1", None, 7),
    ]
    every = "SELECT * FROM predictions ORDER BY model, version"
    found = rows(mart, f"SELECT day, team, project, model, environment, version, requests, rows FROM ({every})")
    assert found == expected

    # Another environment's predictions of the month stay.
    other = [{"day": f"{today}", "model": "delay", "environment": "prod", "version": "9", "rows": 1}]
    pd.DataFrame(other).to_csv(tmp_path / "prod.csv", index=False)
    asked(mart, "predictions", "--from", str(tmp_path / "prod.csv"))
    asked(mart, "predictions")
    asked(mart, "predictions")
    assert rows(mart, "SELECT environment, sum(rows) FROM predictions GROUP BY 1 ORDER BY 1") == [
        ("dev", 54),
        ("prod", 1),
    ]


@needs_prometheus
def test_predictions_out_of_the_counters(tmp_path: Path) -> None:
    begin, end = datetime(2026, 10, 5, 9, 55), datetime(2026, 10, 5, 12)
    of = {"model": "delay", "version": "3"}

    def rising(name: str, labels: dict[str, str], each: float) -> list[Any]:
        minutes = int((end - begin).total_seconds() // 60)
        return [
            (name, labels, n * each, begin + timedelta(minutes=n), begin + timedelta(minutes=n + 1))
            for n in range(minutes)
        ]

    series = [
        *rising("groundway_requests_total", {**of, "route": "invocations", "code": "200"}, 2),
        *rising("groundway_requests_total", {**of, "route": "invocations", "code": "500"}, 5),
        *rising("groundway_requests_total", {**of, "route": "ping", "code": "200"}, 7),
        *rising("groundway_score_count", {**of, "environment": "prod"}, 20),
    ]
    (tmp_path / "server").mkdir()
    with prometheus(tmp_path / "server", series) as url:
        options = ("--prometheus", url, "--period", "2026-10", "--environment", "prod")
        asked(tmp_path, "predictions", *options)
    [(day, model, environment_, version, requests, made)] = rows(
        tmp_path, "SELECT day, model, environment, version, requests, rows FROM predictions"
    )
    assert (day, model, environment_, version) == (date(2026, 10, 5), "delay", "prod", "3")
    assert requests == pytest.approx(248, abs=3)  # 124 minutes
    assert made == pytest.approx(2480, abs=30)
