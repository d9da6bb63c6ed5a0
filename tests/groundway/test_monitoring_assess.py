"""From what was logged to the reasons for retraining."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import numpy as np
import polars as pl
import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_model import TAGS, make_model

from groundway.errors import InvalidInput
from groundway.monitoring import Policy, Reference, Window, assess, latest_day, publish, put_labels, window
from groundway.monitoring.observed import read_reference
from groundway.platform import Platform

JULY, AUGUST = datetime(2013, 7, 1, tzinfo=UTC), datetime(2013, 8, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return read_reference(make_model(tmp_path_factory.mktemp("m")), "1")


def observed(reference: Reference, rows: int = 1000, labels: bool = True, **changed: pl.Expr) -> Window:
    frame = reference.frame.sample(rows, seed=1).with_columns(**changed)
    return Window("small", JULY, AUGUST, frame if labels else frame.with_columns(label=pl.lit(None)))


def test_a_sample_of_the_reference_is_no_reason(reference: Reference) -> None:
    found = assess(reference, observed(reference), Policy(minimum_auc=0.7, maximum_auc_drop=0.05))
    assert (found.reasons, found.notes, found.retrain) == ((), (), False)
    assert (found.rows, found.labelled) == (1000, 1000)
    assert set(found.inputs) == {"carrier", "distance"}
    assert found.score is not None
    assert found.score.psi < 0.05


def test_a_drifted_input_is_a_reason_that_names_it_with_its_number(reference: Reference) -> None:
    far = observed(reference, distance=pl.col("distance") + 300)
    found = assess(reference, far, Policy())
    assert found.inputs["distance"].drifted
    assert not found.inputs["carrier"].drifted
    (reason,) = found.reasons
    assert reason == f"drift of distance: psi {found.inputs['distance'].psi:.3f} is above 0.2"


@pytest.mark.parametrize(
    "policy",
    [
        Policy(ignore=("distance",)),
        Policy(inputs={"distance": 50}),
        Policy(psi=None),
        Policy(drifted_inputs=2),
        Policy(rows=1001),
    ],
)
def test_a_policy_can_let_it_pass(reference: Reference, policy: Policy) -> None:
    found = assess(reference, observed(reference, distance=pl.col("distance") + 300), policy)
    assert not found.retrain
    assert found.inputs["distance"].psi > 0.2  # it is shown all the same


def test_a_drifted_score_is_a_reason(reference: Reference) -> None:
    found = assess(reference, observed(reference, score=pl.col("score") ** 3), Policy())
    assert [r.split(":")[0] for r in found.reasons] == ["drift of the score"]


def test_bad_quality_is_a_reason_for_each_threshold(reference: Reference) -> None:
    policy = Policy(
        minimum_auc=0.6, maximum_auc_drop=0.1, maximum_log_loss=0.65, maximum_calibration_error=0.2, psi=None
    )
    assert assess(reference, observed(reference), policy).reasons == ()
    found = assess(reference, observed(reference, label=1 - pl.col("label")), policy)
    assert [r.split()[1:3] for r in found.reasons] == [
        ["AUC", found.reasons[0].split()[2]],
        ["AUC", found.reasons[1].split()[2]],
        ["log", "loss"],
        ["calibration", "error"],
    ]


def test_without_enough_labels_quality_is_no_reason_and_that_is_said(reference: Reference) -> None:
    found = assess(reference, observed(reference, labels=False), Policy(minimum_auc=1.0))
    assert (found.reasons, found.quality) == ((), None)
    assert found.notes == ("0 labels are too few to judge quality by; the policy asks for 500",)


def test_nothing_logged_is_no_reason_and_is_said(reference: Reference) -> None:
    empty = Window("small", JULY, AUGUST, pl.DataFrame({"request_id": [], "score": [], "label": []}))
    found = assess(reference, empty, Policy())
    assert not found.retrain
    assert len(found.notes) == 2


def test_a_policy_on_an_unknown_input_is_refused(reference: Reference) -> None:
    with pytest.raises(InvalidInput, match="'distanse'"):
        assess(reference, observed(reference), Policy(ignore=("distanse",)))


def test_gauges_are_prometheus_text(reference: Reference, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    found = assess(reference, observed(reference, distance=pl.col("distance") + 300), Policy())
    families = {f.name: f for f in text_string_to_metric_families(publish(found).read_text())}
    psi = {s.labels["input"]: s.value for s in families["groundway_drift_psi"].samples}
    assert psi == {
        "carrier": found.inputs["carrier"].psi,
        "distance": found.inputs["distance"].psi,
        "score": found.score.psi,
    }
    assert families["groundway_retrain"].samples[0].value == 1
    quality = {s.labels["measure"]: s.value for s in families["groundway_quality"].samples}
    assert quality["auc"] == found.quality.auc


def log(
    platform: Platform, day: datetime, ids: list[str], version: str = "1", served: int = 0, score: float = 0.5
) -> None:
    frame = pl.DataFrame(
        {
            "carrier": ["AA"] * len(ids),
            "distance": np.arange(len(ids), dtype=float),
            "request_id": ids,
            "event_time": [day] * len(ids),
            "served_at": [AUGUST + timedelta(seconds=served)] * len(ids),
            "version": [version] * len(ids),
            "score": [score] * len(ids),
        }
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    key = f"inference/small/{day:%Y-%m-%d}/{served}-{ids[0]}.parquet"
    boto3.client("s3").put_object(Bucket=platform.data.name, Key=key, Body=out.getvalue())


def labels(day: datetime, **known: int) -> pl.DataFrame:
    return pl.DataFrame({"request_id": list(known), "event_time": [day] * len(known), "label": list(known.values())})


def test_a_window_holds_its_events_once_with_their_newest_labels(platform: Platform) -> None:
    last = AUGUST - timedelta(microseconds=1)
    log(platform, JULY, ["a", "b"])
    log(platform, JULY, ["b"], served=5, score=0.9)  # the caller asked again
    log(platform, last, ["c"])
    log(platform, JULY + timedelta(days=3), ["other"], version="2")
    log(platform, JULY - timedelta(microseconds=1), ["before"])
    log(platform, AUGUST, ["after"])
    put_labels(platform, "small", labels(JULY, a=1, b=0), TAGS)
    put_labels(platform, "small", labels(last, c=1, unasked=1), TAGS)
    found = window(platform, "small", JULY, AUGUST, "1").frame.sort("request_id")
    assert found["request_id"].to_list() == ["a", "b", "c"]
    assert found["score"].to_list() == [0.5, 0.9, 0.5]
    assert found["label"].to_list() == [1, 0, 1]
    assert len(window(platform, "small", JULY, AUGUST).frame) == 4
    assert latest_day(platform, "small") == AUGUST.date()


def test_a_window_without_predictions_or_labels(platform: Platform) -> None:
    assert window(platform, "small", JULY, AUGUST).frame.is_empty()
    with pytest.raises(InvalidInput, match="no prediction of small"):
        latest_day(platform, "small")
    log(platform, JULY, ["a"])
    assert window(platform, "small", JULY, AUGUST).frame["label"].to_list() == [None]
    with pytest.raises(InvalidInput, match="must not be empty"):
        window(platform, "small", AUGUST, JULY)


def test_labels_are_tagged_and_stored_once(platform: Platform) -> None:
    for _ in range(2):
        put_labels(platform, "small", labels(JULY, a=1), TAGS)
    s3 = boto3.client("s3")
    (found,) = s3.list_objects_v2(Bucket=platform.data.name, Prefix="labels/")["Contents"]
    tags = s3.get_object_tagging(Bucket=platform.data.name, Key=found["Key"])["TagSet"]
    assert {t["Key"]: t["Value"] for t in tags} == TAGS.aws()


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (labels(JULY, a=2), "0 or 1"),
        (labels(JULY, a=1).drop("event_time"), "event_time"),
        (labels(JULY.replace(tzinfo=None), a=1), "zone"),
        (labels(JULY, a=1).clear(), "there are none"),
    ],
)
def test_labels_that_are_none_are_refused(platform: Platform, frame: pl.DataFrame, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        put_labels(platform, "small", frame, TAGS)


def test_a_policy_file_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    from groundway.commands.monitor import _policy

    file = tmp_path / "policy.yaml"
    file.write_text(json.dumps({"psi": 0.3, "ignore": ["distance"]}))
    assert _policy(file) == Policy(psi=0.3, ignore=("distance",))
    file.write_text("pssi: 0.3")
    with pytest.raises(InvalidInput, match="pssi"):
        _policy(file)


def test_a_model_without_reference_cannot_be_watched(tmp_path: Path) -> None:
    make_model(tmp_path)
    (tmp_path / "reference.parquet").unlink()
    with pytest.raises(InvalidInput, match=r"reference\.parquet"):
        read_reference(tmp_path, "1")
