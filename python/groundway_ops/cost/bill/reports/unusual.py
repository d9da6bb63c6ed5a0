"""Which days of which series are unusual: a robust z over the days before, and a large enough part of a large enough
amount, for the weekday too. Consecutive days in one direction are one stretch.

Median and MAD (median absolute deviation) stay where they are until half of the window is unusual itself.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

SIGMA = 1.4826  # MAD of a normal distribution -> its standard deviation
COME_AND_GO = ("run", "resource")  # by these, something new is nothing unusual


@dataclass(frozen=True, slots=True)
class Limits:
    """What is unusual. A day must pass all of `z`, `part` and `floor`."""

    window: int = 28  # days before, of which median and MAD are
    known: int = 14  # days that there must have been, at least
    z: float = 5
    part: float = 0.5  # of what is usual, above or below it
    floor: Decimal = Decimal(25)  # USD a day
    fresh: int = 7  # days for which a series is new
    steady: float = 0.01  # of what is usual: the least spread, for series that hardly vary
    stopped: bool = False  # tell of series that end, too

    def __str__(self) -> str:
        return (
            f"Unusual is a day more than {self.z:g} robust deviations, {self.part:.0%} and {self.floor} a day off the "
            f"median of the {self.window} days before it, and off its weekday's."
        )


def find(db: duckdb.DuckDBPyConnection, limits: Limits, first: date, settled: date, new: bool) -> None:
    """Make the table `stretch` (n, id, sign, kind, begin, until, days, spend, expected, seldom) from `dense`.

    Days from `first` on are judged; those after `settled` are incomplete, and only rises count. `kind`: rise, fall,
    new (nothing in the days before; only with `new`) or stop (nothing since). `expected` is rounded to cents.
    """
    db.execute(
        """
        CREATE TEMP TABLE judged AS
        WITH amounts AS (SELECT id, day, amount, amount::DOUBLE AS spend FROM dense),
        known AS (
            SELECT *, greatest(median(spend) OVER earlier, 0) AS usual, mad(spend) OVER earlier AS spread,
                greatest(max(spend) OVER earlier, 0) AS highest, count(*) OVER earlier AS known,
                coalesce(min(day) FILTER (amount <> 0) OVER earlier, day) AS born,
                median(spend) OVER weekdays AS weekday
            FROM amounts
            WINDOW earlier AS (PARTITION BY id ORDER BY day ROWS BETWEEN $window PRECEDING AND 1 PRECEDING),
                weekdays AS (PARTITION BY id, weekday(day) ORDER BY day ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING)),
        expecting AS (
            SELECT *, day - born < $fresh AND known - (day - born) >= $known AS is_new,
                CASE WHEN is_new THEN 0 WHEN usual > 0 THEN usual ELSE highest END AS expected,
                CASE WHEN is_new THEN 0 ELSE weekday END AS of_weekday,
                greatest(spread, $steady * usual) * $sigma AS deviation
            FROM known WHERE day >= $first AND known >= $known),
        signed AS (
            SELECT *, CASE
                WHEN spend - expected > $z * deviation AND spend - greatest(expected, of_weekday) >= $floor
                    AND spend > (1 + $part) * greatest(expected, of_weekday) THEN 1
                WHEN usual - spend > $z * deviation AND least(usual, of_weekday) - spend >= $floor
                    AND spend < (1 - $part) * least(usual, of_weekday) AND day <= $settled THEN -1
                ELSE 0 END AS sign
            FROM expecting)
        SELECT id, day, amount, sign, usual, expected, is_new FROM signed WHERE sign <> 0 AND ($new OR NOT is_new)
        """,
        {
            "window": limits.window, "known": limits.known, "z": limits.z, "part": limits.part,
            "floor": float(limits.floor), "steady": limits.steady, "fresh": limits.fresh, "sigma": SIGMA,
            "first": first, "settled": settled, "new": new,
        },
    )  # fmt: skip
    db.execute(
        """
        CREATE TEMP TABLE stretch AS
        WITH runs AS (
            SELECT *, day - CAST(row_number() OVER (PARTITION BY id, sign ORDER BY day) AS INTEGER) AS run FROM judged),
        joined AS (
            SELECT id, sign, min(day) AS begin, max(day) AS until, count(*) AS days, sum(amount) AS spend,
                round(arg_min(expected, day) * count(*), 2)::DECIMAL(38, 2) AS expected,
                arg_min(is_new, day) AS is_new, arg_min(usual, day) = 0 AS seldom
            FROM runs GROUP BY id, sign, run),
        ends AS (SELECT id, max(day) AS last FROM dense WHERE amount <> 0 GROUP BY id)
        SELECT row_number() OVER (ORDER BY abs(spend - expected) DESC, begin, id) AS n, joined.*, CASE
            WHEN is_new THEN 'new'
            WHEN sign > 0 THEN 'rise'
            WHEN last < least(until, $settled) THEN 'stop'
            ELSE 'fall' END AS kind
        FROM joined JOIN ends USING (id)
        WHERE $stopped OR kind <> 'stop'
        """,
        {"settled": settled, "stopped": limits.stopped},
    )
