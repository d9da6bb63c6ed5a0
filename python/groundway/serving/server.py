"""The process: uvicorn, and a SIGTERM that drains."""

import signal
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import uvicorn

from groundway import platform as platforms
from groundway import service
from groundway.serving.app import application
from groundway.serving.lifecycle import Lifecycle
from groundway.serving.settings import Settings


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises `Refused` when the model must not be served."""
    # Until the loop takes SIGHUP over, it must not end the process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    needs_platform = settings.log or settings.directory is None
    platform = platforms.load(settings.environment) if needs_platform else None
    lifecycle = Lifecycle(settings, platform, report)
    server = DrainingServer(lifecycle)
    lifecycle.on_refused = server.finish
    server.run()
    if lifecycle.refused:
        raise lifecycle.refused


class DrainingServer(uvicorn.Server):
    """On the first signal /ping turns 503; `linger` seconds later no connection is taken, and what runs is finished."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        settings = lifecycle.settings
        super().__init__(
            uvicorn.Config(
                application(lifecycle, lambda: gauges(settings)),
                host=settings.host,
                port=settings.port,
                loop="uvloop",
                http="httptools",
                access_log=False,
                log_level="warning",
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,  # longer than a load balancer's 60, so that it is never us who hang up first
                timeout_graceful_shutdown=int(settings.drain),
            )
        )
        self._lifecycle = lifecycle

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        again, self._lifecycle.draining = self._lifecycle.draining, True
        # Not noted in `_captured_signals`: uvicorn would raise it again at the end, and a drained server ends well.
        report(f"{signal.Signals(sig).name}: {'ending' if again else 'draining'}")
        if again or not self._lifecycle.settings.linger:
            self.finish()
        else:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._lifecycle.settings.linger, self.finish)

    def finish(self) -> None:
        self.should_exit = True

    async def serve(self, sockets: Any = None) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)


def report(message: str) -> None:
    """One line in the server's log."""
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {message}", file=sys.stderr, flush=True)  # noqa: T201


def gauges(settings: Settings) -> bytes:
    """What the last `groundway monitor check` of this model found, in Prometheus's text format."""
    try:
        environment = platforms.named(settings.environment)
        return (service.home() / "monitoring" / environment / f"{settings.model}.prom").read_bytes()
    except OSError:
        return b""
