"""What the days to come cost: the median of the same weekday in the last four weeks, and how far off that was before.

The median of four is not moved by a single bad day, and weekdays keep quiet weekends apart. Where there is less, less
is used, and said (`basis`). Money stays in exact decimals; only ratios are floating.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

WEEKS = 4
WHOLE = 7 * WEEKS  # days of history that the method wants
TAILS = (0.05, 0.95)  # of the earlier errors; they overlap, so that three of four months end between them
ORIGINS = 14  # earlier days from which it must have been tried before an interval is told


@dataclass(frozen=True, slots=True)
class Backtest:
    """How far off the month's end was, seen from each of `origins` earlier days with as many days before and ahead.

    Errors are medians, parts of what the month did cost: of the whole, of a row, and of the whole by plain run rate.
    `factors`: by series (None: the whole), of what was to come, between which the truth lay: see `TAILS`.
    """

    origins: int
    whole: float
    row: float
    run_rate: float | None
    factors: dict[int | None, tuple[float, float]]


def lay(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `pace` (id, day, amount, pace, age, week) from `dense`: `pace` is the median of the day and the
    same weekdays before it, `age` the days known until then, `week` what the last seven of them did cost."""
    db.execute(
        "CREATE TEMP TABLE pace AS SELECT id, day, amount, "
        "median(amount) OVER (PARTITION BY id, weekday(day) ORDER BY day "
        f"ROWS BETWEEN {WEEKS - 1} PRECEDING AND CURRENT ROW) AS pace, "
        "count(*) OVER (PARTITION BY id ORDER BY day) AS age, "
        "sum(amount) OVER (PARTITION BY id ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM dense"
    )


def look_ahead(db: duckdb.DuckDBPyConnection, settled: date, end: date) -> None:
    """Make the tables `coming` (id, day, amount), the days after `settled` to `end`, and `basis` (id, basis)."""
    db.execute(
        "CREATE TEMP TABLE state AS SELECT id, age, week, sum(amount) OVER (PARTITION BY id) / age AS mean FROM pace "
        "QUALIFY day = $settled",
        {"settled": settled},
    )
    db.execute(
        "CREATE TEMP TABLE basis AS SELECT id, CASE WHEN week = 0 THEN 'nothing for a week' "
        "WHEN age < 7 THEN 'run rate of ' || age || CASE age WHEN 1 THEN ' day' ELSE ' days' END "
        f"ELSE least(age // 7, {WEEKS}) || CASE WHEN age < 14 THEN ' week' ELSE ' weeks' END END AS basis FROM state"
    )
    db.execute(
        """
        CREATE TEMP TABLE coming AS
        WITH calendar AS (SELECT unnest(generate_series($settled::DATE + 1, $end, INTERVAL 1 DAY))::DATE AS day),
        expected AS (
            SELECT state.id, calendar.day,
                CASE WHEN state.week = 0 THEN 0
                    WHEN state.age < 7 THEN mean::DECIMAL(38, 10)
                    ELSE pace.pace END AS amount
            FROM state CROSS JOIN calendar LEFT JOIN pace
            ON pace.id = state.id
            AND pace.day = calendar.day - CAST(7 * ((calendar.day - $settled::DATE + 6) // 7) AS INTEGER)),
        there AS (SELECT id, day, sum(amount) AS amount FROM daily WHERE day > $settled GROUP BY id, day)
        SELECT id, day, greatest(expected.amount - coalesce(there.amount, 0), 0) AS amount
        FROM expected LEFT JOIN there USING (id, day)
        """,
        {"settled": settled, "end": end},
    )


def backtest(db: duckdb.DuckDBPyConnection, passed: int, ahead: int) -> Backtest | None:
    """The same method from earlier days of `pace`, each with `passed` days before and `ahead` after it; None where the
    mart holds too few. Days overlap, so `origins` are not independent."""
    if not ahead:
        return None
    of_weekday = " + ".join(f"{(ahead + lag) // 7} * lag(pace, {lag}) OVER days" for lag in range(7))
    before = f"sum(amount) OVER (days ROWS BETWEEN {passed - 1} PRECEDING AND CURRENT ROW)" if passed else "0"
    db.execute(
        "CREATE TEMP TABLE tried AS SELECT * FROM (SELECT id, day, age, "
        f"CASE WHEN week = 0 THEN 0 ELSE {of_weekday} END AS told, {before} AS before, "
        f"sum(amount) OVER (days ROWS BETWEEN 1 FOLLOWING AND {ahead} FOLLOWING) AS came, "
        f"lead(day, {ahead}) OVER days AS until "
        f"FROM pace WINDOW days AS (PARTITION BY id ORDER BY day)) "
        f"WHERE until IS NOT NULL AND age >= {max(WHOLE, passed)}"
    )
    db.execute(
        "CREATE TEMP TABLE tried_whole AS SELECT day, sum(told) AS told, sum(before) AS before, sum(came) AS came "
        "FROM tried GROUP BY day"
    )
    found = db.execute(
        "SELECT count(*), median(abs(told - came) / (before + came)), "
        f"median(abs(before * {ahead} / nullif({passed}, 0) - came) / (before + came)), "
        "(SELECT median(abs(told - came) / (before + came)) FROM tried WHERE before + came > 0) "
        "FROM tried_whole WHERE before + came > 0"
    ).fetchone()
    if not found or found[0] < ORIGINS:
        return None
    low, high = TAILS
    factors = db.execute(
        f"""
        SELECT id, least(quantile_cont(came / told, {low}), 1), greatest(quantile_cont(came / told, {high}), 1)
        FROM (
            SELECT id, told::DOUBLE AS told, came::DOUBLE AS came FROM tried
            UNION ALL SELECT NULL, told::DOUBLE, came::DOUBLE FROM tried_whole)
        WHERE told > 0 GROUP BY id HAVING count(*) >= {ORIGINS}
        """
    ).fetchall()
    return Backtest(found[0], found[1], found[3], found[2], {of: (low, high) for of, low, high in factors})
