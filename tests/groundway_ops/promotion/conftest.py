"""`small`: dev and staging in a local cloud of their own, with nothing released yet. `models`: two of them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "groundway"))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from small_environments import SmallEnvironments
from small_model import make_model


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallEnvironments]:
    base = tmp_path_factory.mktemp("small")
    made = SmallEnvironments(base / "checkout", base / "home")
    try:
        made.up("dev", "staging")
        yield made
    finally:
        made.down()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("models")
    return make_model(base / "one", seed=1), make_model(base / "two", seed=2)
