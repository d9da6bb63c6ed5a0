"""Spans of months, and workloads by their names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from small_place import installed
from small_workload import SmallWorkload, committed

from groundway.commands.pipeline import pipeline as command
from groundway.errors import InvalidInput
from groundway.pipeline import Span, find


def test_a_span_is_whole_months_in_utc() -> None:
    span = Span.parse("2013-11..2014-02")
    assert span.window == (datetime(2013, 11, 1, tzinfo=UTC), datetime(2014, 3, 1, tzinfo=UTC))
    assert [str(m) for m in span.months()] == ["2013-11", "2013-12", "2014-01", "2014-02"]
    assert str(span) == "2013-11..2014-02"


def test_one_month_is_a_span_that_ends_where_the_next_begins() -> None:
    december = Span.parse("2013-12")
    assert december == Span.parse("2013-12..2013-12")
    assert str(december) == "2013-12"
    assert december.end == Span.parse("2014-01").start
    assert list(december.months()) == [december]


@pytest.mark.parametrize(
    ("text", "months", "before"),
    [
        ("2013-05", 1, "2013-04"),
        ("2013-05..2013-07", 3, "2013-02..2013-04"),
        ("2013-01", 1, "2012-12"),
        ("2013-02", 14, "2011-12..2013-01"),
        ("2013-01", 12, "2012-01..2012-12"),
    ],
)
def test_before_is_the_months_that_end_where_the_span_starts(text: str, months: int, before: str) -> None:
    assert str(Span.parse(text).before(months)) == before


@given(st.integers(12_000, 30_000), st.integers(1, 60))
def test_before_ends_where_the_span_starts_and_is_as_long_as_asked(month: int, months: int) -> None:
    span = Span.parse(f"{month // 12:04}-{month % 12 + 1:02}")
    earlier = span.before(months)
    assert earlier.end == span.start
    assert len(list(earlier.months())) == months


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "2013", "2013-13", "2013-00", "2013-1", "2013-01-01", " 2013-01", "2013-01\n", "٢٠١٣-01"),
        *("2013-01..", "..2013-01", "2013-01..2013-13", "2013-01...2013-03", "2013-01..2013-02..2013-03"),
        *("0000-01", "9999-12"),
    ],
)
def test_what_is_no_span_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"is no span of months: write 2013-01 or 2013-01\.\.2013-03") as caught:
        Span.parse(text)
    assert repr(text) in caught.value.message


def test_a_span_may_not_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput, match=r"'2013-03\.\.2013-01' ends before it starts"):
        Span.parse("2013-03..2013-01")


def test_workloads_are_found_by_the_name_of_their_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workload = committed(tmp_path / "code", "small-find")
    module = installed(tmp_path / "site", monkeypatch, workload)
    assert find("small-find") == workload
    assert find("flights-delay").NAME == "flights-delay"
    listed = CliRunner().invoke(command, ["list"]).stdout.splitlines()
    assert listed == ["flights-delay  (flights.workload)", f"small-find  ({module}:workload)"]


def test_an_unknown_workload_is_told_with_the_nearest_and_all_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, SmallWorkload("orders-returned", tmp_path, tmp_path))
    with pytest.raises(InvalidInput) as caught:
        find("flight-delay")
    assert "no workload 'flight-delay'; did you mean 'flights-delay'?" in caught.value.message
    assert "known: flights-delay, orders-returned" in caught.value.message
    with pytest.raises(InvalidInput) as caught:
        find("zzz")
    assert "did you mean" not in caught.value.message
    refused = CliRunner().invoke(command, ["run", "zzz", "--train", "2013-01", "--validate", "2013-02"])
    assert (refused.exit_code, "no workload 'zzz'" in refused.stderr) == (2, True)
