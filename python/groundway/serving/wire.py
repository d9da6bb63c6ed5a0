"""What callers send and get: JSON, JSON lines and CSV (SageMaker), tensors (Open Inference Protocol v2)."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from groundway.contract import ModelContract
from groundway.errors import InvalidInput

ID, EVENT_TIME = "X-Request-Id", "X-Groundway-Event-Time"
DATATYPES = {"string": "BYTES", "timestamp": "BYTES", "int64": "INT64", "float64": "FP64"}
_WHOLE = {"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"}
_KINDS = {"string": {"BYTES"}, "timestamp": {"BYTES"}, "int64": _WHOLE, "float64": {*_WHOLE, "FP32", "FP64"}}


@dataclass(frozen=True)
class Request:
    """Rows as sent, not yet checked against the contract, with the id and the event time of each.

    A row's id is the request's, with `/<row>` where there are several. Both id and time may also be given row by row,
    as fields of a row named like the headers; these are no fields of the model.
    """

    id: str
    rows: Sequence[Mapping[str, Any]]
    ids: list[str]
    times: list[datetime]


def parse(body: bytes, content_type: str, contract: ModelContract, headers: Mapping[str, str]) -> Request:
    """The rows of an `/invocations` body. Raises `InvalidInput`."""
    kind = content_type.split(";")[0].strip().lower() or "application/json"
    if kind == "application/json":
        rows = _instances(_json(body, "the body"))
    elif kind in ("application/jsonlines", "application/x-ndjson"):
        rows = [_json(line, f"line {n}") for n, line in enumerate(body.splitlines(), 1) if line.strip()]
    elif kind == "text/csv":
        rows = _csv(body, contract)
    else:
        raise InvalidInput(f"content type {kind!r}: send application/json, application/jsonlines or text/csv")
    return request(rows, headers)


def parse_v2(body: bytes, contract: ModelContract, headers: Mapping[str, str]) -> Request:
    """The rows of a `/v2/models/<model>/infer` body: one tensor a request field. Raises `InvalidInput`."""
    document = _json(body, "the body")
    tensors = document.get("inputs") if isinstance(document, dict) else None
    if not isinstance(tensors, list) or not all(isinstance(t, dict) for t in tensors):
        raise InvalidInput('expected {"inputs": [{"name": ..., "datatype": ..., "shape": [n], "data": [...]}, ...]}')
    fields = {f.name: f.dtype for f in contract.request}
    columns = {str(t.get("name")): _tensor(t, fields.get(str(t.get("name")))) for t in tensors}
    if len(columns) < len(tensors):
        raise InvalidInput("two inputs have the same name")
    if len(lengths := {len(c) for c in columns.values()}) > 1:
        raise InvalidInput(f"the inputs have different numbers of rows: {sorted(lengths)}")
    names = list(columns)
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    given = document.get("id")
    return request(rows, {**headers, ID.lower(): str(given)} if given else headers)


def request(rows: Sequence[Any], headers: Mapping[str, str]) -> Request:
    """Ids and times from the rows, else from `headers` (names in lower case), else made here."""
    if not rows:
        raise InvalidInput("there are no rows")
    request_id = headers.get(ID.lower()) or uuid4().hex
    default = headers.get(EVENT_TIME.lower())
    time = datetime.now(UTC) if default is None else _time(default)
    ids, times, plain = [], [], []
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInput(f"row {i}: expected an object of fields, got {str(row)[:80]!r}")
        marked = ID in row or EVENT_TIME in row
        ids.append(str(row[ID]) if ID in row else request_id if len(rows) == 1 else f"{request_id}/{i}")
        times.append(_time(row[EVENT_TIME]) if EVENT_TIME in row else time)
        plain.append({k: v for k, v in row.items() if k not in (ID, EVENT_TIME)} if marked else row)
    return Request(request_id, plain, ids, times)


def predictions(request: Request, scores: Any, version: str) -> bytes:
    """The reply of `/invocations`: `predictions` and `ids` in the order of the rows."""
    reply = {"predictions": scores, "model_version": version, "request_id": request.id, "ids": request.ids}
    return orjson.dumps(reply, option=orjson.OPT_SERIALIZE_NUMPY)


def predictions_v2(request: Request, scores: Any, model: str, version: str, output: str) -> bytes:
    """The reply of `/v2/models/<model>/infer`: one FP64 tensor."""
    tensor = {"name": output, "datatype": "FP64", "shape": [len(scores)], "data": scores}
    reply = {"model_name": model, "model_version": version, "id": request.id, "outputs": [tensor]}
    return orjson.dumps(reply, option=orjson.OPT_SERIALIZE_NUMPY)


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as e:
        raise InvalidInput(f"{what} is not JSON: {e}") from None


def _instances(document: Any) -> list[Any]:
    rows = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(document) > 1:
        raise InvalidInput('expected {"instances": [{"field": value, ...}, ...]} and nothing else')
    return rows


def _csv(body: bytes, contract: ModelContract) -> list[dict[str, Any]]:
    """Rows of a CSV with a header line; numbers are read as the contract says, what is no number is left to it."""
    types = {f.name: f.dtype for f in contract.request}
    try:
        reader = csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as e:
        raise InvalidInput(f"the body is not CSV in UTF-8: {e}") from None
    for i, row in enumerate(rows):
        if None in row or None in row.values():
            raise InvalidInput(f"row {i}: has another number of values than the header line")
    return [{k: _number(v, types.get(k)) for k, v in row.items()} for row in rows]


def _number(text: str, dtype: str | None) -> Any:
    if dtype not in ("int64", "float64"):
        return text
    try:
        return int(text) if dtype == "int64" else float(text)
    except ValueError:
        return text


def _tensor(tensor: Mapping[str, Any], dtype: str | None) -> list[Any]:
    name, datatype, shape, data = (tensor.get(k) for k in ("name", "datatype", "shape", "data"))
    if dtype is not None and datatype not in _KINDS[dtype]:
        raise InvalidInput(f"field {name!r}: datatype {datatype!r} does not fit, send {DATATYPES[dtype]}")
    if not isinstance(data, list) or not isinstance(shape, list) or shape not in ([len(data)], [len(data), 1]):
        raise InvalidInput(f"field {name!r}: expected flat data and its shape [n] or [n, 1], one value a row")
    return data


def _time(text: Any) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidInput(f"field {EVENT_TIME!r}: {text!r} is not an ISO 8601 timestamp") from None
    if time.tzinfo is None:
        raise InvalidInput(f"field {EVENT_TIME!r}: {text!r} has no offset; send UTC, like 2013-07-01T17:30:00Z")
    return time.astimezone(UTC)
