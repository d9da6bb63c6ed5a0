"""Money that is shared out is all there, to its last decimal, whatever the weights."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from groundway_ops.cost.bill.reports.apportion import apportion, money, units

AMOUNTS = st.decimals(Decimal("-99999999"), Decimal("99999999"), places=10)
WEIGHTS = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


def shared(db: duckdb.DuckDBPyConnection, amounts: list[Decimal], weights: list[float]) -> list[list[Decimal]]:
    """The parts of each amount, in the order of the weights."""
    db.execute("CREATE OR REPLACE TABLE charges (pot INTEGER, amount DECIMAL(18, 10))")
    db.executemany("INSERT INTO charges VALUES (?, ?)", list(enumerate(amounts)))
    db.execute(
        "CREATE OR REPLACE TABLE pots AS SELECT pot, 1 AS shared_by, "
        f"{units('amount')} AS units FROM charges GROUP BY pot"
    )
    db.execute("CREATE OR REPLACE TABLE weights (shared_by INTEGER, key INTEGER, weight DOUBLE)")
    db.executemany("INSERT INTO weights VALUES (1, ?, ?)", list(enumerate(weights)))
    db.execute("DROP TABLE IF EXISTS made")
    apportion(db, "made", ("key",))
    found = db.execute("SELECT list(amount ORDER BY key) FROM made GROUP BY pot ORDER BY pot").fetchall()
    return [[money(part) for part in parts] for (parts,) in found]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(AMOUNTS, min_size=1, max_size=5), WEIGHTS)
@example([Decimal("0.0000000001")], [1.0, 1.0, 1.0])
@example([Decimal("-0.0000000002")], [1.0, 1.0, 1.0])
@example([Decimal("99999999.9999999999")], [1e-6, 1e6])
def test_the_parts_are_the_whole(db: duckdb.DuckDBPyConnection, amounts: list[Decimal], weights: list[float]) -> None:
    assert [sum(parts) for parts in shared(db, amounts, weights)] == amounts


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(AMOUNTS, WEIGHTS)
def test_each_part_is_what_its_weight_says(
    db: duckdb.DuckDBPyConnection, amount: Decimal, weights: list[float]
) -> None:
    [parts] = shared(db, [amount], weights)
    for part, weight in zip(parts, weights, strict=True):
        assert float(part) == pytest.approx(float(amount) * weight / sum(weights), rel=1e-5, abs=1e-4)


def test_the_last_decimals_go_to_the_largest_remainders(db: duckdb.DuckDBPyConnection) -> None:
    assert shared(db, [Decimal("0.0000000010")], [1.0, 2.0, 4.0]) == [
        [Decimal("1E-10"), Decimal("3E-10"), Decimal("6E-10")]  # 1.43, 2.86, 5.71
    ]


def test_a_credit_is_shared_like_a_charge(db: duckdb.DuckDBPyConnection) -> None:
    assert shared(db, [Decimal("-1")], [1.0, 3.0]) == [[Decimal("-0.25"), Decimal("-0.75")]]
