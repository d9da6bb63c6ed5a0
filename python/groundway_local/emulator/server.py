"""HTTP in front of the layers: a thread a connection, connections kept open, only on 127.0.0.1."""

import logging
from http import HTTPStatus

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.wsgi import get_input_stream

from groundway_local.emulator.exchange import Answer, Handler, json_answer, with_body

HOST = "127.0.0.1"
IDLE = 300.0  # seconds until an unused connection is closed

log = logging.getLogger(__name__)


class RequestHandler(MotoRequestHandler):  # type: ignore[misc]  # moto carries no types
    """Reads a request whole, has it answered, writes the answer whole.

    werkzeug's own way closes the connection after each answer, which costs clients a third of the throughput.
    """

    protocol_version = "HTTP/1.1"
    timeout = IDLE
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_expect_100(self) -> bool:
        self.send_response_only(HTTPStatus.CONTINUE)
        self.end_headers()
        self.wfile.flush()
        return True

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        body = get_input_stream(environ, safe_fallback=True).read()
        if len(body) < int(environ.get("CONTENT_LENGTH") or 0):
            self.close_connection = True  # the client went away in the middle: nothing is carried out
            return
        self.write(answered(self.server.app, with_body(environ, body)))

    def write(self, answer: Answer) -> None:
        code, _, reason = answer.status.partition(" ")
        self.send_response_only(int(code), reason)
        names = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        bodiless = code in ("204", "304")
        if "content-length" not in names and not bodiless:
            self.send_header("Content-Length", str(len(answer.body)))
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No access log."""

    def log(self, _type: str, message: str, *args: object) -> None:
        log.info(message.rstrip(), *args)


def answered(handler: Handler, environ: dict[str, object]) -> Answer:
    """The handler's answer; what it cannot do becomes an answer too, and a line in the log."""
    where = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_X_AMZ_TARGET', '')}".rstrip()
    try:
        return handler(environ)
    except NotImplementedError as error:
        log.warning("%s: not emulated: %s", where, error)
        return failure(HTTPStatus.NOT_IMPLEMENTED, f"the emulator lacks this: {error}")
    except Exception as error:
        log.exception("%s failed", where)
        return failure(HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__}: {error}")


def failure(status: HTTPStatus, message: str) -> Answer:
    return json_answer(status, {"__type": "EmulatorFailure", "message": message})


def listen(port: int, handler: Handler) -> ThreadedWSGIServer:
    """A server bound to the port of 127.0.0.1, not yet serving. Exits with a message when the port is taken."""
    return ThreadedWSGIServer(HOST, port, handler, RequestHandler)  # type: ignore[arg-type]  # a handler, not WSGI
