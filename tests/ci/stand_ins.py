"""Stand-ins for the machine and the forge: `make` (set-up, and what `make test` is made of), `gh`, an HTTP API."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# Checked by make itself (-n), noted, and not run: this is run by `make test`, in an environment that is set up.
MAKE = """#!/usr/bin/env bash
set -e
{make} -n --silent "$@" > /dev/null
echo "make $*" >> {log}
for target in "$@"; do [ "$target" != "${{FAILING_TARGET:-}}" ] || exit 2; done
"""
# One pull request is known when OPEN_PULL_REQUEST is its number.
GH = """#!/usr/bin/env bash
set -e
echo "gh $*" >> {log}
for argument in "$@"; do
  [ ! -f "$argument" ] || {{ echo "--- $argument"; cat "$argument"; }} >> {bodies}
done
case "$1 $2" in
  "auth setup-git" | "pr create" | "pr edit") ;;
  "pr list") echo "${{OPEN_PULL_REQUEST:-}}" ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
"""


class StandIns:
    """Programs in `folder`, which comes first on the PATH; `called` is what was asked of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.bodies = folder, folder / "log", folder / "bodies"
        folder.mkdir()
        for name, text in {"make": MAKE, "gh": GH}.items():
            program = folder / name
            program.write_text(text.format(log=self.log, bodies=self.bodies, make=shutil.which("make")))
            program.chmod(0o755)

    @property
    def called(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def path(self) -> str:
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"


class Comments:
    """The comments of pull requests, as GitHub's and GitLab's API keep them. `me` is who the token is of."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.me: dict[str, Any] = {"login": "github-actions[bot]", "id": 7}

    def add(self, body: str, author: dict[str, Any]) -> dict[str, Any]:
        made = {"id": len(self.comments) + 1, "body": body, "user": author, "author": author}
        self.comments.append(made)
        return made

    def answer(self, method: str, path: str, data: dict[str, str] | None) -> Any:
        self.asked.append(f"{method} {path}")
        place, _, query = path.partition("?")
        if method == "GET":
            page = int(dict(part.split("=") for part in query.split("&"))["page"]) if query else 1
            return self.me if place.endswith("/user") else self.comments[(page - 1) * 100 : page * 100]
        assert data
        if method == "POST":
            return self.add(data["body"], self.me)
        [found] = [c for c in self.comments if c["id"] == int(place.rpartition("/")[2])]
        found["body"] = data["body"]
        return found


@contextmanager
def serving(comments: Comments) -> Iterator[str]:
    """The address at which they are asked for."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length)) if length else None
            allowed = "right" in (self.headers.get("Authorization", "") + self.headers.get("PRIVATE-TOKEN", ""))
            body = json.dumps(comments.answer(self.command, self.path, data) if allowed else {}).encode()
            self.send_response(200 if allowed else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = _any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
