"""The model contract: what a caller sends, what the feature store adds, and what the model is given, in which order.

Written as `contract.json` beside the model when it is trained and carried with it from then on. Training and serving
both build the model's inputs with `assemble`, so they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, model_validator

from groundway.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

DType = Literal["string", "int64", "float64", "timestamp"]
Part = Literal["month", "weekday", "hour", "minute_of_day", "day_of_year"]

_OFFSET = re.compile(r".*(?:[Zz]|[+-]\d\d:?\d\d)")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestField(_Part):
    """A field that the caller sends. `timestamp` is ISO 8601 with an offset. Bounds are inclusive."""

    name: str
    dtype: DType
    minimum: float | None = None
    maximum: float | None = None


class DerivedInput(_Part):
    """A model input computed from a timestamp of the request, in `timezone` (an IANA name). Monday is weekday 0."""

    name: str
    source: str
    part: Part
    timezone: str = "UTC"


class OnlineInput(_Part):
    """A model input fetched from the feature store; the view's join keys are request fields of the same name."""

    name: str
    view: str
    feature: str


class ModelContract(_Part):
    """`inputs` names the model's columns in order: each is a request field, a derived input or an online input.

    `feature_project` is the project of the feature store that the online inputs' views belong to.
    """

    request: tuple[RequestField, ...]
    derived: tuple[DerivedInput, ...] = ()
    online: tuple[OnlineInput, ...] = ()
    feature_project: str | None = None
    inputs: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    output: str = "probability"

    @model_validator(mode="after")
    def _consistent(self) -> ModelContract:
        fields = {f.name: f for f in self.request}
        declared = [*fields, *(d.name for d in self.derived), *(o.name for o in self.online)]
        twice = sorted({n for n in declared if declared.count(n) > 1 or self.inputs.count(n) > 1})
        if twice or len(fields) < len(self.request):
            raise ValueError(f"each name may be declared and used once: {twice or list(fields)}")
        if unknown := [n for n in self.inputs if n not in declared]:
            raise ValueError(f"inputs {unknown} are neither request fields nor derived nor online inputs")
        if unknown := [n for n in self.categorical if n not in self.inputs]:
            raise ValueError(f"categorical {unknown} are not inputs")
        for d in self.derived:
            if d.source not in fields or fields[d.source].dtype != "timestamp":
                raise ValueError(f"derived input {d.name!r} needs a timestamp field of the request, not {d.source!r}")
            try:
                ZoneInfo(d.timezone)
            except (KeyError, ValueError, OSError):
                raise ValueError(f"derived input {d.name!r}: {d.timezone!r} is not an IANA time zone") from None
        for f in self.request:
            if f.name not in self.inputs:
                continue
            if f.dtype == "timestamp":
                raise ValueError(f"timestamp {f.name!r} cannot be an input itself; derive its parts")
            if (f.dtype == "string") != (f.name in self.categorical):
                raise ValueError(f"input {f.name!r}: strings, and only strings, must be listed as categorical")
        return self


def check_request(contract: ModelContract, rows: Any) -> pd.DataFrame:
    """The request's fields as typed columns: object (strings), int64, float64, datetime64[ns, UTC].

    `rows` is a frame, a list of mappings (one a row) or a mapping of columns. Raises `InvalidInput` naming the field
    (and the row, where there is more than one) for what is missing, unknown, of another type, not finite or out of
    bounds.
    """
    import pandas as pd

    columns, count = _columns(contract, rows)
    return pd.DataFrame({f.name: _typed(f, columns[f.name]) for f in contract.request}, index=pd.RangeIndex(count))


def assemble(contract: ModelContract, rows: Any, online: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The model's inputs: columns in `contract.inputs` order; strings for the categorical ones, else float64.

    `rows` as for `check_request`, which is applied; `online` holds one column of the same length per online input,
    by its name, with None (or NaN) where the store has no value. A missing number becomes NaN, a missing string "".
    """
    import numpy as np
    import pandas as pd

    request = check_request(contract, rows)
    derived = {d.name: d for d in contract.derived}
    local: dict[tuple[str, str], Any] = {}
    out: dict[str, Any] = {}
    for name in contract.inputs:
        if name in derived:
            d = derived[name]
            if (d.source, d.timezone) not in local:
                local[d.source, d.timezone] = pd.DatetimeIndex(request[d.source]).tz_convert(d.timezone)
            out[name] = _part(local[d.source, d.timezone], d.part).astype("float64")
        elif name in request:
            out[name] = request[name].to_numpy() if name in contract.categorical else request[name].to_numpy("float64")
        else:
            if name not in online or len(online[name]) != len(request):
                given = f"{len(online[name])} values" if name in online else "nothing"
                raise InvalidInput(f"online input {name!r}: expected {len(request)} values, got {given}")
            out[name] = (
                np.array(["" if v is None or v != v else str(v) for v in online[name]], dtype=object)
                if name in contract.categorical
                else np.asarray(online[name], dtype="float64")
            )
    return pd.DataFrame(out, index=request.index, columns=list(contract.inputs))


def _part(local: Any, part: Part) -> Any:
    match part:
        case "minute_of_day":
            return local.hour.to_numpy() * 60 + local.minute.to_numpy()
        case "day_of_year":
            return local.dayofyear.to_numpy()
        case _:
            return getattr(local, part).to_numpy()


def _columns(contract: ModelContract, rows: Any) -> tuple[Mapping[str, Any], int]:
    """Columns of the request by name, and how many rows there are; every field present, none unknown."""
    names = [f.name for f in contract.request]
    if hasattr(rows, "columns"):
        _same_names(names, rows.columns, None)
        return {n: rows[n] for n in names}, len(rows)
    if isinstance(rows, Mapping):
        _same_names(names, rows, None)
        lengths = {n: len(rows[n]) for n in names}
        if len(set(lengths.values())) > 1:
            raise InvalidInput(f"the fields have different numbers of rows: {lengths}")
        return rows, next(iter(lengths.values()))
    if isinstance(rows, str | bytes) or not isinstance(rows, Sequence):
        raise InvalidInput(f"expected a list of rows, got {type(rows).__name__}")
    wanted = set(names)
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInput(f"row {i}: expected an object with the fields {', '.join(names)}, got {row!r}")
        if row.keys() != wanted:
            _same_names(names, row, i if len(rows) > 1 else None)
    return {n: [row[n] for row in rows] for n in names}, len(rows)


def _same_names(wanted: Sequence[str], given: Any, row: int | None) -> None:
    where = "" if row is None else f"row {row}: "
    if missing := [n for n in wanted if n not in given]:
        raise InvalidInput(f"{where}field {missing[0]!r} is missing; expected: {', '.join(wanted)}")
    if unknown := [str(n) for n in given if n not in wanted]:
        raise InvalidInput(f"{where}field {unknown[0]!r} is unknown; expected: {', '.join(wanted)}")


def _typed(field: RequestField, values: Any) -> Any:
    """`values` as an array of the field's dtype, within its bounds."""
    import numpy as np

    if field.dtype == "timestamp":
        return _timestamps(field, values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    if field.dtype == "string":
        _all(field, array, [isinstance(v, str) and v != "" for v in array], "is not a non-empty string")
        return array
    if getattr(values, "dtype", None) is None or values.dtype == object:
        whole = field.dtype == "int64"
        kinds: tuple[type, ...] = (int, np.integer) if whole else (int, float, np.integer, np.floating)
        ok = [isinstance(v, kinds) and not isinstance(v, bool) for v in array]
        _all(field, array, ok, "is not a whole number" if whole else "is not a number")
    elif values.dtype.kind not in ("iu" if field.dtype == "int64" else "iuf"):
        raise InvalidInput(f"field {field.name!r}: expected {field.dtype}, got {values.dtype}")
    try:
        numbers = array.astype(field.dtype)
    except OverflowError:
        raise InvalidInput(f"field {field.name!r}: a value does not fit into {field.dtype}") from None
    _all(field, array, np.isfinite(numbers), "is not finite")
    if field.minimum is not None:
        _all(field, array, numbers >= field.minimum, f"is below {field.minimum:g}")
    if field.maximum is not None:
        _all(field, array, numbers <= field.maximum, f"is above {field.maximum:g}")
    return numbers


def _timestamps(field: RequestField, values: Any) -> Any:
    """Timestamps in UTC. Without an offset a time is ambiguous, so it is refused rather than guessed."""
    import numpy as np
    import pandas as pd

    expected = "is not an ISO 8601 timestamp with an offset, like 2013-07-01T17:30:00-04:00"
    if getattr(getattr(values, "dtype", None), "tz", None) is not None:
        parsed = pd.DatetimeIndex(values).tz_convert("UTC")
    else:
        array = np.empty(len(values), dtype=object)
        array[:] = values
        ok = [
            (isinstance(v, str) and _OFFSET.fullmatch(v) is not None) or getattr(v, "tzinfo", None) is not None
            for v in array
        ]
        _all(field, array, ok, expected)
        parsed = pd.DatetimeIndex(pd.to_datetime(array, format="ISO8601", utc=True, errors="coerce"))
        values = array
    _all(field, values, ~parsed.isna(), expected)
    return parsed.as_unit("ns")


def _all(field: RequestField, values: Any, ok: Any, what: str) -> None:
    """Raise for the first value that is not `ok`."""
    import numpy as np

    bad = np.flatnonzero(~np.asarray(ok, dtype=bool))
    if len(bad):
        first = int(bad[0])
        row = f"row {first}: " if len(values) > 1 else ""
        value = values.iloc[first] if hasattr(values, "iloc") else values[first]
        missing = value is None or value != value
        told = "is missing" if value is None else f"{value!r} {what}" if not missing else f"{value} {what}"
        raise InvalidInput(f"{row}field {field.name!r}: {told}")
