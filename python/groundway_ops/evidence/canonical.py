"""Canonical JSON (RFC 8785): one document, one sequence of bytes, so that a hash or a signature can be made of it."""

import json
import math
from decimal import Decimal

LARGEST = 2**53 - 1  # whole numbers beyond it are not the same to every reader of JSON


def canonical(value: object, where: str = "") -> bytes:
    """The bytes of a JSON value. Raises `ValueError`, naming the place, for what JSON cannot hold exactly."""
    try:
        return _text(value, where).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{where or 'a text'} holds half a character (a lone surrogate)") from None


def parse(raw: bytes) -> object:
    """The value in `raw`. Raises `ValueError` when it is not JSON, or not canonical: somebody else wrote it."""
    value = json.loads(raw.decode())
    if canonical(value) != raw:
        raise ValueError("it is not canonical JSON")
    return value


def _text(value: object, where: str) -> str:
    match value:
        case None | True | False | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return _number(value, where)
        case list() | tuple():
            return f"[{','.join(_text(one, f'{where}[{i}]') for i, one in enumerate(value))}]"
        case dict():
            return f"{{{','.join(_member(key, value[key], where) for key in _sorted(value, where))}}}"
    raise ValueError(f"{where or 'the value'} is no JSON value: {type(value).__name__}")


def _sorted(members: dict[object, object], where: str) -> list[str]:
    """Keys in the order of their UTF-16 code units."""
    keys = [key for key in members if isinstance(key, str)]
    if len(keys) < len(members):
        raise ValueError(f"{where or 'the value'} has a key that is no text")
    return sorted(keys, key=lambda key: key.encode("utf-16-be"))


def _member(key: str, value: object, where: str) -> str:
    return f"{json.dumps(key, ensure_ascii=False)}:{_text(value, f'{where}.{key}' if where else key)}"


def _number(value: int | float, where: str) -> str:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"{where or 'the value'} is {value}: numbers are finite and below 2^53; write it as a text")
    return str(value) if isinstance(value, int) else _float(value)


def _float(value: float) -> str:
    """As ECMAScript writes it: the fewest digits that read back as the same number."""
    if value == 0:
        return "0"
    sign, figures, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, figures))
    point = len(digits) + exponent  # digits before the decimal point
    digits = digits.rstrip("0")
    minus = "-" if sign else ""
    if len(digits) <= point:
        return minus + digits.ljust(point, "0")
    if point > 0:
        return f"{minus}{digits[:point]}.{digits[point:]}"
    if point > -6:
        return f"{minus}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{minus}{digits[0]}{fraction}e{point - 1}"
