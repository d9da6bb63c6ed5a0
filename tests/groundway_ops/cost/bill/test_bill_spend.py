"""Spend by any dimension: whatever it is grouped by, it is the same money."""

from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from small_bill import charge, mart_of

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import DIMENSIONS, MISSING, Question
from groundway_ops.cost.bill.reports.record import Column, Report

WHOLE = Decimal("18.3333333334")


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            charge(effective="10.0000000001", billed="12"),
            charge(effective="3.3333333333", day=date(2026, 10, 2), tags={"team": "other"}, service="Amazon S3"),
            charge(effective="6", tags={}, day=date(2026, 10, 31), region=None),
            charge(effective="-1", category="Credit", tags={}, day=date(2026, 10, 31)),
            charge(effective="5", day=date(2026, 9, 1)),
        ],
    )


@pytest.mark.parametrize("by", [*((d,) for d in DIMENSIONS), *combinations(DIMENSIONS, 2)], ids="+".join)
def test_whatever_it_is_grouped_by_it_is_the_same_money(mart: Mart, by: tuple[str, ...]) -> None:
    assert sum(make("spend", mart, Question.of(mart, by=by)).column("spend")) == WHOLE


def test_it_is_by_team_unless_it_is_told(mart: Mart) -> None:
    asked = make("spend", mart, Question.of(mart))
    assert asked == make("spend", mart, Question.of(mart, by=("team",)))
    assert asked != make("spend", mart, Question.of(mart, by=("service",)))


def test_teams(mart: Mart) -> None:
    rows = make("spend", mart, Question.of(mart, by=("team",))).rows
    assert [(team, amount) for team, amount, _ in rows] == [
        ("demand", Decimal("10.0000000001")),
        (MISSING, Decimal(5)),
        ("other", Decimal("3.3333333333")),
    ]
    assert sum(share for *_, share in rows) == pytest.approx(1)


def test_the_rest_is_shown_as_one_and_nothing_is_lost(mart: Mart) -> None:
    report = make("spend", mart, Question.of(mart, by=("team", "service"), top=1))
    assert [row[:2] for row in report.rows] == [("demand", "Amazon Elastic Compute Cloud"), ("2 others", "")]
    assert report.total == WHOLE


def test_months_and_conditions(mart: Mart) -> None:
    assert make("spend", mart, Question.of(mart, "2026-09", "2026-10")).total == WHOLE + 5
    assert make("spend", mart, Question.of(mart, "2026-09")).total == 5
    assert make("spend", mart, Question.of(mart, where={"team": MISSING})).total == 5
    assert make("spend", mart, Question.of(mart, where={"day": "2026-10-02"})).total == Decimal("3.3333333333")
    assert make("spend", mart, Question.of(mart, metric="billed")).total == WHOLE + Decimal("1.9999999999")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"first": "2026-13"}, "'2026-13' is no month"),
        ({"first": "2026-11"}, "no charges of 2026-11 to 2026-11; there are 2026-09, 2026-10"),
        ({"first": "2026-10", "last": "2026-09"}, "is after the last"),
        ({"by": ("colour",)}, "'colour' is nothing to group by; there are team, project"),
        ({"where": {"colour": "red"}}, "'colour' is nothing to group by"),
        ({"metric": "net"}, "'net' is no amount; there are effective"),
        ({"span": "year"}, "'year' is no span to compare; there are month, week"),
    ],
)
def test_what_cannot_be_asked(mart: Mart, asked: dict, told: str) -> None:
    with pytest.raises(InvalidInput, match="^.*" + told.replace("(", r"\(")):
        Question.of(mart, **asked)


def test_an_empty_mart_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="groundway cost ingest SOURCE"):
        Question.of(Mart(tmp_path))


def test_a_report_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="adds up to 1, not to 2"):
        Report("x", "X", "2026-10", (Column("spend", "usd"),), ((Decimal(1),),), "spend", Decimal(2))


def test_currencies_are_not_added_up(tmp_path: Path) -> None:
    two = mart_of(tmp_path, [charge(effective="3"), charge(effective="4", currency="EUR", day=date(2026, 9, 1))])
    with pytest.raises(InvalidInput, match="in EUR and USD, which do not add up: ask for one, with --where currency="):
        make("spend", two, Question.of(two))
    for currency, amount in {"USD": 3, "EUR": 4}.items():
        report = make("spend", two, Question.of(two, "2026-09", "2026-10", where={"currency": currency}))
        assert (report.currency, report.total) == (currency, amount)
