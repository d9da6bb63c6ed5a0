"""Creates that survive a kill: the emulator carries each out once, however often a killed Terraform comes back.

A create call carries a hash of what is wanted and the identity of the Terraform that wants it. The emulator answers
with a token, which goes into the resource's private state. As long as the emulator has not been told that Terraform
recorded the token, the same wish of a later run gets the first answer again instead of a second resource.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import urllib.error
import urllib.request
from functools import cache
from typing import Any

from groundway_local.provider.values import UNKNOWN, State

TIMEOUT = 10  # seconds


def intent(type_name: str, planned: State) -> str:
    """The hash of a wish: where Terraform runs, the type, and everything that is known about the resource."""
    return hashlib.sha256(json.dumps([os.getcwd(), type_name, _known(planned)], sort_keys=True).encode()).hexdigest()


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _known(v) for k, v in value.items() if v is not UNKNOWN}
    if isinstance(value, list):
        return [_known(v) for v in value if v is not UNKNOWN]
    return value


def headers(type_name: str, planned: State, generated: State, fresh: bool = False) -> dict[str, str]:
    """The headers of a create call. `generated` are the names that are new in each run: a replay brings the first."""
    marks = {"X-Groundway-Intent": intent(type_name, planned), "X-Groundway-Run": terraform()}
    if generated:
        marks["X-Groundway-Note"] = json.dumps(generated)
    return marks | {"X-Groundway-Fresh": "1"} if fresh else marks


@cache
def terraform() -> str:
    """The Terraform that started this process. Asked at the start: once it is dead the parent is another."""
    from groundway_local.processes import ProcessId

    parent = ProcessId.of(os.getppid())
    return f"{parent.pid}:{parent.started}" if parent else f"{os.getppid()}:0"


class Pending:
    """The tokens that the emulator still waits for. Empty for an emulator that knows nothing of this."""

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint, self._lock = endpoint, threading.Lock()
        self._tokens: set[str] = set()

    def fetch(self) -> None:
        """Ask the emulator; a plain moto answers 404 and is left alone."""
        try:
            answer = self._ask("GET", "/groundway/pending", None)
        except (urllib.error.URLError, ValueError, OSError):
            return
        if isinstance(answer, dict):
            self._tokens = set(answer.get("tokens", []))

    def recorded(self, token: str | None) -> None:
        """A state with this token was read: the emulator may forget the create."""
        with self._lock:
            if token is None or token not in self._tokens:
                return
            self._tokens.discard(token)
        self._ask("POST", "/groundway/recorded", {"tokens": [token]})

    def _ask(self, method: str, path: str, document: Any) -> Any:
        assert self._endpoint
        request = urllib.request.Request(  # noqa: S310 - the endpoint was checked to be loopback http
            self._endpoint.rstrip("/") + path,
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
            body = response.read()
        return json.loads(body) if body else None
