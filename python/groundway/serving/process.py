"""A server in the background: start, find, ask, reload, stop. There is one for each model and environment."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any

from groundway import service
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.platform import named
from groundway.service import Report, Service, quiet
from groundway.serving.settings import Settings

TIMEOUT = 300.0  # seconds: to take up a model, the server fetches and loads it


def start(settings: Settings, *, port: int | None = None, deadline: float = 90, report: Report = quiet) -> Service:
    """Start a server and wait until it is ready; one that runs with the same settings is left alone.

    Raises `Unavailable` with the end of its log when it does not become ready, as when there is no champion.
    `settings.port` is not used: the port is `port`, else the last one if it is free, else any.
    """

    def command(chosen: int) -> list[str]:
        update = {"port": chosen, "environment": named(settings.environment)}
        text = settings.model_copy(update=update).model_dump_json(exclude_defaults=True)
        return [sys.executable, "-m", "groundway.serving", text]

    name = _name(settings.model, settings.environment)
    return service.start(name, command, "/ping", port=port, deadline=deadline, report=report)


def find(model: str, environment: str | None = None) -> Service | None:
    """The running server of `model`."""
    return service.find(_name(model, environment))


def stop(model: str, environment: str | None = None) -> bool:
    """Drain and stop. False: none was running."""
    return service.stop(_name(model, environment), deadline=60)


def reload(model: str, environment: str | None = None) -> tuple[str, bool]:
    """Have the server take up what its source names now: (version served now, whether it changed).

    Raises `Refused` when that was tampered with, `InvalidInput` when there is none, as when the deployed release does
    not pin the model; the old one is served on then.
    """
    found = _post(model, environment, "/groundway/reload", None)
    return str(found["version"]), bool(found["changed"])


def ask(model: str, rows: Sequence[Mapping[str, Any]], environment: str | None = None) -> dict[str, Any]:
    """What the running server answers to `rows`: `predictions`, `model_version`, `request_id`, `ids`.

    Raises `InvalidInput`, naming the field, for rows that do not fit the contract.
    """
    return _post(model, environment, "/invocations", {"instances": list(rows)})


def version(model: str, environment: str | None = None) -> str:
    """What the running server serves; where a candidate is taking over: what it takes over from."""
    served = variants(model, environment)["variants"]
    if not served:
        raise Unavailable(f"the server of {model} serves nothing yet")
    return str(served[0]["version"])


def variants(model: str, environment: str | None = None, *, scores: bool = False) -> dict[str, Any]:
    """What the running server serves, with which shares, and what each answered; see `groundway.serving.control`."""
    return _ask(model, environment, f"/groundway/variants{'?scores' if scores else ''}")


def change(model: str, environment: str | None = None, **document: Any) -> dict[str, Any]:
    """Change the variants, as `groundway.serving.control.Change` says; returns them.

    Raises `Refused` for what does not fit what is served or was tampered with; nothing is changed then.
    """
    return _post(model, environment, "/groundway/variants", document)


def _post(model: str, environment: str | None, path: str, document: Any) -> dict[str, Any]:
    return _ask(model, environment, path, b"" if document is None else json.dumps(document).encode())


def _ask(model: str, environment: str | None, path: str, body: bytes | None = None) -> dict[str, Any]:
    """POST `body`, or GET without one."""
    running = find(model, environment)
    if running is None:
        where = f" --environment {environment}" if environment else ""
        raise Unavailable(f"no server of {model} is running: groundway serve start {model}{where}")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{running.url}{path}", body, headers)  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:  # noqa: S310
            answer: dict[str, Any] = json.load(reply)
            return answer
    except urllib.error.HTTPError as e:
        kinds: dict[int, type[GroundwayError]] = {400: InvalidInput, 409: Refused}
        raise kinds.get(e.code, Unavailable)(_told(e)) from None
    except (OSError, HTTPException, ValueError) as e:  # it may end while it answers
        raise Unavailable(f"the server of {model} at {running.url} cannot be reached: {e}") from None


def _told(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["error"])
    except (ValueError, TypeError, KeyError):
        return f"{error.url} answered {error.code}: {text[:200]}"


def _name(model: str, environment: str | None) -> str:
    return f"serve-{named(environment)}.{model}"  # an environment's name has no dot, so no two of them meet
