"""Freeze windows: inside one nothing is promoted, and it is said why and until when."""

from datetime import UTC, datetime
from typing import Any

import pytest
from promotion_request import CHECKOUT, Ask, promoting

from groundway import environment
from groundway_ops.promotion.gates import Result
from groundway_ops.promotion.gates.freeze import freeze

YEAR_END = {"begins": "2026-12-19T00:00Z", "ends": "2027-01-04T00:00Z", "why": "nobody is there"}
STOCK = {"begins": "2026-12-10T00:00Z", "ends": "2027-01-10T12:00Z", "why": "stocktaking"}


def at(ask: Ask, moment: datetime, *freezes: dict[str, Any]) -> Result:
    return freeze(ask(target=promoting(environment.load("staging", CHECKOUT), freezes=freezes), now=moment))


def test_nothing_is_frozen_without_windows(ask: Ask) -> None:
    result = at(ask, datetime(2026, 12, 20, tzinfo=UTC))
    assert (result.gate, result.passed, result.reason) == ("freeze", True, "staging is not frozen")


@pytest.mark.parametrize(
    ("moment", "passed"),
    [
        (datetime(2026, 12, 18, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 19, tzinfo=UTC), False),
        (datetime(2027, 1, 3, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 4, tzinfo=UTC), True),
    ],
)
def test_a_window_holds_from_its_first_moment_to_the_one_before_its_last(
    ask: Ask, moment: datetime, passed: bool
) -> None:
    assert at(ask, moment, YEAR_END).passed is passed


def test_who_is_refused_reads_why_and_until_when(ask: Ask) -> None:
    result = at(ask, datetime(2026, 12, 25, tzinfo=UTC), YEAR_END, STOCK)
    assert result.reason == "staging is frozen until 2027-01-10 12:00 UTC: nobody is there; stocktaking"
    assert [window["why"] for window in result.evidence["freezes"]] == ["nobody is there", "stocktaking"]


def test_the_next_window_is_told_ahead(ask: Ask) -> None:
    result = at(ask, datetime(2026, 12, 1, tzinfo=UTC), YEAR_END, STOCK)
    assert result.passed
    assert "the next freeze begins 2026-12-10 00:00 UTC: stocktaking" in result.reason
