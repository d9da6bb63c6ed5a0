"""`aws`: an emulated AWS with accounts for dev and staging. `ask`: a request to promote from one to the other."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request as Http
from urllib.request import urlopen

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "groundway"))
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import emulated_platform
from promotion_request import CHECKOUT, NOW, Ask, release

from groundway import environment
from groundway.environment import Environment
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates import Request


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with emulated_platform.emulator() as url:
        yield url


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    """The emulated AWS, emptied. This process itself is in neither account."""
    with urlopen(Http(f"{endpoint}/moto-api/reset", method="POST")) as answer:
        assert answer.status == 200
    for variable, value in emulated_platform.environment(endpoint).items():
        monkeypatch.setenv(variable, value)
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "GROUNDWAY_CLOUD"):
        monkeypatch.delenv(variable, raising=False)
    boto3.setup_default_session()
    return {one: _account(environment.load(one, CHECKOUT)) for one in ("dev", "staging")}


def _account(of: Environment) -> Account:
    role = f"arn:aws:iam::{of.account}:role/ops"
    found = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="alice")["Credentials"]
    own = {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
        "AWS_REGION": of.region,
        "AWS_DEFAULT_REGION": of.region,
        "GROUNDWAY_CLOUD": "local",
    }
    return Account(of, {**os.environ, **own})


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Makes a request from dev to staging, any of which may be given. AWS is reached in accounts that are given."""

    def make(**given: Any) -> Request:
        source, target = (given.get(key) or environment.load(of, CHECKOUT) for key, of in ENDS.items())
        request: dict[str, Any] = {
            "source": source,
            "target": target,
            "root": CHECKOUT,
            "work": tmp_path / "work",
            "candidate": release("staging"),
            "origin": release("dev"),
            "current": None,
            "requester": "arn:aws:sts::222222222222:assumed-role/ops/asker",
            "reason": "a better model",
            "accepted": frozenset(),
            "now": NOW,
            "in_source": Account(source, {}),
            "in_target": Account(target, {}),
            "report": lambda _: None,
        }
        return Request(**{**request, **given})

    return make


ENDS = {"source": "dev", "target": "staging"}
