"""The emulator as a process: `python -m groundway_local.emulator --port N`. `groundway local up` starts it."""

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
from typing import TextIO

from groundway_local.home import Home, Record
from groundway_local.processes import ProcessId

LOG_LIMIT = 2_000_000  # bytes
SAVE_EVERY = float(os.environ.get("GROUNDWAY_LOCAL_SAVE_EVERY") or 10.0)

log = logging.getLogger("groundway_local.emulator")


class BoundedLog(logging.StreamHandler[TextIO]):
    """Writes to standard error; a log file there starts over when it is full."""

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if os.fstat(2).st_size > LOG_LIMIT:
            os.ftruncate(2, 0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m groundway_local.emulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port of 127.0.0.1 to listen on")
    parser.add_argument("--save-every", type=float, default=SAVE_EVERY, help="seconds between saves while in use")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[BoundedLog()])
    logging.getLogger("botocore").setLevel(logging.WARNING)
    home = Home.current()
    home.local.mkdir(parents=True, exist_ok=True)
    with open(home.local / "emulator.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"an emulator of {home.root} runs already")
        serve(home, given.port, given.save_every)


def serve(home: Home, port: int, save_every: float) -> None:
    """Answer requests until SIGTERM or SIGINT; then save and end this process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    from groundway_local.emulator import layers, snapshot
    from groundway_local.emulator.autosave import Autosave
    from groundway_local.emulator.server import listen

    built = layers.build()
    server = listen(port, built.handler)
    notice = snapshot.load(home.snapshot, built)
    if notice:
        log.warning(notice)
    saving = Autosave(home.snapshot, built, save_every)
    saving.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    me = ProcessId.of(os.getpid())
    Record(os.getpid(), me.started if me else 0.0, server.port, notice or "").write(home.record)
    log.info("listening on 127.0.0.1:%d", server.port)
    stop.wait()
    with saving.last():
        home.record.unlink(missing_ok=True)
        log.info("saved and stopped")
        os._exit(0)  # whoever still waits for an answer gets none: what they asked for was not done


if __name__ == "__main__":
    main()
