"""The provider waits for an emulator that is being restarted."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from groundway_local.provider.session import Models, Session, Settings

AWAY = 4.0  # seconds: longer than two retries ever wait
ANSWER = b"""<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111111111111</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


class Identity(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        """Tests are silent."""


@pytest.fixture
def away() -> Iterator[HTTPServer]:
    """A server whose port is its own already, but that refuses connections for AWAY seconds."""
    server = HTTPServer(("127.0.0.1", 0), Identity, bind_and_activate=False)
    server.server_bind()

    def come_back() -> None:
        time.sleep(AWAY)
        server.server_activate()
        server.serve_forever()

    threading.Thread(target=come_back, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def session(server: HTTPServer, **settings: int) -> Session:
    credentials = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "local"}
    endpoint = f"http://127.0.0.1:{server.server_port}"
    return Session(Models(), Settings(endpoint=endpoint, credentials=credentials, **settings))


def test_a_call_waits_for_the_emulator_to_come_back(away: HTTPServer) -> None:
    assert session(away).call("sts", "eu-west-1", "get_caller_identity", {}, {})["Account"] == "111111111111"


def test_a_provider_told_not_to_wait_gives_up(away: HTTPServer) -> None:
    from botocore.exceptions import EndpointConnectionError

    with pytest.raises(EndpointConnectionError):
        session(away, max_retries=0).call("sts", "eu-west-1", "get_caller_identity", {}, {})
    time.sleep(AWAY + 0.5)  # until it can be shut down
