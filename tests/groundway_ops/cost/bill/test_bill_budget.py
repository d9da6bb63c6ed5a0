"""Budgets: what is used and will be, of each environment and team; nothing of the bill is lost on the way."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_bill import charge, mart_of

from groundway.environment import Budget, Environment, load_all
from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import budget, make
from groundway_ops.cost.bill.reports.question import Question

CHECKOUT = Path(__file__).parents[4]
D = Decimal


def budgets(**said: dict[str, Any]) -> dict[str, Environment]:
    """The checkout's environments with other budgets."""
    return {
        name: environment.model_copy(update={"budget": Budget.model_validate(said[name])})
        for name, environment in load_all(CHECKOUT).items()
        if name in said
    }


ENVIRONMENTS = budgets(
    dev={"monthly_usd": D(600), "teams": {"demand": D(200), "quiet": D(100)}, "stop_at": 120},
    prod={"monthly_usd": D(1000), "thresholds": (20, 30, 90)},
    staging={"monthly_usd": D(50)},
)


def days(environment: str | None, team: str, amount: str, first: date, last: date) -> list[dict[str, Any]]:
    tags = {"team": team, "environment": environment}
    return [charge(day=first + timedelta(days=n), effective=amount, tags=tags) for n in range((last - first).days + 1)]


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    """Every day since 1 September, until 10 October; 5 and a cent of it is charged in other ways."""
    since, until = date(2026, 9, 1), date(2026, 10, 10)
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            *days("dev", "demand", "10", since, until),
            *days("dev", "ml-platform", "5", since, until),
            *days("prod", "demand", "30", since, until),
            *days("test", "demand", "2", since, until),
            *days(None, "demand", "1", since, until),
            charge(day=date(2026, 10, 1), effective="5.01", category="Tax", tags={}),
            charge(day=date(2026, 10, 3), effective="500.0000000001", category="Purchase", tags={"environment": "dev"}),
        ],
    )


def rows(mart: Mart, environments: dict[str, Environment] = ENVIRONMENTS, **asked: Any) -> dict[tuple[str, str], dict]:
    report = budget.report(mart, Question.of(mart, **{"by": budget.BY, **asked}), environments)
    return {(row["environment"], row["team"]): row for row in report.records()}


def test_environments_and_their_teams(mart: Mart) -> None:
    told = rows(mart)
    assert list(told) == [
        *(("dev", ""), ("dev", "demand"), ("dev", "quiet"), ("dev", "(other teams)")),
        *(("prod", ""), ("staging", ""), ("(no environment)", "")),
    ]
    dev = told["dev", ""]
    assert dev["spend"] == D("650.0000000001")
    assert dev["used"] == pytest.approx(650 / 600)
    assert dev["month"] == pytest.approx(10 / 31)
    assert dev["threshold"] == "100%"
    assert dev["forecast"] == 650 + 21 * 15
    assert told["dev", "demand"]["of which"] == 100
    assert told["dev", "demand"]["threshold"] == "50%"
    assert told["dev", "(other teams)"]["of which"] == D("550.0000000001")
    assert told["prod", ""]["threshold"] == "30%"
    assert told["staging", ""]["spend"] == told["dev", "quiet"]["of which"] == 0
    assert told["(no environment)", ""]["spend"] == 30 + D("5.01")


@pytest.mark.parametrize(
    ("place", "day"),
    [
        (("dev", ""), date(2026, 10, 7)),  # 500 and 15 a day: passed already
        (("dev", "demand"), date(2026, 10, 20)),  # 10 a day
        (("prod", ""), None),  # 30 a day: 930 at the month's end
        (("staging", ""), None),
        (("(no environment)", ""), None),
    ],
    ids=lambda value: str(value),
)
def test_the_day_on_which_it_will_be_used_up(mart: Mart, place: tuple[str, str], day: date | None) -> None:
    assert rows(mart)[place]["used up"] == day


def test_a_budget_is_used_up_when_it_is_reached(mart: Mart) -> None:
    told = rows(mart, budgets(prod={"monthly_usd": D(930)}))
    assert told["prod", ""]["used up"] == date(2026, 10, 31)
    assert told["prod", ""]["forecast used"] == 1
    assert rows(mart, budgets(prod={"monthly_usd": D("930.01")}))["prod", ""]["used up"] is None


@pytest.mark.parametrize("by", [("environment", "team"), ("environment",), ("team",), ()], ids="+".join)
@pytest.mark.parametrize("month", ["2026-09", "2026-10"])
@pytest.mark.parametrize("metric", ["effective", "billed"])
def test_nothing_of_the_bill_is_lost(mart: Mart, by: tuple[str, ...], month: str, metric: str) -> None:
    question = Question.of(mart, month, month, by=by, metric=metric)
    report = budget.report(mart, question, ENVIRONMENTS)
    assert sum(amount for amount in report.column("spend") if amount is not None) == make("spend", mart, question).total
    for name in ("dev",) if "team" in by else ():
        parts = [row["of which"] for row in report.records() if row["environment"] == name and row["team"]]
        (whole,) = [row["spend"] for row in report.records() if row["environment"] == name and not row["team"]]
        assert sum(parts) == whole


def test_what_is_to_be_done_is_noted(mart: Mart) -> None:
    told = " ".join(budget.report(mart, Question.of(mart, by=budget.BY), ENVIRONMENTS).notes)
    assert "120%" not in told
    assert "35.01 belong to none of the environments" in told
    dearer = budgets(
        dev={"monthly_usd": D(500), "stop_at": 120},
        prod={"monthly_usd": D(900)},
    )
    told = " ".join(budget.report(mart, Question.of(mart, by=budget.BY), dearer).notes)
    assert "dev has passed the 120% at which training and pipelines start nothing new" in told
    assert "prod is expected to end 30.00 above its budget" in told


def test_one_environment(mart: Mart) -> None:
    assert list(rows(mart, where={"environment": "prod"})) == [("prod", "")]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"by": ("project",)}, "budgets are by environment and team, not by project"),
        ({"where": {"service": "Amazon S3"}}, "cannot be asked for one service only"),
    ],
    ids=["by", "where"],
)
def test_what_budgets_are_not_by(mart: Mart, asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        make("budget", mart, Question.of(mart, **asked))


def test_the_environments_are_those_of_the_checkout(
    mart: Mart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(CHECKOUT)
    report = make("budget", mart, Question.of(mart))
    named = {row["environment"] for row in report.records()}
    assert named == {*load_all(CHECKOUT), "(no environment)"}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match="environments/"):
        make("budget", mart, Question.of(mart))
