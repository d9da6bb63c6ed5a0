"""`env`: an environment in the local cloud as it is after bootstrap and deploy; `log`: its log, still empty."""

import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from evidence_place import dev, emulator, keep, pair, settings

from groundway.environment import Environment
from groundway_ops.evidence import Event, Log
from groundway_ops.evidence.log import open_at
from groundway_ops.evidence.place import Place

Tell = Callable[..., Event]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator(tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session(region_name=dev("groundway").region)


@pytest.fixture(scope="session")
def clients(session: boto3.Session) -> Callable[..., Any]:
    """Clients of the session, each made once: that takes as long as ten requests."""
    made = cache(session.client)
    return lambda service, region_name=None, config=None: made(service, region_name)


@pytest.fixture
def env(
    cloud: str,
    session: boto3.Session,
    clients: Callable[..., Any],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Environment:
    for name, value in settings(cloud).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    monkeypatch.setattr(boto3, "client", clients)
    env = dev(f"t{zlib.crc32(request.node.nodeid.encode())}")
    keep(env.bucket_name("evidence"), env.region)
    pair()
    return env


@pytest.fixture
def place(env: Environment) -> Place:
    return Place.of(env)


@pytest.fixture
def log(place: Place) -> Log:
    return open_at(place)


@pytest.fixture
def tell() -> Tell:
    """An event of dev, with an id."""

    def event(id: str, **fields: Any) -> Event:
        return Event.model_validate(
            {
                "id": id,
                "kind": "deploy",
                "environment": "dev",
                "time": datetime.now(UTC),
                "by": "arn:aws:sts::1:assumed-role/ops/ada",
                "reason": "because",
                **fields,
            }
        )

    return event
