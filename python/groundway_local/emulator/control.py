"""The emulator's own addresses, `/groundway/...`: health, and the book-keeping of creates."""

import json
import os
import time
from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from groundway_local.emulator.exchange import Answer, Environ, Handler, body_of, json_answer
from groundway_local.emulator.idempotency import Idempotency
from groundway_local.emulator.recorded.documents import Documents

PREFIX = "/groundway/"
Verb = Callable[[Environ], Any]


class Control:
    """Answers what begins with `/groundway/`; hands on everything else."""

    def __init__(self, inner: Handler, intents: Idempotency, documents: Documents) -> None:
        self._inner = inner
        self._intents = intents
        self._documents = documents
        self._since = time.monotonic()
        self._verbs: dict[tuple[str, str], Verb] = {
            ("GET", "health"): self._health,
            ("GET", "holdings"): self._holdings,
            ("GET", "pending"): lambda _: {"tokens": intents.pending()},
            ("POST", "recorded"): self._recorded,
        }

    def __call__(self, environ: Environ) -> Answer:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._inner(environ)
        verb = self._verbs.get((environ["REQUEST_METHOD"], path.removeprefix(PREFIX)))
        if verb is None:
            return json_answer(HTTPStatus.NOT_FOUND, {"message": f"no such address: {path}"})
        try:
            return json_answer(HTTPStatus.OK, verb(environ))
        except (ValueError, KeyError, TypeError) as error:
            return json_answer(HTTPStatus.BAD_REQUEST, {"message": f"{type(error).__name__}: {error}"})

    def _health(self, _: Environ) -> dict[str, Any]:
        return {
            "status": "ok",
            "pid": os.getpid(),
            "uptime_seconds": round(time.monotonic() - self._since, 1),
            "version": version("groundway"),
            "moto": version("moto"),
        }

    def _holdings(self, _: Environ) -> dict[str, Any]:
        from groundway_local.emulator.holdings import counts

        return {"accounts": counts(self._documents)}

    def _recorded(self, environ: Environ) -> dict[str, Any]:
        tokens = json.loads(body_of(environ))["tokens"]
        self._intents.recorded([str(token) for token in tokens])
        return {"pending": len(self._intents.pending())}
