"""A Terraform that was killed holds no lock.

Terraform's S3 backend locks a state by creating `<state>.tflock` on the condition that there is none. The `terraform`
launcher names the process in the User-Agent (`groundway-pid/<pid>`); when the next one wants the lock and the process
that made it no longer runs, the lock is deleted first. The lock of a process that runs, or of one that did not say who
it is, stays.
"""

import io
import logging
import re
from typing import Any

from groundway_local.emulator.exchange import Answer, Environ, Handler
from groundway_local.processes import ProcessId

log = logging.getLogger(__name__)
HOLDER = re.compile(r"\bgroundway-pid/(\d+)")


class StateLocks:
    """The layer, and who holds which lock: path -> process."""

    def __init__(self, inner: Handler) -> None:
        self._inner = inner
        self._holders: dict[str, ProcessId] = {}

    def __call__(self, environ: Environ) -> Answer:
        path = f"{environ.get('HTTP_HOST', '')}{environ.get('PATH_INFO', '')}"
        if not path.endswith(".tflock"):
            return self._inner(environ)
        method = environ["REQUEST_METHOD"]
        if method == "PUT":
            self._release_if_dead(path, environ)
        answer = self._inner(environ)
        if answer.ok and method == "PUT":
            self._remember(path, environ)
        elif answer.ok and method == "DELETE":
            self._holders.pop(path, None)
        return answer

    def _release_if_dead(self, path: str, environ: Environ) -> None:
        holder = self._holders.get(path)
        if holder is None or environ.get("HTTP_IF_NONE_MATCH") != "*" or holder.alive():
            return
        delete = {k: v for k, v in environ.items() if k != "HTTP_IF_NONE_MATCH"}
        delete |= {"REQUEST_METHOD": "DELETE", "CONTENT_LENGTH": "0", "QUERY_STRING": "", "wsgi.input": io.BytesIO()}
        self._inner(delete)
        del self._holders[path]
        log.info("released %s: Terraform process %d, which held it, is gone", environ["PATH_INFO"], holder.pid)

    def _remember(self, path: str, environ: Environ) -> None:
        self._holders.pop(path, None)
        found = HOLDER.search(environ.get("HTTP_USER_AGENT", ""))
        holder = ProcessId.of(int(found[1])) if found else None
        if holder:
            self._holders[path] = holder

    def dump(self) -> dict[str, Any]:
        """What a snapshot keeps."""
        return dict(self._holders)

    def load(self, holders: dict[str, Any]) -> None:
        self._holders = dict(holders)
