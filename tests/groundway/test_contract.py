from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundway.contract import DerivedInput, ModelContract, OnlineInput, RequestField, assemble, check_request
from groundway.errors import InvalidInput

NEW_YORK = "America/New_York"
CONTRACT = ModelContract(
    request=(
        RequestField(name="carrier", dtype="string"),
        RequestField(name="at", dtype="timestamp"),
        RequestField(name="distance", dtype="int64", minimum=1, maximum=9999),
        RequestField(name="load", dtype="float64", minimum=0, maximum=1),
    ),
    derived=tuple(
        DerivedInput(name=part, source="at", part=part, timezone=NEW_YORK)
        for part in ("month", "weekday", "hour", "minute_of_day", "day_of_year")
    ),
    online=(
        OnlineInput(name="wind", view="weather", feature="wind"),
        OnlineInput(name="sky", view="weather", feature="sky"),
    ),
    inputs=("load", "hour", "carrier", "wind", "sky", "minute_of_day", "weekday", "month", "day_of_year", "distance"),
    categorical=("carrier", "sky"),
)
ROW: dict[str, Any] = {"carrier": "AA", "at": "2013-07-01T17:30:00-04:00", "distance": 100, "load": 0.5}
NOTHING = {"wind": [None], "sky": [None]}


def test_inputs_come_in_order_with_fixed_types() -> None:
    frame = assemble(CONTRACT, [ROW, ROW], {"sky": ["grey", None], "wind": [2, None]})
    assert tuple(frame.columns) == CONTRACT.inputs
    assert {c: str(t) for c, t in frame.dtypes.items() if str(t) != "float64"} == {"carrier": "object", "sky": "object"}
    assert frame.iloc[0].tolist() == [0.5, 17, "AA", 2, "grey", 17 * 60 + 30, 0, 7, 182, 100]
    assert frame["sky"].tolist() == ["grey", ""]
    assert np.isnan(frame["wind"][1])


@pytest.mark.parametrize(
    ("at", "hour", "weekday"),
    [
        ("2013-03-10T06:59:00Z", 1, 6),  # the clocks go from 1:59 EST to 3:00 EDT
        ("2013-03-10T07:00:00Z", 3, 6),
        ("2013-11-03T05:30:00Z", 1, 6),  # 1:30 happens twice
        ("2013-11-03T06:30:00Z", 1, 6),
        ("2013-11-03T04:30:00+00:00", 0, 6),
        ("2014-01-01T04:59:59Z", 23, 1),  # still last year
    ],
)
def test_parts_are_those_of_the_named_zone(at: str, hour: int, weekday: int) -> None:
    frame = assemble(CONTRACT, [{**ROW, "at": at}], NOTHING)
    assert (frame["hour"][0], frame["weekday"][0]) == (hour, weekday)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["AA", "ü", "a b"]),
            st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
            st.integers(-14 * 60, 14 * 60),
            st.integers(1, 9999),
            st.floats(0, 1),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_every_form_of_the_same_rows_gives_the_same_inputs(given_rows: list[tuple[Any, ...]]) -> None:
    """Serving has JSON, training has typed frames: one and the same function, one and the same numbers."""
    rows = [
        {"carrier": c, "at": t.replace(tzinfo=timezone(timedelta(minutes=o))).isoformat(), "distance": d, "load": f}
        for c, t, o, d, f in given_rows
    ]
    online = {"wind": [1.0] * len(rows), "sky": ["x"] * len(rows)}
    by_row = assemble(CONTRACT, rows, online)
    typed = pd.DataFrame(rows).assign(at=pd.to_datetime([r["at"] for r in rows], utc=True, format="ISO8601"))
    for form in (pd.DataFrame(rows), typed, {k: [r[k] for r in rows] for k in ROW}, check_request(CONTRACT, rows)):
        pd.testing.assert_frame_equal(assemble(CONTRACT, form, online), by_row)


def test_a_checked_request_is_typed() -> None:
    checked = check_request(CONTRACT, [ROW])
    assert {c: str(t) for c, t in checked.dtypes.items()} == {
        "carrier": "object",
        "at": "datetime64[ns, UTC]",
        "distance": "int64",
        "load": "float64",
    }
    assert check_request(CONTRACT, [{**ROW, "load": 1}])["load"].tolist() == [1.0]
    assert len(assemble(CONTRACT, [], {"wind": [], "sky": []})) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"carrier": None}, "field 'carrier': is missing"),
        ({"carrier": ""}, "field 'carrier': '' is not a non-empty string"),
        ({"carrier": 7}, "field 'carrier': 7 is not a non-empty string"),
        (
            {"at": "2013-07-01T17:30:00"},
            "field 'at': '2013-07-01T17:30:00' is not an ISO 8601 timestamp with an offset",
        ),
        ({"at": "2013-07-01"}, "field 'at'"),
        ({"at": "2013-13-01T00:00:00Z"}, "field 'at'"),
        ({"at": 1372714200}, "field 'at'"),
        ({"at": None}, "field 'at': is missing"),
        ({"at": datetime(2013, 7, 1)}, "field 'at'"),
        ({"distance": "100"}, "field 'distance': '100' is not a whole number"),
        ({"distance": 1.5}, "field 'distance': 1.5 is not a whole number"),
        ({"distance": True}, "field 'distance': True is not a whole number"),
        ({"distance": 0}, "field 'distance': 0 is below 1"),
        ({"distance": 10000}, "field 'distance': 10000 is above 9999"),
        ({"distance": 10**30}, "field 'distance': a value does not fit into int64"),
        ({"load": float("nan")}, "field 'load': nan is not finite"),
        ({"load": float("inf")}, "field 'load': inf is not finite"),
        ({"load": -0.01}, "field 'load': -0.01 is below 0"),
        ({"load": [0.5]}, "field 'load'"),
        ({"colour": "red"}, "field 'colour' is unknown; expected: carrier, at, distance, load"),
    ],
)
def test_bad_input_is_refused_naming_the_field(change: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_request(CONTRACT, [{**ROW, **change}])
    assert refused.value.message.startswith(why)
    with pytest.raises(InvalidInput) as refused:
        check_request(CONTRACT, [ROW, {**ROW, **change}, ROW])
    assert why in refused.value.message
    assert "row 1: " in refused.value.message or "does not fit" in why


def test_a_field_that_is_missing_is_named() -> None:
    without = {k: v for k, v in ROW.items() if k != "load"}
    for rows, why in [
        ([without], "field 'load' is missing"),
        ([ROW, without], "row 1: field 'load' is missing"),
        (pd.DataFrame([without]), "field 'load' is missing"),
        ({**{k: [v] for k, v in ROW.items()}, "load": [1, 2]}, "different numbers of rows"),
        ("text", "expected a list of rows, got str"),
        ([["AA"]], "row 0: expected an object"),
        (pd.DataFrame([ROW]).assign(distance=1.0), "field 'distance': expected int64, got float64"),
        (pd.DataFrame([ROW]).assign(distance=True), "field 'distance': expected int64, got bool"),
    ]:
        with pytest.raises(InvalidInput, match=why):
            check_request(CONTRACT, rows)


def test_online_columns_must_fit() -> None:
    with pytest.raises(InvalidInput, match="online input 'wind': expected 1 values, got nothing"):
        assemble(CONTRACT, [ROW], {"sky": ["x"]})
    with pytest.raises(InvalidInput, match="online input 'sky': expected 1 values, got 2 values"):
        assemble(CONTRACT, [ROW], {"sky": ["x", "y"], "wind": [1]})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"inputs": ("load", "nonsense")}, "neither request fields nor derived nor online"),
        ({"inputs": ("load", "load"), "categorical": ()}, "once"),
        ({"inputs": ("carrier",), "categorical": ()}, "strings, and only strings"),
        ({"inputs": ("load",), "categorical": ("load",)}, "strings, and only strings"),
        ({"inputs": ("load",), "categorical": ("carrier",)}, "not inputs"),
        ({"inputs": ("at",), "categorical": ()}, "timestamp 'at' cannot be an input itself"),
        ({"derived": (DerivedInput(name="h", source="load", part="hour"),)}, "needs a timestamp field"),
        ({"derived": (DerivedInput(name="load", source="at", part="hour"),)}, "once"),
        ({"derived": (DerivedInput(name="h", source="at", part="hour", timezone="Mars"),)}, "not an IANA time zone"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(change: dict[str, Any], why: str) -> None:
    fields = {"inputs": ("load", "carrier"), "categorical": ("carrier",), "derived": (), **change}
    with pytest.raises(ValidationError, match=why):
        ModelContract.model_validate({**CONTRACT.model_dump(), **fields})


def test_a_contract_survives_being_written() -> None:
    assert ModelContract.model_validate_json(CONTRACT.model_dump_json()) == CONTRACT
