"""A server in the background: start, find, reload, stop."""

import json
import sys
import urllib.error
import urllib.request

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
    running = find(model)
    if running is None:
        raise Unavailable(f"no server of {model} is running: groundway serve start {model}")
    ask = urllib.request.Request(f"{running.url}/groundway/reload", method="POST")  # noqa: S310 - our own, on loopback
    try:
        with urllib.request.urlopen(ask, timeout=120) as reply:  # noqa: S310
            found = json.load(reply)
            return str(found["version"]), bool(found["changed"])
    except urllib.error.HTTPError as e:
        kinds: dict[int, type[GroundwayError]] = {400: InvalidInput, 409: Refused}
        raise kinds.get(e.code, Unavailable)(json.load(e)["error"]) from None
    except OSError as e:
        raise Unavailable(f"the server of {model} at {running.url} cannot be reached: {e}") from None


def _name(model: str) -> str:
    return f"serve-{model}"
