"""A real server that follows what the deployed release pins, with no registry anywhere."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest
from click.testing import CliRunner
from small_model import make_model
from small_release import deploy_release, describe, published

from groundway import service
from groundway.commands.serve import serve
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.platform import Platform
from groundway.release import ModelPin
from groundway.serving import process
from groundway.serving.settings import Settings

pytestmark = pytest.mark.slow

ROW = {"carrier": "AA", "distance": 900.0}
NAME = "small"


@pytest.fixture
def environment(platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Platform]:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("GROUNDWAY_ENVIRONMENT", raising=False)
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path / "home"))
    yield describe(platform)
    for name in ("dev", "prod"):
        process.stop(NAME, name)


def start(environment: str | None = None, **more) -> service.Service:
    return process.start(Settings(model=NAME, environment=environment, log=False, **more), report=print)


def version(environment: str | None = None) -> str:
    answer = process.ask(NAME, [ROW], environment)
    assert answer["model_version"] == process.version(NAME, environment)
    return str(answer["model_version"])


def tamper(platform: Platform, pin: ModelPin) -> None:
    key = f"releases/{NAME}/{pin.digest.removeprefix('sha256:')}/model.skops"
    body = boto3.client("s3").get_object(Bucket=platform.models.name, Key=key)["Body"].read()
    boto3.client("s3").put_object(Bucket=platform.models.name, Key=key, Body=body + b"!")


def test_it_serves_what_is_pinned_and_takes_up_what_is_pinned_next(environment: Platform, tmp_path: Path) -> None:
    first, second, third = (published(environment, NAME, tmp_path / str(n), n) for n in (1, 2, 3))
    deploy_release(environment, small=first)
    start()
    assert version() == "1"
    assert process.reload(NAME) == ("1", False)

    deploy_release(environment, small=second)
    assert process.reload(NAME) == ("2", True)
    # The number is the registry's, and there may be more than one registry: the digest says what a version is.
    deploy_release(environment, small=third.model_copy(update={"version": 2}))
    assert process.reload(NAME) == ("2", True)

    deploy_release(environment, other=first)
    with pytest.raises(InvalidInput, match=r"release r-\S+ of dev does not pin small \(it pins other\)"):
        process.reload(NAME)
    tamper(environment, first)
    deploy_release(environment, small=first)
    with pytest.raises(Refused, match=r"model\.skops was changed"):
        process.reload(NAME)
    assert version() == "2"  # the old one is served on
    told = CliRunner().invoke(serve, ["status", NAME, "--environment", "dev", "--json"])
    assert '"running": true' in told.stdout


def test_servers_of_two_environments_run_side_by_side(environment: Platform, tmp_path: Path) -> None:
    prod = describe(environment.model_copy(update={"environment": "prod"}))
    deploy_release(environment, small=published(environment, NAME, tmp_path / "1", 1))
    deploy_release(prod, small=published(prod, NAME, tmp_path / "2", 2))
    with pytest.raises(Unavailable, match=r"no server of small is running: groundway serve start small$"):
        process.ask(NAME, [ROW])
    dev, second = start(), start("prod")
    assert (dev.url, dev.name, second.name) != (second.url, "serve-dev.small", "serve-dev.small")
    assert (version(), version("dev"), version("prod")) == ("1", "1", "2")
    for name in ("dev", "prod"):  # what monitoring found of each
        gauges = service.home() / "monitoring" / name / f"{NAME}.prom"
        gauges.parent.mkdir(parents=True)
        gauges.write_text(f'groundway_retrain{{environment="{name}"}} 1\n')
    assert 'environment="dev"' in httpx.get(f"{dev.url}/metrics").text
    assert 'environment="dev"' not in httpx.get(f"{second.url}/metrics").text
    assert process.stop(NAME)
    assert process.find(NAME) is None
    with pytest.raises(Unavailable, match="serve start small --environment dev"):
        process.ask(NAME, [ROW], "dev")
    assert version("prod") == "2"


def test_without_release_and_registry_it_says_so_and_a_directory_needs_neither(
    environment: Platform, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="no release is deployed in dev, and the model registry is not running"):
        process.start(Settings(model=NAME, log=False), deadline=8)
    assert process.find(NAME) is None
    deploy_release(environment, small=published(environment, NAME, tmp_path / "2", 2))
    start(directory=make_model(tmp_path / "here"))
    assert version() == "1"
