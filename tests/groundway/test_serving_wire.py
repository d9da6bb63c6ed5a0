import json
from datetime import UTC, datetime

import numpy as np
import pytest
from small_model import PLAIN

from groundway.errors import InvalidInput
from groundway.serving.wire import parse, parse_v2, predictions, request

ROWS = [{"carrier": "AA", "distance": 1.5}, {"carrier": "B6", "distance": 2.0}]
TIME = "2013-07-01T12:00:00-04:00"
NOON = datetime(2013, 7, 1, 16, tzinfo=UTC)


def tensors(**columns: list) -> bytes:
    kinds = {"carrier": "BYTES", "distance": "FP64"}
    inputs = [{"name": n, "datatype": kinds.get(n, "BYTES"), "shape": [len(v)], "data": v} for n, v in columns.items()]
    return json.dumps({"id": "q", "inputs": inputs}).encode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"instances": ROWS})),
        ("", json.dumps({"instances": ROWS})),
        ("application/jsonlines; charset=utf-8", "\n".join(map(json.dumps, ROWS)) + "\n\n"),
        ("text/csv", "carrier,distance\nAA,1.5\nB6,2\n"),
    ],
)
def test_the_same_rows_in_every_format(kind: str, body: str) -> None:
    found = parse(body.encode(), kind, PLAIN, {})
    assert found.rows == ROWS
    assert found.ids == [f"{found.id}/0", f"{found.id}/1"]


def test_the_same_rows_as_tensors() -> None:
    found = parse_v2(tensors(carrier=["AA", "B6"], distance=[1.5, 2.0]), PLAIN, {})
    assert (found.rows, found.id) == (ROWS, "q")


def test_ids_and_times_come_from_the_row_then_the_header_then_here() -> None:
    headers = {"x-request-id": "r", "x-groundway-event-time": TIME}
    alone = request(ROWS[:1], headers)
    assert (alone.ids, alone.times) == (["r"], [NOON])
    marked = {**ROWS[0], "X-Request-Id": "mine", "X-Groundway-Event-Time": "2013-01-01T00:00:00Z"}
    found = request([marked, ROWS[1]], headers)
    assert found.ids == ["mine", "r/1"]
    assert found.times == [datetime(2013, 1, 1, tzinfo=UTC), NOON]
    assert found.rows == ROWS  # they are no fields of the model
    assert abs((request(ROWS, {}).times[0] - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("application/json", "{", "not JSON"),
        ("application/json", "[]", "instances"),
        ("application/json", '{"instances": []}', "no rows"),
        ("application/json", '{"instances": [1]}', "row 0"),
        ("application/json", '{"instances": [{}], "other": 1}', "nothing else"),
        ("application/jsonlines", '{"a": 1}\n{', "line 2"),
        ("text/csv", "carrier,distance\nAA\n", "row 0"),
        ("text/csv", "", "no rows"),
        ("application/x-parquet", "x", "application/x-parquet"),
        ("application/json", '{"instances": [{"X-Groundway-Event-Time": "soon"}]}', "X-Groundway-Event-Time"),
        ("application/json", '{"instances": [{"X-Groundway-Event-Time": "2013-01-01T00:00"}]}', "no offset"),
    ],
)
def test_what_is_wrong_is_told(kind: str, body: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        parse(body.encode(), kind, PLAIN, {})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", "inputs"),
        (tensors(carrier=["AA"], distance=[1.5, 2.0]), "different numbers"),
        (tensors(carrier=["AA"], distance=[1.0]).replace(b"FP64", b"BYTES"), "'distance'.*datatype 'BYTES'"),
        (tensors(carrier=["AA"], distance=[1.0]).replace(b"[1]", b"[2]"), "'carrier'.*shape"),
        (tensors(carrier=["AA"], distance=[1.0]).replace(b'"distance"', b'"carrier"'), "carrier"),
    ],
)
def test_tensors_that_do_not_fit_are_told_by_field(body: bytes, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        parse_v2(body, PLAIN, {})


def test_the_reply_is_in_the_order_of_the_rows() -> None:
    asked = request(ROWS, {"x-request-id": "r"})
    reply = json.loads(predictions(asked, np.array([0.1, 0.2]), "7"))
    expected = {"predictions": [0.1, 0.2], "model_version": "7", "request_id": "r", "ids": ["r/0", "r/1"]}
    assert reply == expected
