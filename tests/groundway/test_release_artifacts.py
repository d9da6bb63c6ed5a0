"""Promoted models in the environment's own bucket: complete or absent, and never another one than was pinned."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from groundway import signing
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import ModelPin, artifacts
from groundway.tags import CostTags

KEY, OTHER = signing.generate("models"), signing.generate("models")
TAGS = CostTags(team="ml", project="tests", model="delays", environment="dev", cost_center="cc-1", owner="tests")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "made"
    (directory / "deep").mkdir(parents=True)
    (directory / "model.skops").write_bytes(b"weights" * 1000)
    (directory / "contract.json").write_text("{}")
    (directory / "deep" / "notes.md").write_text("x")
    manifest.write(directory)
    return directory


def pin(model: Path, signer: str = KEY) -> ModelPin:
    digest = f"sha256:{manifest.digest(manifest.of(model))}"
    return ModelPin(version=7, digest=digest, signer=signing.public_of(signer), dataset="d@1", features="f")


@pytest.fixture
def released(platform: Platform, model: Path) -> ModelPin:
    wanted = pin(model)
    artifacts.publish(platform, "delays", wanted.digest, model, signing.sign(model, KEY), TAGS)
    return wanted


def files(directory: Path) -> dict[str, bytes]:
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def objects(platform: Platform) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boto3.client("s3").list_objects_v2(Bucket=platform.models.name).get("Contents", [])
    return found


def key(wanted: ModelPin, name: str) -> str:
    return f"releases/delays/{wanted.digest.removeprefix('sha256:')}{name}"


def test_what_was_published_is_fetched_whole(
    platform: Platform, model: Path, released: ModelPin, tmp_path: Path
) -> None:
    got = artifacts.fetch(platform, "delays", released, tmp_path / "deeper" / "got")
    assert got == tmp_path / "deeper" / "got"
    assert files(got) == files(model)
    assert artifacts.exists(platform, "delays", released.digest)
    signing.verify(got, artifacts.signature(platform, "delays", released.digest), released.signer, "delays")


def test_objects_carry_the_key_the_tags_and_their_checksum(platform: Platform, released: ModelPin) -> None:
    s3 = boto3.client("s3")
    assert {o["Key"] for o in objects(platform)} == {
        key(released, name) for name in (".sig", "/model.skops", "/contract.json", "/deep/notes.md", "/manifest.json")
    }
    for found in objects(platform):
        where = {"Bucket": platform.models.name, "Key": found["Key"]}
        head = s3.head_object(**where, ChecksumMode="ENABLED")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", platform.models.key_arn)
        assert head["ChecksumSHA256"]
        assert {t["Key"]: t["Value"] for t in s3.get_object_tagging(**where)["TagSet"]} == TAGS.aws()


def test_publishing_again_sends_nothing_and_mends_what_was_changed(
    platform: Platform, model: Path, released: ModelPin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3, signature = boto3.client("s3"), artifacts.signature(platform, "delays", released.digest)
    with monkeypatch.context() as patch:
        sent: list[str] = []
        session = boto3.Session()
        session.events.register("before-call.s3.PutObject", lambda params, **_: sent.append(params["url_path"]))
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        artifacts.publish(platform, "delays", released.digest, model, signature, TAGS)
        assert sent == []
        artifacts.publish(platform, "again", released.digest, model, signature, TAGS)
        assert len(sent) == len(files(model)) + 1
    s3.put_object(Bucket=platform.models.name, Key=key(released, "/contract.json"), Body=b"tampered")
    artifacts.publish(platform, "delays", released.digest, model, signature, TAGS)
    assert files(artifacts.fetch(platform, "delays", released, tmp_path / "got")) == files(model)


def test_a_publication_killed_at_any_object_is_absent_and_completed_by_the_next(
    platform: Platform, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, signature = pin(model), signing.sign(model, KEY)
    real = artifacts._Bucket.put
    for survives in range(len(files(model)) + 1):
        left = survives

        def put(self: Any, *arguments: Any) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            real(self, *arguments)

        monkeypatch.setattr(artifacts._Bucket, "put", put)
        with pytest.raises(KeyboardInterrupt):
            artifacts.publish(platform, "delays", wanted.digest, model, signature, TAGS)
        assert not artifacts.exists(platform, "delays", wanted.digest)
        with pytest.raises(Refused, match="was not released there"):
            artifacts.fetch(platform, "delays", wanted, tmp_path / "none")
    monkeypatch.setattr(artifacts._Bucket, "put", real)
    artifacts.publish(platform, "delays", wanted.digest, model, signature, TAGS)
    assert files(artifacts.fetch(platform, "delays", wanted, tmp_path / "got")) == files(model)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("/model.skops", b"other", "model.skops was changed"),
        ("/MORE.json", b"{}", "MORE.json was added"),
        ("/manifest.json", b"{}", "not what was signed: manifest.json was changed"),
        ("/manifest.json", None, "not what was signed: manifest.json is missing"),
        ("/deep/notes.md", None, "deep/notes.md is missing"),
        (".sig", b"{}", "its signature cannot be read"),
        (".sig", None, "was not released there"),
        ("/../../../evil.json", b"{}", "is no file of a model"),
    ],
)
def test_what_was_tampered_with_is_refused_and_named(
    platform: Platform, released: ModelPin, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    where = {"Bucket": platform.models.name, "Key": key(released, name)}
    if content is None:
        boto3.client("s3").delete_object(**where)
    else:
        boto3.client("s3").put_object(**where, Body=content)
    with pytest.raises(Refused, match=told):
        artifacts.fetch(platform, "delays", released, tmp_path / "got")
    assert list(tmp_path.iterdir()) == [tmp_path / "made"]


def test_another_signer_than_the_pinned_one_is_refused(
    platform: Platform, model: Path, released: ModelPin, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="is not signed by the key"):
        artifacts.fetch(platform, "delays", pin(model, OTHER), tmp_path / "got")
    artifacts.publish(platform, "delays", released.digest, model, signing.sign(model, OTHER), TAGS)  # a key rotated
    artifacts.fetch(platform, "delays", pin(model, OTHER), tmp_path / "got")


def test_another_model_that_the_same_key_signed_is_refused(
    platform: Platform, model: Path, released: ModelPin, tmp_path: Path
) -> None:
    (model / "model.skops").write_bytes(b"an older one")
    manifest.write(model)
    for name, content in {**{f"/{n}": c for n, c in files(model).items()}, ".sig": signing.sign(model, KEY)}.items():
        boto3.client("s3").put_object(Bucket=platform.models.name, Key=key(released, name), Body=content)
    with pytest.raises(Refused, match="is not what was registered"):
        artifacts.fetch(platform, "delays", released, tmp_path / "got")


def test_formats_that_run_code_are_neither_published_nor_fetched(
    platform: Platform, model: Path, tmp_path: Path
) -> None:
    (model / "model.pkl").write_bytes(b"x")
    manifest.write(model)
    wanted, signature = pin(model), signing.sign(model, KEY)
    with pytest.raises(Refused, match=r"model\.pkl may not be registered"):
        artifacts.publish(platform, "delays", wanted.digest, model, signature, TAGS)
    assert objects(platform) == []
    for name, content in {**{f"/{n}": c for n, c in files(model).items()}, ".sig": signature}.items():
        boto3.client("s3").put_object(Bucket=platform.models.name, Key=key(wanted, name), Body=content)
    with pytest.raises(Refused, match=r"model\.pkl"):
        artifacts.fetch(platform, "delays", wanted, tmp_path / "got")


def test_another_directory_than_the_digest_says_is_not_published(platform: Platform, model: Path) -> None:
    wanted = pin(model)
    (model / "contract.json").write_text("changed")
    with pytest.raises(Refused, match=r"contract\.json was changed"):
        artifacts.publish(platform, "delays", wanted.digest, model, b"{}", TAGS)
    assert objects(platform) == []


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden"])
def test_a_name_that_is_a_path_is_refused(platform: Platform, model: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no name of a model"):
        artifacts.exists(platform, name, pin(model).digest)
    with pytest.raises(InvalidInput, match="is no digest"):
        artifacts.exists(platform, "delays", hashlib.sha256(b"").hexdigest())


def test_what_is_in_the_way_stays(platform: Platform, released: ModelPin, tmp_path: Path) -> None:
    (tmp_path / "got").mkdir()
    with pytest.raises(InvalidInput, match="exists already"):
        artifacts.fetch(platform, "delays", released, tmp_path / "got")


def test_a_full_disk_leaves_nothing(
    platform: Platform, released: ModelPin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(artifacts.shutil, "copyfileobj", full)
    with pytest.raises(GroundwayError, match="cannot be written: No space left on device"):
        artifacts.fetch(platform, "delays", released, tmp_path / "got")
    assert list(tmp_path.iterdir()) == [tmp_path / "made"]


def test_an_s3_that_does_not_answer_is_said(
    platform: Platform, released: ModelPin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(
        artifacts, "client", lambda s, r: boto3.client(s, r, config=Config(retries={"total_max_attempts": 1}))
    )
    with pytest.raises(Unavailable, match="S3 cannot be asked for releases/delays/"):
        artifacts.fetch(platform, "delays", released, tmp_path / "got")
