import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from small_model import PLAIN, TAGS, inputs, lineage, make_model, verdict

from groundway import registry as models
from groundway.commands.registry import registry as command
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.registry import manifest

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(registry_service, platform, monkeypatch: pytest.MonkeyPatch) -> models.Registry:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry_service.url)
    boto3.client("s3").create_bucket(
        Bucket="groundway-session-models", CreateBucketConfiguration={"LocationConstraint": platform.region}
    )
    return models.connect()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {seed: make_model(tmp_path_factory.mktemp("model") / "m", seed=seed) for seed in (0, 1, 2)}


def register(registry, made, name: str, seed: int = 0, run: str = "run-1", passed: bool = True):
    return models.register(
        registry, made[seed], name, lineage(run, seed), {"auc": 0.75}, verdict(passed), TAGS.using(run=run)
    )


def artifacts(version) -> dict[str, str]:
    """File name -> S3 key of a version's files."""
    listed = boto3.client("s3").list_objects_v2(Bucket="groundway-session-models")["Contents"]
    return {o["Key"].rsplit("/", 1)[1]: o["Key"] for o in listed if version.run_id in o["Key"]}


def test_a_version_carries_model_lineage_verdict_metrics_and_tags(registry, made, tmp_path: Path) -> None:
    version = register(registry, made, "whole")
    assert (version.version, version.passed, version.aliases) == (1, True, ())
    assert {k: version.tags[k] for k in TAGS.aws()} == TAGS.aws()
    assert models.lineage(registry, version) == lineage()
    assert models.artifact(registry, version, "verdict.json")["passed"] is True
    run = registry.client.get_run(version.run_id)
    assert run.data.metrics["auc"] == 0.75
    assert run.data.params["max_iter"] == "10"
    assert run.data.tags["cost-center"] == "cc-1"
    path = models.download(registry, "whole", 1, tmp_path / "got")
    for file in made[0].iterdir():
        assert (path / file.name).read_bytes() == file.read_bytes()


def test_objects_are_encrypted_with_the_models_key_and_tagged(registry, made) -> None:
    key = artifacts(register(registry, made, "stored"))["model.skops"]
    s3, where = boto3.client("s3"), {"Bucket": "groundway-session-models", "Key": key}
    assert s3.head_object(**where)["ServerSideEncryption"] == "aws:kms"
    assert {t["Key"] for t in s3.get_object_tagging(**where)["TagSet"]} == set(TAGS.aws())


def test_mlflow_itself_can_load_the_model_with_its_signature(registry, made) -> None:
    register(registry, made, "foreign")
    models.promote(registry, "foreign", 1)
    code = """
import mlflow, sys, pandas as pd
m = mlflow.pyfunc.load_model("models:/foreign@champion")
assert m.metadata.signature.inputs.input_names() == ["carrier", "distance"]
print(m.predict(pd.DataFrame({"carrier": ["AA"], "distance": [999.0]}))[0][1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    import skops.io

    estimator = skops.io.load(made[0] / "model.skops", skops.io.get_untrusted_types(file=made[0] / "model.skops"))
    row = inputs(PLAIN, 1).assign(carrier="AA", distance=999.0)
    assert float(done.stdout) == estimator.predict_proba(row)[0][1]


def test_the_same_model_from_the_same_lineage_is_one_version(registry, made) -> None:
    first = register(registry, made, "same")
    assert register(registry, made, "same", run="run-2") == first  # the run that died had another id
    assert register(registry, made, "same", seed=1).version == 2
    assert [v.version for v in models.versions(registry, "same")] == [1, 2]
    assert [v.version for v in models.find(registry, "same", lineage(seed=1).identity())] == [2]


def test_registering_is_completed_after_a_crash_in_the_middle(registry, made, monkeypatch) -> None:
    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(registry.client), "create_model_version", die)
        with pytest.raises(KeyboardInterrupt):
            register(registry, made, "crashed")
    assert models.versions(registry, "crashed") == []
    version = register(registry, made, "crashed")
    assert version.version == 1
    experiment = registry.client.get_experiment_by_name("crashed").experiment_id
    assert [r.info.run_id for r in registry.client.search_runs([experiment])] == [version.run_id]


def test_formats_that_may_carry_code_are_refused(registry, made, tmp_path: Path) -> None:
    for name in ("model.pkl", "extra.joblib", "deep/model.pickle", "code.py", "weights.pt"):
        bad = tmp_path / name.replace("/", "_")
        shutil.copytree(made[0], bad)
        (bad / name).parent.mkdir(exist_ok=True)
        (bad / name).write_bytes(b"x")
        with pytest.raises(Refused, match=name.split("/")[-1]):
            models.register(registry, bad, "bad", lineage(), {}, verdict(), TAGS)
    assert models.versions(registry, "bad") == []


def test_an_incomplete_directory_is_refused(registry, made, tmp_path: Path) -> None:
    shutil.copytree(made[0], tmp_path / "m")
    (tmp_path / "m" / "contract.json").unlink()
    with pytest.raises(InvalidInput, match=r"contract\.json"):
        models.register(registry, tmp_path / "m", "bad", lineage(), {}, verdict(), TAGS)


@pytest.mark.parametrize("name", ["model.skops", "contract.json", "reference.parquet", "lineage.json"])
def test_a_changed_file_is_refused_by_name(registry, made, tmp_path: Path, name: str) -> None:
    version = register(registry, made, f"tampered-{name.split('.')[0]}")
    s3 = boto3.client("s3")
    where = {"Bucket": "groundway-session-models", "Key": artifacts(version)[name]}
    s3.put_object(**where, Body=s3.get_object(**where)["Body"].read() + b" ")
    with pytest.raises(Refused, match=rf"{name} was changed"):
        models.download(registry, version.name, 1, tmp_path / "got")
    assert not (tmp_path / "got").exists()


def test_a_missing_an_added_and_a_covered_up_file_are_refused(registry, made, tmp_path: Path) -> None:
    s3, bucket = boto3.client("s3"), "groundway-session-models"
    keys = artifacts(version := register(registry, made, "tampered"))
    extra = keys["MLmodel"].replace("MLmodel", "extra.json")
    s3.put_object(Bucket=bucket, Key=extra, Body=b"{}")
    with pytest.raises(Refused, match=r"extra\.json was added"):
        models.download(registry, "tampered", 1, tmp_path / "got")
    s3.delete_object(Bucket=bucket, Key=extra)
    s3.delete_object(Bucket=bucket, Key=keys["MLmodel"])
    with pytest.raises(Refused, match="MLmodel is missing"):
        models.download(registry, "tampered", 1, tmp_path / "got")
    # Whoever changes a file and the manifest with it still does not have the registry's digest.
    kept = json.loads(s3.get_object(Bucket=bucket, Key=keys["manifest.json"])["Body"].read())
    del kept["MLmodel"]
    s3.put_object(Bucket=bucket, Key=keys["manifest.json"], Body=json.dumps(kept))
    with pytest.raises(Refused, match=rf"registered digest {version.digest[:12]}"):
        models.download(registry, "tampered", 1, tmp_path / "got")


def test_the_champion_is_given_back(registry, made) -> None:
    for seed in (0, 1, 2):
        register(registry, made, "crown", seed=seed)
    assert models.champion(registry, "crown") is None
    with pytest.raises(InvalidInput, match="nothing to restore"):
        models.restore(registry, "crown")
    for version in (1, 2, 2, 3):
        assert models.promote(registry, "crown", version).aliases == ("champion",)
    assert models.restore(registry, "crown").version == 2
    assert models.champion(registry, "crown").version == 2
    assert models.restore(registry, "crown").version == 1
    with pytest.raises(InvalidInput, match="nothing to restore"):
        models.restore(registry, "crown")
    models.promote(registry, "crown", 2)
    models.promote(registry, "crown", 3)
    assert models.restore(registry, "crown", to=1).version == 1
    with pytest.raises(InvalidInput, match="was never the champion"):
        models.restore(registry, "crown", to=3)


def test_a_promotion_that_died_between_its_two_writes_is_mended(registry, made) -> None:
    for seed in (0, 1, 2):
        register(registry, made, "torn", seed=seed)
    models.promote(registry, "torn", 1)
    registry.client.set_registered_model_alias("torn", "champion", "2")  # the history's tag was not written
    models.promote(registry, "torn", 3)
    assert models.restore(registry, "torn").version == 2
    assert models.restore(registry, "torn").version == 1


def test_what_failed_validation_cannot_be_champion(registry, made) -> None:
    register(registry, made, "failed", passed=False)
    with pytest.raises(Refused, match="failed its validation"):
        models.promote(registry, "failed", 1)
    assert models.champion(registry, "failed") is None


def test_what_is_not_there_is_said(registry, tmp_path: Path) -> None:
    assert models.versions(registry, "nothing") == []
    for wanted in ("champion", 7):
        with pytest.raises(InvalidInput, match="nothing"):
            models.download(registry, "nothing", wanted, tmp_path / "x")


def test_a_registry_that_is_down_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(Unavailable, match="groundway registry up"):
        models.connect()
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(Unavailable, match=r"cannot be reached|failed"):
        models.versions(models.connect("http://127.0.0.1:9"))


def test_the_commands(registry, made) -> None:
    for seed in (0, 1):
        register(registry, made, "told", seed=seed)
        models.promote(registry, "told", seed + 1)

    def ask(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == code, done.output
        return done.stdout

    assert [v["version"] for v in json.loads(ask("list", "told", "--json"))] == [1, 2]
    assert "champion" in ask("list", "told")
    shown = json.loads(ask("show", "told", "--json"))
    assert (shown["version"], shown["lineage"]["dataset"], shown["verdict"]["passed"]) == (2, "flights", True)
    assert "dataset: flights" in ask("show", "told", "1")
    assert json.loads(ask("restore", "told", "--json"))["version"] == 1
    assert ask("champion", "told") == "told version 1\n"
    ask("restore", "told", code=2)
    ask("champion", "nobody", code=2)


def test_the_manifest_sees_every_kind_of_change(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    digest = manifest.write(tmp_path)
    manifest.verify(tmp_path, digest, "it")
    (tmp_path / "a.json").rename(tmp_path / "b.json")
    with pytest.raises(Refused, match=r"a\.json is missing"):
        manifest.verify(tmp_path, digest, "it")
