"""The source tables once a session; an emulated platform is made by the module that needs one."""

import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "groundway"))  # for emulated_platform


@pytest.fixture(scope="session")
def source() -> dict[str, pa.Table]:
    from flights.data import source_tables

    return source_tables()


@pytest.fixture(scope="session")
def flights(source: dict[str, pa.Table]) -> pl.DataFrame:
    return pl.from_arrow(source["flights"])


@pytest.fixture(scope="session")
def weather(source: dict[str, pa.Table]) -> pl.DataFrame:
    return pl.from_arrow(source["weather"])
