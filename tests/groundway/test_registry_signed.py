"""Versions of the registry that a key signed, those that none did, and what became of them since."""

from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from small_model import TAGS, lineage, make_model, verdict

from groundway import platform as platforms
from groundway import registry as models
from groundway import signing
from groundway.commands.registry import registry as command
from groundway.errors import Refused
from groundway.platform import Platform
from groundway.registry import ModelVersion, Registry, manifest
from groundway.serving.source import RegistrySource

pytestmark = pytest.mark.slow
KEY, OTHER = signing.generate("models"), signing.generate("models")
PUBLIC = signing.public_of(KEY)
BUCKET = "groundway-session-models"


@pytest.fixture
def registry(registry_service, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry_service.url)
    region = {"LocationConstraint": platform.region}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
    return models.connect()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model") / "m")


def register(registry: Registry, made: Path, name: str, signer: str | None = KEY, run: str = "run-1") -> ModelVersion:
    tags = TAGS.using(run=run)
    return models.register(registry, made, name, lineage(run), {}, verdict(), tags, signer)


def publish(environment: str = "dev", key: str = KEY) -> None:
    """What `groundway bootstrap` leaves."""
    boto3.client("secretsmanager").create_secret(Name=signing.secret_name(environment, "models"), SecretString=key)
    name, value = signing.parameter_name(environment, "models"), signing.public_of(key)
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="String")


def replace(version: ModelVersion, name: str, content: bytes) -> None:
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    [key] = [o["Key"] for o in listed if version.run_id in o["Key"] and o["Key"].endswith(f"/{name}")]
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)


def test_a_signature_lies_beside_the_model_and_leaves_its_digest_alone(registry, made, tmp_path: Path) -> None:
    version = register(registry, made, "beside")
    got = models.download(registry, "beside", 1, tmp_path / "got", PUBLIC)
    assert version.digest == manifest.digest(manifest.of(got))
    assert not list(got.rglob("*.sig"))
    found = models.signature(registry, version)
    assert found is not None
    assert set(signing.signed_by(found, PUBLIC, "")) == {p.name for p in got.iterdir()}


def test_unsigned_and_otherwise_signed_versions_are_refused(registry, made, tmp_path: Path) -> None:
    version = register(registry, made, "unsigned", None)
    assert models.signature(registry, version) is None
    with pytest.raises(Refused, match=r"unsigned version 1 is not signed, .* groundway registry sign unsigned 1"):
        models.download(registry, "unsigned", 1, tmp_path / "got", PUBLIC)
    assert models.download(registry, "unsigned", 1, tmp_path / "got").is_dir()  # where no key is published
    register(registry, made, "theirs", OTHER)
    with pytest.raises(Refused, match="is not signed by the key"):
        models.download(registry, "theirs", 1, tmp_path / "more", PUBLIC)
    assert not (tmp_path / "more").exists()


def test_a_registry_that_changes_file_and_digest_together_does_not_pass(registry, made, tmp_path: Path) -> None:
    """What the digest alone cannot see."""
    version = register(registry, made, "forged")
    forged = models.download(registry, "forged", 1, tmp_path / "forged")
    (forged / "lineage.json").write_text(lineage("another").model_dump_json(by_alias=True))
    digest = manifest.write(forged)
    for name in ("lineage.json", manifest.NAME):
        replace(version, name, (forged / name).read_bytes())
    registry.client.set_model_version_tag("forged", "1", "groundway.digest", digest)
    assert models.download(registry, "forged", 1, tmp_path / "unnoticed").is_dir()
    with pytest.raises(Refused, match=r"forged version 1 is not what was signed: lineage\.json was changed"):
        models.download(registry, "forged", 1, tmp_path / "got", PUBLIC)


def test_registering_again_ends_with_one_signed_version(registry, made) -> None:
    assert register(registry, made, "again") == register(registry, made, "again", run="run-2")
    assert len(models.versions(registry, "again")) == 1


@pytest.mark.parametrize("before", [None, OTHER])
def test_a_version_that_the_key_did_not_sign_is_registered_anew(registry, made, tmp_path: Path, before) -> None:
    name = f"anew-{'other' if before else 'none'}"
    old = register(registry, made, name, before)
    new = register(registry, made, name, run="run-2")
    assert (old.version, new.version) == (1, 2)
    assert new.run_id != old.run_id
    models.download(registry, name, 2, tmp_path / "new", PUBLIC)
    models.download(registry, name, 1, tmp_path / "old")  # nothing was written over it
    assert register(registry, made, name, run="run-3") == new


@pytest.mark.parametrize("moment", ["log_artifacts", "log_artifact", "set_terminated", "create_model_version"])
def test_whenever_it_is_killed_registering_again_makes_one_signed_version(
    registry, made, tmp_path: Path, monkeypatch, moment: str
) -> None:
    def die(*_, **__):
        raise KeyboardInterrupt

    name = f"killed-{moment.replace('_', '-')}"
    with monkeypatch.context() as patch:
        patch.setattr(type(registry.client), moment, die)
        with pytest.raises(KeyboardInterrupt):
            register(registry, made, name)
    assert models.versions(registry, name) == []
    version = register(registry, made, name, run="run-2")
    assert version.version == 1
    models.download(registry, name, 1, tmp_path / "got", PUBLIC)
    experiment = registry.client.get_experiment_by_name(name).experiment_id
    assert [r.info.run_id for r in registry.client.search_runs([experiment])] == [version.run_id]


def test_the_server_takes_what_the_environments_key_signed(registry, made) -> None:
    register(registry, made, "served", OTHER)
    source = RegistrySource("served", "1", "dev")
    assert source.current().fetch()[0].version == "1"  # no key is published
    publish()
    with pytest.raises(Refused, match="is not signed by the key"):
        source.current().fetch()
    models.sign(registry, "served", 1, KEY)
    assert source.current().fetch()[0].version == "1"


def test_a_version_from_before_is_signed_by_whoever_may(registry, made, platform, tmp_path: Path) -> None:
    register(registry, made, "before", None)
    record = {"Name": platforms.parameter_name("dev"), "Value": platform.model_dump_json(), "Type": "String"}
    boto3.client("ssm").put_parameter(**record)
    told = CliRunner().invoke(command, ["sign", "before", "1"])
    assert (told.exit_code, "groundway bootstrap dev" in told.output) == (4, True), told.output
    publish()
    told = CliRunner().invoke(command, ["sign", "before", "1"])
    assert told.exit_code == 0, told.output
    assert told.stdout == f"before version 1 is signed with the key {signing.fingerprint(PUBLIC)}\n"
    models.download(registry, "before", 1, tmp_path / "got", PUBLIC)


def test_a_version_that_was_tampered_with_is_not_signed(registry, made) -> None:
    version = register(registry, made, "tampered", None)
    replace(version, "contract.json", b"{}")
    with pytest.raises(Refused, match=r"contract\.json was changed"):
        models.sign(registry, "tampered", 1, KEY)
    assert models.signature(registry, version) is None


def test_a_key_whose_public_half_is_another_signs_nothing(platform) -> None:
    assert signing.signer("dev", "models") is None
    publish()
    assert signing.signer("dev", "models") == KEY
    name, value = signing.parameter_name("dev", "models"), signing.public_of(OTHER)
    boto3.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)
    with pytest.raises(Refused, match="groundway bootstrap dev"):
        signing.signer("dev", "models")
