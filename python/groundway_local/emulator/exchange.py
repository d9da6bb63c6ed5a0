"""A request and its answer, as the emulator's layers hand them on."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer: status line (`200 OK`), headers, body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def ok(self) -> bool:
        return self.status.startswith("2")

    def plus(self, *headers: tuple[str, str]) -> "Answer":
        """The same answer with more headers."""
        return Answer(self.status, [*self.headers, *headers], self.body)


Handler = Callable[[Environ], Answer]


def json_answer(status: HTTPStatus, document: object) -> Answer:
    """An answer that carries a JSON document."""
    body = json.dumps(document).encode()
    return Answer(f"{status.value} {status.phrase}", [("Content-Type", "application/json")], body)


def body_of(environ: Environ) -> bytes:
    """The request's body, which stays readable for the next layer."""
    stream = environ["wsgi.input"]
    body: bytes = stream.read()
    stream.seek(0)
    return body


def with_body(environ: Environ, body: bytes) -> Environ:
    """The same request carrying this body, whatever way it came over the wire."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)
    return environ


def from_wsgi(application: Callable[[Environ, Any], Iterable[bytes]]) -> Handler:
    """A WSGI application as a handler; its answer is collected whole."""

    def handle(environ: Environ) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
            started[:] = [(status, list(headers))]
            return written.append

        chunks = application(environ, start_response)
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started[0]
        return Answer(status, headers, b"".join(written))

    return handle
