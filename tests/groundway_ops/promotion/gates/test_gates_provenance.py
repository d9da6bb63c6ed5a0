"""Provenance: models, images and code are what the release names, and a change of any of them is named."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from promotion_request import HEX, Ask, release
from small_checkout import SmallCheckout, sound
from small_model import TAGS, make_model
from two_platforms import deploy

from groundway import signing
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import ModelPin, Release, artifacts, blueprint
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates import Result
from groundway_ops.promotion.gates.provenance import provenance

KEY = signing.generate("models")


@dataclass
class Released:
    """A release of dev: a model in its bucket, an image in its repository, a commit of a checkout."""

    account: Account
    platform: Platform
    checkout: SmallCheckout
    pin: ModelPin
    image: str

    @property
    def content(self) -> dict[str, Any]:
        return {
            "revision": self.checkout.git("rev-parse", "HEAD"),
            "blueprint": blueprint(self.checkout.root),
            "models": {"small": self.pin},
            "images": {"serving": self.image},
        }

    def tamper(self, name: str, content: bytes) -> None:
        key = f"releases/small/{self.pin.digest.removeprefix('sha256:')}/{name}"
        bucket = self.platform.models.name
        s3 = self.account.client("s3")
        assert key in [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        s3.put_object(Bucket=bucket, Key=key, Body=content)


def push(account: Account, text: str) -> str:
    """An image in the repository for serving; returns its digest."""
    document = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
    layer = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7, "digest": HEX}
    manifest = json.dumps({**document, "config": layer, "layers": [], "text": text})
    repository = f"{account.environment.prefix}/serving"
    found = account.client("ecr").put_image(repositoryName=repository, imageManifest=manifest, imageTag=text)
    return str(found["image"]["imageId"]["imageDigest"])


@pytest.fixture
def released(aws: dict[str, Account], tmp_path: Path) -> Released:
    platform = deploy(aws["dev"])
    public = signing.public_of(KEY)
    name = signing.parameter_name("dev", "models")
    aws["dev"].client("ssm").put_parameter(Name=name, Value=public, Type="String")
    model = make_model(tmp_path / "model")
    digest = f"sha256:{manifest.write(model)}"
    with aws["dev"].entered():
        artifacts.publish(platform, "small", digest, model, signing.sign(model, KEY), TAGS)
    (tmp_path / "checkout").mkdir()
    checkout = SmallCheckout(tmp_path / "checkout", tmp_path / "home")
    checkout.commit(sound())
    pin = ModelPin(version=1, digest=digest, signer=public, dataset="d@1", features="f")
    return Released(aws["dev"], platform, checkout, pin, push(aws["dev"], "one"))


@pytest.fixture
def judged(released: Released, aws: dict[str, Account], ask: Ask) -> Callable[..., Result]:
    def one(**changes: Any) -> Result:
        given = {"repository": released.checkout.root, "in_source": aws["dev"], "in_target": aws["staging"]}
        return provenance(ask(candidate=release("staging", **{**released.content, **changes}), **given))

    return one


def test_what_was_released_passes_wherever_its_image_is(
    released: Released, aws: dict[str, Account], judged: Callable[..., Result]
) -> None:
    result = judged()
    assert result.passed, result.reason
    commit = released.content["revision"][:12]
    assert result.reason == f"1 models, 1 images and commit {commit} are what was released"
    assert result.evidence["key"] == signing.fingerprint(released.pin.signer)
    deploy(aws["staging"])
    assert judged(images={"serving": push(aws["staging"], "two")}).passed


def test_a_model_that_was_tampered_with_or_is_not_there_is_named(
    released: Released, judged: Callable[..., Result]
) -> None:
    released.tamper("contract.json", b"{}")
    tampered = judged()
    assert not tampered.passed
    assert "contract.json" in tampered.reason
    missing = judged(models={"small": released.pin.model_copy(update={"digest": HEX})})
    assert not missing.passed
    assert "the model was not released there" in missing.reason


def test_a_model_must_be_signed_by_the_key_that_the_source_publishes(
    released: Released, judged: Callable[..., Result]
) -> None:
    other = signing.public_of(signing.generate("models"))
    mine, theirs = signing.fingerprint(released.pin.signer), signing.fingerprint(other)
    pinned = judged(models={"small": released.pin.model_copy(update={"signer": other})})
    assert pinned.reason == f"small: signed by the key {theirs}, dev's is {mine}"
    parameter = signing.parameter_name("dev", "models")
    ssm = released.account.client("ssm")
    ssm.put_parameter(Name=parameter, Value=other, Overwrite=True)
    both = judged(models={"small": released.pin.model_copy(update={"signer": other})})
    assert (
        both.reason
        == f"small: small version 1 ({released.pin.digest[:19]}) is not signed by the key {theirs}. It is not used."
    )
    ssm.delete_parameter(Name=parameter)
    assert "dev publishes no key" in judged().reason


def test_an_image_that_nobody_has_is_named(released: Released, judged: Callable[..., Result]) -> None:
    result = judged(images={"serving": HEX, "training": released.image})
    assert not result.passed
    assert f"image serving {HEX[:19]} is neither in staging nor in dev" in result.reason
    assert "image training" in result.reason
    assert "there is no repository" in judged(images={"notebooks": HEX}).reason


def test_the_commit_must_be_known_and_hold_the_code(released: Released, judged: Callable[..., Result]) -> None:
    unknown = judged(revision=40 * "a")
    assert unknown.reason.startswith("git does not know a commit aaaaaaaaaaaa")
    file = released.checkout.root / "stacks" / "__init__.py"
    file.write_text("changed = True\n")
    dirty = judged()  # what was released is what stands there, not what was committed
    assert not dirty.passed
    assert "holds other code than the release" in dirty.reason
    assert "groundway release cut dev" in dirty.reason


def test_policies_and_configuration_must_be_committed(released: Released, judged: Callable[..., Result]) -> None:
    exceptions = released.checkout.root / "policies" / "exceptions.yaml"
    exceptions.write_text(exceptions.read_text() + "# a way round\n")
    result = judged()
    assert not result.passed
    assert result.reason.startswith("policies/exceptions.yaml has changes that are not committed")
    released.checkout.git("checkout", "-q", "--", "policies")
    pin = released.checkout.root / "environments" / "dev" / "release.yaml"
    pin.write_text("written by the release itself\n")
    assert judged().passed


def test_a_key_of_further_up_is_trusted_where_a_promotion_brought_it(
    released: Released, aws: dict[str, Account], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dev has another key by now; that it once was promoted there is what its evidence tells."""
    name = signing.parameter_name("dev", "models")
    other = signing.public_of(signing.generate("models"))
    aws["dev"].client("ssm").put_parameter(Name=name, Value=other, Type="String", Overwrite=True)
    given = {"repository": released.checkout.root, "in_source": aws["dev"], "in_target": aws["staging"]}
    origin = release("dev", origin="lab/r-20260101t000000z-000000", **released.content)
    told = SimpleNamespace(
        event=SimpleNamespace(details={"release": origin.model_dump(mode="json", exclude_none=True)})
    )

    def judge(*entries: object, by: Release = origin) -> Result:
        log = SimpleNamespace(entries=lambda kind: list(entries) if kind == "promotion" else [])
        monkeypatch.setattr(sys.modules[provenance.__module__], "open_log", lambda _: log)
        return provenance(ask(candidate=release("staging", **released.content), origin=by, **given))

    assert judge(told).passed
    assert "signed by the key" in judge().reason
    changed = origin.model_copy(update={"policies": f"sha256:{64 * '1'}"})
    assert not judge(told, by=changed).passed
    cut = origin.model_copy(update={"origin": None})
    assert not judge(told, by=cut).passed
