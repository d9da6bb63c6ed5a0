"""Canonical JSON: RFC 8785's own examples, and every value there and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundway_ops.evidence.canonical import LARGEST, canonical, parse

SAFE = st.integers(-LARGEST, LARGEST) | st.floats(-LARGEST, LARGEST)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-27, "1.5e-27"),
        (5e-324, "5e-324"),
        (333333333.33333329, "333333333.3333333"),
        (-1234.5, "-1234.5"),
        (1e15, "1000000000000000"),
        (LARGEST, "9007199254740991"),
        (True, "true"),
        ('€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ("\u007f\u2028", '"\u007f\u2028"'),
        ({"b": 1, "a": [None, False]}, '{"a":[null,false],"b":1}'),
    ],
)
def test_as_the_rfc_writes_it(value: object, text: str) -> None:
    assert canonical(value) == text.encode()


def test_keys_are_sorted_by_utf16() -> None:
    """The example of RFC 8785, section 3.2.3: the smiley's surrogates come before the Hebrew letter."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    sorted_ = list(json.loads(canonical(dict.fromkeys(keys))))
    assert sorted_ == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": [float("nan")]}, r"a\[0\] is nan"),
        ({"a": {"b": float("-inf")}}, "a.b is -inf"),
        ({"n": 2**53}, "n is 9007199254740992: numbers are finite and below 2"),
        ({"n": 1e16}, "n is 1e"),
        ({1: 2}, "key that is no text"),
        ({"x": b"bytes"}, "x is no JSON value: bytes"),
        ({"x": "\ud800"}, "lone surrogate"),
    ],
)
def test_what_json_cannot_hold_exactly_is_refused(value: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical(value)


@given(VALUES)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    raw = canonical(value)
    assert parse(raw) == value
    assert canonical(parse(raw)) == raw


@pytest.mark.parametrize("raw", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1.0}', b'{"a":1,"a":1}', b'{"a":1}\n', b"{"])
def test_other_bytes_for_the_same_value_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"not canonical|Expecting"):
        parse(raw)
