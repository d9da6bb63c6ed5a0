"""`home`: a place for a local cloud of one's own, stopped afterwards. `address`: one that all tests share."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from local_cloud import groundway, up

from groundway_local.home import Record

NUMBERS = itertools.count(200000000001)


@contextmanager
def stopped_afterwards(home: Path) -> Iterator[Path]:
    try:
        yield home
    finally:
        groundway(home, "down")
        record = Record.read(home / "local" / "emulator.json")
        if record and record.alive():
            psutil.Process(record.pid).kill()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with stopped_afterwards(tmp_path / "state") as path:
        yield path


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with stopped_afterwards(tmp_path_factory.mktemp("cloud")) as path:
        up(path)
        yield path


@pytest.fixture(scope="session")
def address(shared_home: Path) -> str:
    """The address of a running local cloud. Take an `account` of your own in it."""
    return up(shared_home)


@pytest.fixture
def new_account() -> Callable[[], str]:
    """Each call is the number of an account that nobody else uses."""
    return lambda: str(next(NUMBERS))


@pytest.fixture
def account(new_account: Callable[[], str]) -> str:
    return new_account()
