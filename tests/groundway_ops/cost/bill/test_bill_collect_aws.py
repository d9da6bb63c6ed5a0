"""Amazon Managed Prometheus is asked with signed requests, every other one is not; what does not answer is said."""

import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from groundway.errors import InvalidInput, Unavailable
from groundway_ops.cost.bill.activity.prometheus import Prometheus, days, sign
from groundway_ops.cost.commands.collect import collect

AMAZON = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0a1b/api/v1/query_range"
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOUR = (datetime(2026, 10, 5, 10), datetime(2026, 10, 5, 11), timedelta(minutes=1))


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def prepared() -> requests.PreparedRequest:
    return requests.Request("POST", AMAZON, data={"query": 'up{job="a b"}', "step": "60s"}).prepare()


def signature(request: requests.PreparedRequest) -> str:
    """As AWS computes it: version 4, by hand."""
    scope, signed = (part.split("=", 1)[1] for part in request.headers["Authorization"].split(", ")[:2])
    _, day, region, service, kind = scope.split("/")
    headers = {"host": "aps-workspaces.eu-west-1.amazonaws.com", **{k.lower(): v for k, v in request.headers.items()}}
    body = request.body.encode() if isinstance(request.body, str) else request.body
    canonical = "\n".join(
        [
            "POST",
            "/workspaces/ws-0a1b/api/v1/query_range",
            "",
            *(f"{name}:{headers[name]}" for name in signed.split(";")),
            "",
            signed,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    told = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            headers["x-amz-date"],
            "/".join([day, region, service, kind]),
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, service, kind):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


@pytest.mark.usefixtures("credentials")
def test_a_request_is_signed_for_its_region_and_with_its_body() -> None:
    request = prepared()
    sign(request)
    said = request.headers["Authorization"]
    assert said.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/")
    assert "/eu-west-1/aps/aws4_request" in said
    assert said.endswith(f"Signature={signature(request)}")
    request.body = "query=other"
    assert not said.endswith(f"Signature={signature(request)}")


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="needs AWS credentials"):
        sign(prepared())


class Answers(BaseHTTPRequestHandler):
    """Says whatever its server is told to say, and keeps the headers it was asked with."""

    def do_POST(self) -> None:
        self.server.asked = dict(self.headers)  # type: ignore[attr-defined]
        status, text = self.server.says  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def other() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("credentials")
def test_another_prometheus_sees_no_signature(other: HTTPServer) -> None:
    other.says = (200, b'{"status": "success", "data": {"resultType": "matrix", "result": []}}')  # type: ignore
    assert Prometheus(f"http://127.0.0.1:{other.server_port}/").range("up", HOUR) == []
    assert "Authorization" not in other.asked  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [
        (200, b"<html>", "answers 200, and not as a Prometheus does"),
        (403, b'{"message": "not yours"}', "refused 'up': not yours"),
        (503, b'{"status": "error", "error": "overloaded"}', "refused 'up': overloaded"),
    ],
    ids=["a page", "forbidden", "overloaded"],
)
def test_what_does_not_answer_as_it_should(other: HTTPServer, status: int, text: bytes, told: str) -> None:
    other.says = (status, text)  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match=told):
        Prometheus(f"http://127.0.0.1:{other.server_port}").range("up", HOUR)


def test_what_does_not_answer_at_all(tmp_path: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    ran = CliRunner().invoke(collect, ["gpus", "--prometheus", url, "--period", "2026-10", "--mart", str(tmp_path)])
    assert ran.exit_code == 4
    assert "cannot be reached" in ran.output
    assert not list(tmp_path.rglob("*.parquet"))


def test_what_is_no_address() -> None:
    with pytest.raises(InvalidInput, match="write http://host:9090"):
        Prometheus("prometheus:9090")


def test_a_span_is_asked_for_day_by_day() -> None:
    first = datetime(2026, 10, 31, 23, 40)
    pieces = list(days(first, datetime(2026, 11, 2)))
    assert [end for _, end in pieces] == [first + timedelta(days=1), datetime(2026, 11, 2)]
    assert [start for start, _ in pieces] == [first, first + timedelta(days=1)]
