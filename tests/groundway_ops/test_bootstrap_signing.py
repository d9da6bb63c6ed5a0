"""The keys that `groundway bootstrap` makes to sign with, in an emulated AWS of this process."""

import json
from collections.abc import Iterator

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from moto import mock_aws

from groundway import signing
from groundway.environment import Environment, load
from groundway.errors import Unavailable
from groundway_ops.bootstrap.signing import SigningKeys

SECRETS = {f"groundway/dev/signing/{purpose}" for purpose in ("models", "evidence")}
PARAMETERS = {f"/groundway/dev/signing/{purpose}" for purpose in ("models", "evidence")}


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    environment = load("dev")
    monkeypatch.setenv("AWS_DEFAULT_REGION", environment.region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield environment


def made(environment: Environment) -> list[str]:
    """What a run of all steps makes, by name."""
    names = []
    for step in SigningKeys(environment).steps():
        if step.missing():
            step.make()
            names.append(step.name)
    return names


def secrets() -> dict[str, str]:
    aws = boto3.client("secretsmanager")
    names = [s["Name"] for s in aws.list_secrets()["SecretList"]]
    return {name: aws.get_secret_value(SecretId=name)["SecretString"] for name in names}


def test_each_purpose_has_a_key_of_its_kind_whose_public_half_is_published(dev: Environment) -> None:
    assert len(made(dev)) == 4
    assert set(secrets()) == SECRETS
    kinds = {p: type(load_pem_private_key(signing.key("dev", p).encode(), None)) for p in signing.PURPOSES}
    assert issubclass(kinds["models"], ec.EllipticCurvePrivateKey)
    assert issubclass(kinds["evidence"], ed25519.Ed25519PrivateKey)
    for purpose in signing.PURPOSES:
        assert signing.public("dev", purpose) == signing.public_of(signing.key("dev", purpose))


def test_both_halves_carry_the_cost_tags(dev: Environment) -> None:
    made(dev)
    for found in boto3.client("secretsmanager").list_secrets()["SecretList"]:
        assert {t["Key"]: t["Value"] for t in found["Tags"]} == dev.cost_tags.aws()
    for name in PARAMETERS:
        listed = boto3.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        assert {t["Key"]: t["Value"] for t in listed} == dev.cost_tags.aws()


def test_a_second_run_changes_no_key(dev: Environment) -> None:
    made(dev)
    before = secrets()
    assert made(dev) == []
    assert secrets() == before


def test_a_run_killed_between_the_halves_is_completed_from_the_secret(dev: Environment) -> None:
    first = next(SigningKeys(dev).steps())
    first.make()
    key = secrets()
    assert signing.public("dev", "models") is None
    made(dev)
    assert secrets().items() >= key.items()
    assert signing.public("dev", "models") == signing.public_of(signing.key("dev", "models"))


def test_a_public_key_that_somebody_put_there_is_put_right(dev: Environment) -> None:
    made(dev)
    theirs = signing.public_of(signing.generate("models"))
    boto3.client("ssm").put_parameter(Name="/groundway/dev/signing/models", Value=theirs, Overwrite=True)
    assert made(dev) == ["signing key groundway/dev/signing/models: its public half"]
    assert signing.public("dev", "models") == signing.public_of(signing.key("dev", "models")) != theirs


def test_a_key_about_to_be_deleted_is_kept(dev: Environment) -> None:
    made(dev)
    before = secrets()
    boto3.client("secretsmanager").delete_secret(SecretId="groundway/dev/signing/models")
    assert made(dev) == ["signing key groundway/dev/signing/models"]
    assert secrets() == before


def test_looking_changes_nothing_and_tells_all_four(dev: Environment) -> None:
    assert [step.missing() for step in SigningKeys(dev).steps()] == ["not there"] * 4
    assert secrets() == {}


def test_nothing_of_a_private_key_is_told(dev: Environment) -> None:
    told = [f"{step.name}{step.missing()}" for step in SigningKeys(dev).steps()] + made(dev)
    secret = "".join(signing.key("dev", "models").splitlines()[1:-1])
    assert secret[:20] not in json.dumps(told)


def test_without_keys_whoever_signs_is_told_what_to_do(dev: Environment) -> None:
    assert signing.public("dev", "models") is None
    with pytest.raises(Unavailable, match="groundway bootstrap dev"):
        signing.key("dev", "models")
