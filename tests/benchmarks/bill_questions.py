"""What the benchmark of the bill asks: each report, and what of it pandas, Polars and a bare scan are asked for.

They get the sums that the report is made of, from the mart's own Parquet and no other columns; medians, forecasts and
words, which the report makes of a few thousand sums, are spared them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ask:
    """`by`: what is grouped by, besides `where` the charge recurs, if `recurs`. `months`: how many, from the last."""

    report: str
    by: tuple[str, ...]
    months: int
    sums: tuple[str, ...]  # columns of the mart that are grouped by
    recurs: bool = False
    why: tuple[str, ...] = ()  # columns that are grouped by once more, for what `BAD` was, and its quantity

    @property
    def read(self) -> tuple[str, ...]:
        return (
            *self.sums,
            "effective",
            *(("category", "correction", "start", "until") if self.recurs else ()),
            *self.why,
        )


BAD = {"team": "team-3", "service": "Amazon Elastic Compute Cloud"}  # as focus_export makes it

ASKS = {
    "spend": Ask("spend", ("day", "service", "team", "environment"), 3, ("day", "service", "team", "environment")),
    "budget": Ask("budget", ("environment", "team"), 3, ("period", "day", "environment", "team"), recurs=True),
    "forecast": Ask("forecast", ("team",), 3, ("period", "day", "team"), recurs=True),
    "movers": Ask("movers", ("service", "team", "project"), 2, ("day", "service", "team", "project")),
    "anomalies": Ask(
        "anomalies",
        ("team", "service"),
        2,
        ("period", "day", "team", "service"),
        recurs=True,
        why=("usage_type", "resource", "quantity", "unit"),
    ),
}


def files(mart: Path, months: int) -> list[Path]:
    return sorted((mart / "charges").glob("*/*.parquet"))[-months:]


def groundway(ask: Ask, mart: Path) -> Callable[[], Any]:
    from groundway.environment import load_all
    from groundway_ops.cost.bill.mart import Mart
    from groundway_ops.cost.bill.reports import make
    from groundway_ops.cost.bill.reports.question import Question

    there = Mart(mart)
    load_all()
    _imported()
    first = f"{there.periods()[0]:%Y-%m}" if ask.report == "spend" else None
    return lambda: make(ask.report, there, Question.of(there, first, by=ask.by))


def _imported() -> None:
    """DuckDB imports pandas when it is first given a parameter: a third of a second, however many rows."""
    import duckdb

    duckdb.execute("SELECT ?", [1])


def floor(ask: Ask, mart: Path) -> Callable[[], Any]:
    """DuckDB decodes the columns, and counts what is in them."""
    import duckdb

    counts = ", ".join(f"count({column})" for column in ask.read)
    listed = [str(file) for file in files(mart, ask.months)]
    _imported()
    db = duckdb.connect(config={"memory_limit": "512MB"})
    return lambda: db.execute(f"SELECT {counts} FROM read_parquet(?)", [listed]).fetchall()


def polars(ask: Ask, mart: Path) -> Callable[[], Any]:
    import polars as pl

    frame = pl.scan_parquet(files(mart, ask.months)).select(ask.read)
    recurs = (
        (pl.col("category") == "Usage")
        & ~pl.col("correction")
        & (pl.col("until") <= pl.col("start") + pl.duration(days=1))
        if ask.recurs
        else pl.lit(True)
    )
    made = frame.group_by(ask.sums).agg(
        pl.col("effective").sum(), pl.col("effective").filter(recurs).sum().alias("recurring")
    )
    bad = frame.filter(*(pl.col(name) == value for name, value in BAD.items())) if ask.why else None
    reason = (
        bad.group_by("day", *ask.why[:2]).agg(pl.col("effective").sum(), pl.col("quantity").sum())
        if bad is not None
        else None
    )
    return lambda: [one.collect(engine="streaming") for one in (made, reason) if one is not None]


def pandas(ask: Ask, mart: Path) -> Callable[[], Any]:
    import pandas as pd

    def run() -> Any:
        frame = pd.read_parquet(files(mart, ask.months), columns=list(ask.read), dtype_backend="pyarrow")
        frame["effective"] = frame["effective"].astype("double[pyarrow]")
        if ask.recurs:
            recurs = (
                (frame["category"] == "Usage")
                & ~frame["correction"]
                & (frame["until"] <= frame["start"] + pd.Timedelta(days=1))
            )
            frame["recurring"] = frame["effective"].where(recurs, 0)
        if ask.why:
            bad = frame[(frame["team"] == BAD["team"]) & (frame["service"] == BAD["service"])]
            bad.groupby(["day", *ask.why[:2]], dropna=False)[["effective", "quantity"]].sum()
        return frame.groupby(list(ask.sums), dropna=False)[
            ["effective", "recurring"] if ask.recurs else ["effective"]
        ].sum()

    return run


ENGINES: dict[str, Callable[[Ask, Path], Callable[[], Any]]] = {
    "groundway": groundway,
    "floor": floor,
    "polars": polars,
    "pandas": pandas,
}
