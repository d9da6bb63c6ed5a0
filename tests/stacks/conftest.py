"""`synthesized`: what the app writes for every environment, made once for all tests; `for_aws`: the same for AWS."""

import pytest
from synthesis import CHECKOUT, Synthesized, synthesize

from groundway.environment import Environment, load_all
from stacks.cloud import Cloud


@pytest.fixture(scope="session")
def environments() -> dict[str, Environment]:
    return load_all(CHECKOUT)


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize(tmp_path_factory.mktemp("local"), Cloud.LOCAL)


@pytest.fixture(scope="session")
def for_aws(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize(tmp_path_factory.mktemp("aws"), Cloud.AWS)
