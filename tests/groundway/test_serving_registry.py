"""A real server that follows the champion of a real registry, reads features online, and logs to the data bucket."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import httpx
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Float64
from small_model import ONLINE, PLAIN, TAGS, lineage, make_model, verdict

from groundway import features, monitoring
from groundway import platform as platforms
from groundway import registry as models
from groundway.commands.monitor import monitor
from groundway.commands.registry import registry as registry_command
from groundway.commands.serve import serve
from groundway.contract import assemble
from groundway.errors import Refused
from groundway.platform import Platform
from groundway.serving import process
from groundway.serving.settings import Settings
from groundway.training import load_model

pytestmark = pytest.mark.slow

ROW = {"carrier": "AA", "distance": 900.0}
JULY = "2013-07-04T12:00:00Z"
BUCKET = "groundway-session-models"


@pytest.fixture
def environment(registry_service, platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Platform:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry_service.url)
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path / "home"))
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": platform.region})
    name = platforms.parameter_name(platform.environment)
    boto3.client("ssm").put_parameter(Name=name, Value=platform.model_dump_json(), Type="String")
    return platform


@pytest.fixture
def served(request, environment: Platform) -> Iterator[str]:
    """A name of its own for each test's model; its server is stopped afterwards."""
    name = request.node.originalname.replace("_", "-")[:50]
    yield name
    process.stop(name)


def register(name: str, directory: Path, seed: int = 0, promote: bool = True) -> int:
    registry = models.connect()
    tags = TAGS.using(model=name)
    made = models.register(registry, directory, name, lineage(seed=seed), {"auc": 0.7}, verdict(), tags)
    if promote:
        models.promote(registry, name, made.version)
    return made.version


def start(name: str, **settings) -> str:
    return process.start(Settings(model=name, log_seconds=0.3, **settings), report=print).url


def ask(url: str, *rows: dict, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/invocations", json={"instances": list(rows)}, headers=headers, timeout=60)


def test_the_new_champion_is_taken_up_without_dropping_a_request(served: str, tmp_path: Path) -> None:
    register(served, make_model(tmp_path / "1", seed=1), seed=1)
    url = json.loads(command("start", served, "--log-seconds", "0.3", "--json"))["url"]
    assert start(served) == url  # it runs already
    assert ask(url, ROW).json()["model_version"] == "1"
    register(served, make_model(tmp_path / "2", seed=2), seed=2)
    going, seen = True, []

    def keep_asking() -> None:
        with httpx.Client(timeout=60) as client:
            while going:
                reply = client.post(f"{url}/invocations", json={"instances": [ROW]})
                seen.append((reply.status_code, reply.json().get("model_version")))

    with ThreadPoolExecutor(4) as pool:
        askers = [pool.submit(keep_asking) for _ in range(4)]
        time.sleep(0.3)
        assert process.reload(served) == ("2", True)
        time.sleep(0.3)
        going = False
        for asker in askers:
            asker.result()
    assert {code for code, _ in seen} == {200}
    assert {version for _, version in seen} == {"1", "2"}
    assert seen[-1] == (200, "2")
    # One command gives the old champion back; SIGHUP is the other way to have it taken up.
    assert CliRunner().invoke(registry_command, ["restore", served]).exit_code == 0
    os.kill(json.loads(command("status", served, "--json"))["pid"], signal.SIGHUP)
    until(lambda: ask(url, ROW).json()["model_version"] == "1")
    assert command("reload", served) == f"{served}: version 1 is served, as before\n"
    assert command("stop", served) == f"{served}: stopped\n"
    assert command("status", served) == "stopped\n"
    assert command("stop", served) == f"{served}: was not running\n"
    command("reload", served, code=4)


def command(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(serve, arguments)
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def tamper(name: str, version: int) -> None:
    s3, run = boto3.client("s3"), models.show(models.connect(), name, version).run_id
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"] if run in o["Key"]]
    key = next(k for k in keys if k.endswith("model.skops"))
    s3.put_object(Bucket=BUCKET, Key=key, Body=s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() + b"!")


def test_a_tampered_champion_is_not_served(served: str, tmp_path: Path) -> None:
    register(served, make_model(tmp_path / "1", seed=1), seed=1)
    url = start(served)
    tamper(served, register(served, make_model(tmp_path / "2", seed=2), seed=2))
    with pytest.raises(Refused, match=r"model\.skops was changed"):
        process.reload(served)
    assert ask(url, ROW).json()["model_version"] == "1"  # the old one is served on


def test_without_a_champion_it_waits_and_serves_it_when_there_is_one(served: str, tmp_path: Path) -> None:
    register(served, make_model(tmp_path / "1"), promote=False)
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(process.start, Settings(model=served), deadline=90)
        until(lambda: "no model" in answer(served))
        assert not starting.done()
        models.promote(models.connect(), served, 1)
        assert ask(starting.result().url, ROW).status_code == 200


def answer(name: str) -> str:
    running = process.find(name)
    try:
        return httpx.get(f"{running.url}/ping").text if running else ""
    except httpx.TransportError:
        return ""


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_online_features_are_fetched_and_what_is_predicted_is_logged(
    served: str, environment: Platform, tmp_path: Path
) -> None:
    directory = make_model(tmp_path / "1", ONLINE)
    register(served, directory)
    publish_features(environment, AA=0.9, B6=0.1)
    url = start(served)
    rows = [{"carrier": c, "distance": 5.0} for c in ("AA", "B6", "XX")]
    reply = ask(url, *rows, **{"X-Request-Id": "r", "X-Groundway-Event-Time": JULY})
    expected = assemble(ONLINE, rows, {"late_share": [0.9, 0.1, None]})
    scores = load_model(directory / "model.skops").predict_proba(expected)[:, 1]
    assert reply.json()["predictions"] == scores.tolist()
    assert scores[0] - scores[1] > 0.5  # the feature matters
    assert b"groundway_feature_fetch_seconds_count 1.0" in httpx.get(f"{url}/metrics").content
    process.stop(served)
    at = datetime.fromisoformat(JULY)
    frame = monitoring.window(environment, served, at, at + timedelta(seconds=1)).frame.sort("request_id")
    assert frame["request_id"].to_list() == ["r/0", "r/1", "r/2"]
    assert frame["score"].to_list() == scores.tolist()
    assert frame["version"].to_list() == ["1"] * 3
    assert frame.select(ONLINE.inputs).to_pandas().equals(expected)
    s3 = boto3.client("s3")
    (stored,) = s3.list_objects_v2(Bucket=environment.data.name, Prefix="inference/")["Contents"]
    tags = s3.get_object_tagging(Bucket=environment.data.name, Key=stored["Key"])["TagSet"]
    assert {t["Key"]: t["Value"] for t in tags} == environment.tags.using(model=served).aws()


def publish_features(platform: Platform, **late_share: float) -> None:
    store = features.store(platform, "tests")
    carrier = Entity(name="carrier", join_keys=["carrier"], value_type=ValueType.STRING)
    source = FileSource(name="any", path="any.parquet", timestamp_field="event_timestamp")
    schema = [Field(name="late_share", dtype=Float64)]
    store.apply([carrier, FeatureView(name="carriers", entities=[carrier], schema=schema, source=source)])
    known = {"carrier": list(late_share), "late_share": list(late_share.values())}
    store.push("carriers", pl.DataFrame(known).with_columns(event_timestamp=pl.lit(datetime(2013, 1, 1, tzinfo=UTC))))


def test_drift_of_what_was_served_is_found_by_the_command(served: str, environment: Platform, tmp_path: Path) -> None:
    register(served, make_model(tmp_path / "1", PLAIN))
    url = start(served)
    rng = np.random.default_rng(5)
    for day, least in ((1, 0), (2, 600)):
        at = f"2013-07-0{day}T00:00:00Z"
        carriers, distances = rng.choice(["AA", "B6", "UA"], 600).tolist(), rng.uniform(least, 1000, 600).tolist()
        rows = [{"carrier": c, "distance": d} for c, d in zip(carriers, distances, strict=True)]
        assert ask(url, *rows, **{"X-Groundway-Event-Time": at, "X-Request-Id": f"d{day}"}).status_code == 200
    july = datetime(2013, 7, 1, tzinfo=UTC)
    until(lambda: len(monitoring.window(environment, served, july, july + timedelta(days=9)).frame) == 1200)
    known = pl.DataFrame({"request_id": [f"d2/{i}" for i in range(600)], "label": [i % 2 for i in range(600)]})
    file = tmp_path / "labels.parquet"
    known.with_columns(event_time=pl.lit(datetime(2013, 7, 2, tzinfo=UTC))).write_parquet(file)
    assert "600 labels stored" in CliRunner().invoke(monitor, ["labels", served, str(file)]).stdout

    def check(*options: str, code: int = 0) -> str:
        done = CliRunner().invoke(monitor, ["check", served, *options])
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    calm = json.loads(check("--since", "2013-07-01", "--until", "2013-07-02", "--json"))
    assert (calm["retrain"], calm["rows"], calm["labelled"]) == (False, 600, 0)
    drifted = json.loads(check("--days", "1", "--json"))
    assert drifted["retrain"]
    assert [r.split(":")[0] for r in drifted["reasons"]] == ["drift of distance", "drift of the score"]
    assert (drifted["start"], drifted["labelled"]) == ("2013-07-02T00:00:00Z", 600)
    assert abs(drifted["quality"]["auc"] - 0.5) < 0.1
    assert "DRIFTED" in check("--days", "1", "--gate", code=3)
    assert b"groundway_retrain" in httpx.get(f"{url}/metrics").content
