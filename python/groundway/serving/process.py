"""A server in the background: start, find, ask, reload, stop."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from groundway import service
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.service import Report, Service, quiet
from groundway.serving.settings import Settings


def start(settings: Settings, *, port: int | None = None, deadline: float = 90, report: Report = quiet) -> Service:
    """Start a server and wait until it is ready; one that runs with the same settings is left alone.

    Raises `Unavailable` with the end of its log when it does not become ready, as when there is no champion.
    `settings.port` is not used: the port is `port`, else the last one if it is free, else any.
    """

    def command(chosen: int) -> list[str]:
        text = settings.model_copy(update={"port": chosen}).model_dump_json(exclude_defaults=True)
        return [sys.executable, "-m", "groundway.serving", text]

    return service.start(_name(settings.model), command, "/ping", port=port, deadline=deadline, report=report)


def find(model: str) -> Service | None:
    """The running server of `model`."""
    return service.find(_name(model))


def stop(model: str) -> bool:
    """Drain and stop. False: none was running."""
    return service.stop(_name(model), deadline=60)


def reload(model: str) -> tuple[str, bool]:
    """Have the server take up the champion: (version served now, whether it changed).

    Raises `Refused` when the new champion was tampered with; the old one is served on then.
    """
    found = _post(model, "/groundway/reload", None)
    return str(found["version"]), bool(found["changed"])


def ask(model: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the running server answers to `rows`: `predictions`, `model_version`, `request_id`, `ids`.

    Raises `InvalidInput`, naming the field, for rows that do not fit the contract.
    """
    return _post(model, "/invocations", {"instances": list(rows)})


def _post(model: str, path: str, document: Any) -> dict[str, Any]:
    running = find(model)
    if running is None:
        raise Unavailable(f"no server of {model} is running: groundway serve start {model}")
    body = b"" if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{running.url}{path}", body, headers, method="POST")  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:  # noqa: S310
            answer: dict[str, Any] = json.load(reply)
            return answer
    except urllib.error.HTTPError as e:
        kinds: dict[int, type[GroundwayError]] = {400: InvalidInput, 409: Refused}
        raise kinds.get(e.code, Unavailable)(json.load(e)["error"]) from None
    except OSError as e:
        raise Unavailable(f"the server of {model} at {running.url} cannot be reached: {e}") from None


def _name(model: str) -> str:
    return f"serve-{model}"
