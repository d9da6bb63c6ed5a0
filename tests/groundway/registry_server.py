"""One MLflow server for all tests of a session: it takes a dozen seconds to start."""

from collections.abc import Iterator

import pytest
from emulated_platform import deploy, environment

from groundway import service
from groundway.registry import server


@pytest.fixture(scope="session")
def registry_service(emulator_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[service.Service]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(emulator_url).items():
            patch.setenv(name, value)
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("registry-home")))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        home = service.home()
        running = server.up(deploy("session"), report=print)
    yield running
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(home))
        assert server.down()
