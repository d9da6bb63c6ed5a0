"""Sharing money out exactly: parts in proportion to weights, rounded so that they add up to what was shared.

Money is counted in its last decimal. What rounding down leaves over goes to the largest remainders, one each.
"""

from decimal import Decimal

import duckdb

DECIMALS = 10
UNIT = f"CAST(1{'0' * DECIMALS} AS DECIMAL({DECIMALS + 1}, 0))"
FINE = 10**12  # weights are whole numbers of this part of their sum, so that nothing is computed in floats


def units(amount: str) -> str:
    """SQL: the sum of an amount of charges, in its last decimal."""
    return f"coalesce(CAST(CAST(sum({amount}) AS DECIMAL(27, {DECIMALS})) * {UNIT} AS HUGEINT), 0::HUGEINT)"


def money(counted: int | None) -> Decimal:
    """What `units` counted, as an amount."""
    return Decimal(int(counted or 0)).scaleb(-DECIMALS)


def apportion(db: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...]) -> None:
    """Make `table`: each row of `pots` (pot, shared_by, units, ...) once for each of its `weights` (shared_by, keys,
    weight, ...), with `amount`, its part of the units.

    The keys tell the weights of a pot apart. No pot may be without a weight above zero: it would vanish.
    """
    order = ", ".join(keys)
    db.execute(
        f"""
        CREATE TABLE {table} AS
        WITH fine AS (
            SELECT *, CAST(round(weight / sum(weight) OVER (PARTITION BY shared_by) * {FINE}) AS HUGEINT) AS of_fine
            FROM weights WHERE weight > 0
        ),
        counted AS (SELECT *, sum(of_fine) OVER (PARTITION BY shared_by)::HUGEINT AS all_fine FROM fine),
        cut AS (
            SELECT pots.*, counted.* EXCLUDE (shared_by), abs(units) * of_fine // all_fine AS whole,
                abs(units) * of_fine % all_fine AS remainder
            FROM pots JOIN counted USING (shared_by)
        ),
        left_over AS (
            SELECT *, abs(units) - sum(whole) OVER (PARTITION BY pot) AS over,
                row_number() OVER (PARTITION BY pot ORDER BY remainder DESC, {order}) AS place
            FROM cut
        )
        SELECT * EXCLUDE (of_fine, all_fine, whole, remainder, over, place),
            (sign(units)::HUGEINT * (whole + CASE WHEN place <= over THEN 1 ELSE 0 END))::HUGEINT AS amount
        FROM left_over
        """
    )
