"""Training, judging, registering, promoting: a small workload, a real registry, an emulated AWS."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from small_place import Place, deployed, installed, runs
from small_workload import SmallWorkload, committed

from groundway import registry as models
from groundway.commands.pipeline import pipeline as command
from groundway.contract import assemble
from groundway.errors import GroundwayError, InvalidInput
from groundway.pipeline import Span, Trained, prepare
from groundway.tags import KEYS
from groundway.training import load_model
from groundway.validation import measure

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(registry_service, emulator_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("train-home")
    with deployed(emulator_url, registry_service.url, home) as platform:
        workload = committed(tmp_path_factory.mktemp("code"), "small-prepared")
        yield Place(platform, prepare(workload, platform, print), models.connect())


@pytest.fixture(scope="module")
def workload(place: Place, tmp_path_factory: pytest.TempPathFactory) -> SmallWorkload:
    return committed(tmp_path_factory.mktemp("code"), "small-train")


@pytest.fixture(scope="module")
def first(place: Place, workload: SmallWorkload) -> Trained:
    return place.train(workload)


@pytest.fixture(scope="module")
def second(place: Place, workload: SmallWorkload, first: Trained) -> Trained:
    """Judged on the month in which the world changed."""
    return place.train(workload, "2013-03", "2013-04")


def test_preparing_again_gives_the_same_dataset_and_features(place: Place, workload: SmallWorkload) -> None:
    again = prepare(workload, place.platform, print)
    assert (again.dataset, again.features) == (place.prepared.dataset, place.prepared.features)
    named = prepare(workload, place.platform, print, place.prepared.dataset.version)
    assert named.dataset == place.prepared.dataset
    with pytest.raises(InvalidInput, match="no version 'zzz'"):
        prepare(workload, place.platform, print, "zzz")


def test_what_passes_is_registered_with_its_verdict_and_promoted(place: Place, first: Trained) -> None:
    assert (first.version.version, first.verdict.passed, first.promoted) == (1, True, True)
    assert first.version.aliases == ("champion",)
    assert first.verdict.champion is None
    assert first.verdict.metrics.auc is not None
    assert 0.85 < first.verdict.metrics.auc < 0.99
    assert {c.name for c in first.verdict.checks} >= {"ROC AUC of kind=store", "ROC AUC of kind=web"}
    assert models.artifact(place.registry, first.version, "verdict.json") == first.verdict.model_dump(mode="json")
    assert first.lineage.code.dirty is False
    assert first.lineage.dataset_version == place.prepared.dataset.version
    assert first.lineage.windows["training"].end == first.lineage.windows["validation"].start


def test_what_does_not_pass_is_registered_with_its_reasons_and_not_promoted(place: Place, second: Trained) -> None:
    assert (second.version.version, second.verdict.passed, second.promoted) == (2, False, False)
    assert second.version.aliases == ()
    assert second.verdict.reasons[0].startswith("FAIL: ROC AUC is 0.")
    assert models.artifact(place.registry, second.version, "verdict.json") == second.verdict.model_dump(mode="json")
    held = models.champion(place.registry, second.version.name)
    assert held is not None
    assert held.version == 1


def test_the_champion_is_judged_on_the_very_same_rows(
    place: Place, workload: SmallWorkload, second: Trained, tmp_path: Path
) -> None:
    frame = workload.frame(place.prepared.store, place.prepared.tables, *Span.parse("2013-04").window)
    online = {o.name: frame[o.name] for o in workload.CONTRACT.online}
    inputs = assemble(workload.CONTRACT, frame[[f.name for f in workload.CONTRACT.request]], online)

    def measured(version: int) -> object:
        directory = models.download(place.registry, workload.NAME, version, tmp_path / str(version))
        return measure(frame[workload.LABEL], load_model(directory / "model.skops").predict_proba(inputs)[:, 1])

    assert second.verdict.champion == measured(1)
    assert second.verdict.metrics == measured(2)
    assert second.verdict.champion != second.verdict.metrics


@pytest.mark.parametrize("spans", [("2013-01", "2013-02"), ("2013-03", "2013-04")])
def test_the_same_lineage_again_trains_nothing(
    place: Place, workload: SmallWorkload, second: Trained, spans: tuple[str, str]
) -> None:
    before = runs(workload), place.versions(workload), place.champion(workload)
    again = place.train(workload, *spans)
    assert (runs(workload), place.versions(workload), place.champion(workload)) == before == (2, [1, 2], 1)
    assert again.promoted == again.verdict.passed == (spans == ("2013-01", "2013-02"))
    assert again.version.version == (1 if again.promoted else 2)


def test_everything_made_carries_the_cost_tags_and_the_run(
    place: Place, workload: SmallWorkload, first: Trained, second: Trained
) -> None:
    for trained in (first, second):
        tags = workload.tags(place.platform).using(run=trained.lineage.run).aws()
        run = place.registry.client.get_run(trained.version.run_id)
        for found in (trained.version.tags, run.data.tags):
            assert {k: found.get(k) for k in KEYS} == tags
        assert trained.lineage.tags.aws() == tags
    assert first.lineage.run != second.lineage.run
    standing = {k: v for k, v in workload.tags(place.platform).aws().items() if k != "model"}
    s3 = boto3.client("s3")
    for bucket in (place.platform.data.name, place.platform.features.bucket.name, "groundway-session-models"):
        objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
        assert objects
        for o in objects:
            found = {t["Key"]: t["Value"] for t in s3.get_object_tagging(Bucket=bucket, Key=o["Key"])["TagSet"]}
            assert set(found) == set(KEYS), o["Key"]
            if bucket != "groundway-session-models":
                assert {k: v for k, v in found.items() if k != "model"} == standing


@pytest.mark.parametrize("validation", ["2013-01", "2013-02", "2013-03"])
def test_validation_that_is_not_later_is_refused_before_anything_is_made(
    place: Place, workload: SmallWorkload, validation: str
) -> None:
    untouched = replace(workload, NAME="small-untouched")
    with pytest.raises(InvalidInput, match=rf"validation \({validation}\) must be later than training \(2013-01\.\."):
        place.train(untouched, "2013-01..2013-03", validation)
    assert (runs(untouched), place.versions(untouched)) == (0, [])


def test_months_without_rows_are_refused_before_anything_is_made(place: Place, workload: SmallWorkload) -> None:
    untouched = replace(workload, NAME="small-untouched")
    with pytest.raises(InvalidInput, match="dataset orders has no labelled rows in 2014-01"):
        place.train(untouched, "2013-01", "2014-01")
    assert (runs(untouched), place.versions(untouched)) == (0, [])


def test_a_script_that_fails_registers_nothing(place: Place, tmp_path: Path) -> None:
    broken = committed(tmp_path, "small-broken")
    broken.SCRIPT.write_text("raise SystemExit('out of luck')")
    with pytest.raises(GroundwayError, match="out of luck"):
        place.train(broken)
    assert place.versions(broken) == []


def test_killed_between_registering_and_promoting_it_goes_on(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = committed(tmp_path, "small-killed")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(models, "promote", die)
        with pytest.raises(KeyboardInterrupt):
            place.train(killed)
    assert (runs(killed), place.versions(killed), place.champion(killed)) == (1, [1], None)
    made = place.train(killed)
    assert (made.promoted, made.version.aliases) == (True, ("champion",))
    assert (runs(killed), place.versions(killed), place.champion(killed)) == (1, [1], 1)
    # A later champion, which the old version was never judged against, is not replaced by asking for the old one again.
    later = place.train(replace(killed, SEED=8, THRESHOLDS=lenient(killed)))
    assert (later.promoted, place.champion(killed)) == (True, 2)
    old = place.train(killed)
    assert (old.version.version, old.verdict.passed, old.promoted) == (1, True, False)
    assert (runs(killed), place.champion(killed)) == (2, 2)
    # Given back on purpose, it is the champion again.
    models.restore(place.registry, killed.NAME)
    assert place.train(killed).promoted


def lenient(workload: SmallWorkload) -> object:
    return workload.THRESHOLDS.model_copy(update={"auc_margin": -1.0, "log_loss_margin": 1.0})


def test_uncommitted_code_is_trained_again(place: Place, tmp_path: Path) -> None:
    workload = committed(tmp_path, "small-dirty")
    workload.SCRIPT.write_text(workload.SCRIPT.read_text() + "print('changed')\n")
    first, again = place.train(workload), place.train(workload)
    assert first.lineage.code.dirty
    assert runs(workload) == 2
    assert again.lineage.identity() == first.lineage.identity()


def test_the_command_tells_the_verdict_by_its_exit_code(
    place: Place, workload: SmallWorkload, second: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, workload)

    def run(training: str, validation: str, *options: str, code: int) -> tuple[str, str]:
        done = CliRunner().invoke(
            command, ["run", workload.NAME, "--train", training, "--validate", validation, *options]
        )
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout, done.stderr

    out, err = run("2013-01", "2013-02", "--json", code=0)
    told = json.loads(out)
    assert (told["version"]["version"], told["promoted"], told["verdict"]["passed"]) == (1, True, True)
    assert told["dataset"]["version"] == place.prepared.dataset.version
    assert "nothing to train" in err
    out, err = run("2013-03", "2013-04", "--dataset", told["dataset"]["version"], code=3)
    assert out.startswith("small-train@2: ROC AUC 0.")
    assert "did not pass validation:\nFAIL: ROC AUC is 0." in err
    assert runs(workload) == 2
    run("2013-01", "2013-13", code=2)
    # Refused before the platform is asked for, and so before any data is landed.
    monkeypatch.setenv("GROUNDWAY_ENVIRONMENT", "nowhere")
    assert "must be later" in run("2013-02", "2013-02", code=2)[1]
    assert "cdktf deploy 'nowhere-*'" in run("2013-01", "2013-02", code=4)[1]


def test_the_scores_of_the_world_are_what_the_tests_take_them_for(place: Place) -> None:
    """The change of April is in the data, so that no test passes because nothing is ever refused."""
    orders, shops = place.prepared.tables["orders"], place.prepared.tables["shops"]
    known = shops.with_columns(pl.col("event_timestamp") + pl.duration(hours=1))
    joined = orders.join(known, on=["event_timestamp", "shop"])
    month = joined["event_timestamp"].dt.month().to_numpy()
    rate, label = joined["rate"].to_numpy(), joined["returned"].to_numpy().astype(float)
    correlation = [np.corrcoef(rate[month == m], label[month == m])[0, 1] for m in range(1, 7)]
    assert min(correlation[:3]) > 0.4
    assert max(correlation[3:]) < -0.4
