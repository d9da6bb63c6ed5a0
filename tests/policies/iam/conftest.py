"""`estate`: all roles of all environments as they run on AWS; `decided`: every row of every table, judged."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "stacks"))  # synthesis.py is shared with the tests of the stacks

from iam_cases import Case, cases, judged
from iam_roles import Estate
from iam_tables import Names, Table, tables
from synthesis import CHECKOUT, synthesize

from groundway.environment import load_all
from stacks.cloud import Cloud


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return Estate(synthesize(tmp_path_factory.mktemp("aws"), Cloud.AWS), load_all(CHECKOUT))


@pytest.fixture(scope="session")
def names() -> Names:
    return Names.load()


@pytest.fixture(scope="session")
def written() -> dict[str, Table]:
    return tables()


@pytest.fixture(scope="session")
def decided(estate: Estate, names: Names, written: dict[str, Table]) -> list[Case]:
    return judged((case for table in written.values() for case in cases(table, estate, names)), estate)
