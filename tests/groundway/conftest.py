"""`aws`: an empty emulated AWS for each test. `platform`: what the stacks would have made in it."""

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from emulated_platform import deploy, emulator, environment
from registry_server import registry_service

from groundway.platform import Platform


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    with emulator() as url:
        yield url


@pytest.fixture
def aws(emulator_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The endpoint of the emulated AWS, emptied; the process's AWS settings point at it for the length of the test."""
    with urlopen(Request(f"{emulator_url}/moto-api/reset", method="POST")) as answer:
        assert answer.status == 200
    for name, value in environment(emulator_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return emulator_url


@pytest.fixture
def platform(aws: str) -> Platform:
    return deploy()


__all__ = ["registry_service"]  # a fixture, known by its import
