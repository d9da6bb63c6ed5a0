"""How far the budgets of environments and their teams are used, and when they will be used up at this pace."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from groundway.environment import Budget, Environment, load_all
from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import daily, forecast
from groundway_ops.cost.bill.reports.daily import Reach
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "budget", "Budgets"
BY = ("environment", "team")
NOBODY, OTHERS = "(no environment)", "(other teams)"
COLUMNS = (
    *(Column(name) for name in BY),
    *(Column(name, "usd") for name in ("budget", "spend", "of which")),
    *(Column(name, "share") for name in ("used", "month")),
    Column("threshold"),
    Column("forecast", "usd"),
    Column("forecast used", "share"),
    Column("used up", "day"),
)


@dataclass(slots=True)
class Burn:
    """What was billed by day so far, and what is expected to come."""

    billed: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    coming: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, day: date, billed: Decimal, coming: Decimal) -> None:
        self.billed[day] += billed
        self.coming[day] += coming

    @property
    def spend(self) -> Decimal:
        return sum(self.billed.values(), Decimal(0))

    @property
    def forecast(self) -> Decimal:
        return self.spend + sum(self.coming.values(), Decimal(0))

    def used_up(self, budget: Decimal) -> date | None:
        """The first day on which the budget is reached, if that is in this month."""
        spent = Decimal(0)
        for day in sorted(self.billed):
            spent += self.billed[day] + self.coming[day]
            if spent >= budget:
                return day
        return None


def report(mart: Mart, question: Question, environments: Mapping[str, Environment] | None = None) -> Report:
    """A row for each environment and, of which, one for each of its teams, of the last month asked for. `spend` adds up
    to what is billed; spend that is tagged with no environment there is, is in a row of its own."""
    _whole(question)
    known = load_all() if environments is None else environments
    month = question.last
    with mart.connect() as db:
        reach = daily.reach(mart, db, question)
        forecast.prepare(db, replace(question, by=BY), reach)
        burns = _burns(db, reach, known)
        whole = replace(question, first=month).whole(mart, db)
    asked = question.where.get("environment")
    rows = [
        row
        for name in sorted(known, key=lambda name: -burns[name, None].spend / known[name].budget.monthly_usd)
        if asked in (None, name)
        for row in _of_environment(name, known[name].budget, burns, reach, question)
    ]
    if burns[NOBODY, None].spend or burns[NOBODY, None].forecast:
        rows.append(_row(NOBODY, "", None, (), burns[NOBODY, None], reach))
    return Report(
        name=NAME,
        title=TITLE,
        period=f"{month:%Y-%m}",
        columns=COLUMNS,
        rows=tuple(rows),
        sums="spend",
        total=whole,
        notes=tuple(_notes(known, burns, reach)),
        chart=Chart("bar", "environment", "spend"),
    )


def _whole(question: Question) -> None:
    """Raises `InvalidInput` for what budgets are not by."""
    if wrong := [name for name in question.by if name not in BY]:
        raise InvalidInput(f"budgets are by {' and '.join(BY)}, not by {', '.join(wrong)}")
    if wrong := [column for column in question.where if column not in ("environment", "currency")]:
        raise InvalidInput(
            f"a budget is for all that an environment spends, so it cannot be asked for one {', '.join(wrong)} only"
        )


def _burns(
    db: duckdb.DuckDBPyConnection, reach: Reach, known: Mapping[str, Environment]
) -> dict[tuple[str, str | None], Burn]:
    """By environment and team; `None` is for the whole environment."""
    burns: dict[tuple[str, str | None], Burn] = defaultdict(Burn)
    found = db.execute(
        """
        SELECT k0, k1, day, sum(billed), sum(coming) FROM (
            SELECT id, least(greatest(day, $month), $end) AS day, amount + once AS billed, 0::DECIMAL(38, 10) AS coming
            FROM daily WHERE period = $month
            UNION ALL SELECT id, day, 0, amount FROM coming)
        JOIN series USING (id) GROUP BY k0, k1, day
        """,
        {"month": reach.month, "end": reach.end},
    ).fetchall()
    for environment, team, day, billed, coming in found:
        name = environment if environment in known else NOBODY
        burns[name, None].add(day, billed, coming)
        if name != NOBODY:
            burns[name, team if team in known[name].budget.teams else OTHERS].add(day, billed, coming)
    return burns


def _of_environment(
    name: str, budget: Budget, burns: dict[tuple[str, str | None], Burn], reach: Reach, question: Question
) -> Iterator[tuple[Any, ...]]:
    yield _row(name, "", budget.monthly_usd, budget.thresholds, burns[name, None], reach)
    if "team" not in question.by:
        return
    for team, usd in budget.teams.items():
        yield _row(name, team, usd, budget.thresholds, burns[name, team], reach)
    if budget.teams and (name, OTHERS) in burns:
        yield _row(name, OTHERS, None, (), burns[name, OTHERS], reach)


def _row(
    name: str, team: str, budget: Decimal | None, thresholds: tuple[int, ...], burn: Burn, reach: Reach
) -> tuple[Any, ...]:
    spend, end = burn.spend, burn.forecast
    passed = [percent for percent in thresholds if budget and spend * 100 >= budget * percent]
    return (
        name,
        team,
        budget,
        None if team else spend,
        spend if team else None,
        float(spend / budget) if budget else None,
        gone(reach),
        f"{max(passed)}%" if passed else "",
        end.quantize(forecast.CENT),
        float(end / budget) if budget else None,
        burn.used_up(budget) if budget else None,
    )


def gone(reach: Reach) -> float:
    """The part of the month that the bill knows: its last day, counted whole."""
    last = reach.last or reach.settled
    return max((min(last, reach.end) - reach.month).days + 1, 0) / reach.end.day


def _notes(known: Mapping[str, Environment], burns: dict[tuple[str, str | None], Burn], reach: Reach) -> Iterator[str]:
    yield from reach.notes()
    for name, environment in known.items():
        budget, burn = environment.budget, burns[name, None]
        stop = budget.stop_at
        if stop and burn.spend * 100 >= budget.monthly_usd * stop:
            yield f"{name} has passed the {stop}% at which training and pipelines start nothing new."
        elif burn.spend <= budget.monthly_usd < burn.forecast:
            over = burn.forecast - budget.monthly_usd
            yield f"{name} is expected to end {over:,.2f} above its budget."
    if nobody := burns[NOBODY, None].spend:
        yield f"{nobody:,.2f} belong to none of the environments: see which tags are missing or wrong."
