"""What botocore's models say about a single value: enumeration, length, range, pattern. Each function yields messages.

The provider asks at plan time, the emulator when a request for a recorded resource comes in. What the model calls
sensitive is not repeated in a message.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

# Java's classes in the patterns of the models.
_JAVA = {
    r"\p{L}": r"\w",
    r"\p{Z}": r"\s",
    r"\p{N}": r"\d",
    r"\p{M}": "",
    r"\p{ASCII}": r"\x00-\x7f",
    r"\p{P}": r"!-/:-@",
}
_STRAY_ANCHOR = re.compile(r"(?<=/)\^(?=\.)")  # EC2's model has `placement-group/^.{1,255}$`, which nothing matches
SHOWN = 12  # values of an enumeration that a message lists


def of_string(value: str, shape: Any) -> Iterator[str]:
    """What is wrong with a string."""
    said = "(sensitive value)" if shape.metadata.get("sensitive") else repr(value)
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        shown = ", ".join(enum[:SHOWN]) + (", ..." if len(enum) > SHOWN else "")
        yield f"{said} is not one of {shown}"
    yield from of_range(len(value), shape, "characters")
    pattern = shape.metadata.get("pattern")
    if pattern and not matches(pattern, value):
        yield f"{said} does not match {pattern}"


def of_range(number: float, shape: Any, unit: str = "") -> Iterator[str]:
    """What is wrong with a number, or with how many (`unit`) there are."""
    counted = f"{number} {unit}".rstrip()
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        yield f"{counted} is less than the minimum {low}"
    if high is not None and number > high:
        yield f"{counted} is more than the maximum {high}"


def of_timestamp(value: str) -> Iterator[str]:
    """What is wrong with a time, which Terraform writes as RFC 3339."""
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        yield f"{value!r} is no time, such as 2030-01-31T12:00:00Z"


def matches(pattern: str, value: str) -> bool:
    """Whether a value matches; a pattern that Python does not understand counts as matched."""
    for java, python in _JAVA.items():
        pattern = pattern.replace(java, python)
    try:
        pattern = _STRAY_ANCHOR.sub("", pattern)
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True
