"""The local cloud, reached through its command: operations import nothing of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from groundway.errors import GroundwayError

GROUNDWAY = str(Path(sys.executable).parent / "groundway")
Report = Callable[[str], None]


def command(report: Report, *arguments: str, cwd: Path | None = None) -> None:
    """Run a `groundway` subcommand and report its lines as they come. Raises `GroundwayError` with them if it fails."""
    lines = []
    with subprocess.Popen(
        [GROUNDWAY, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.rstrip())
            report(lines[-1])
    if process.returncode:
        raise GroundwayError(f"groundway {' '.join(arguments)} failed:\n" + "\n".join(lines[-20:]))


def enter(environment: str) -> None:
    """Make this process, and what it starts, talk to the local cloud as `environment`."""
    entered = variables(environment)
    for key in os.environ.keys() - entered.keys():
        del os.environ[key]
    os.environ.update(entered)


def variables(environment: str) -> dict[str, str]:
    """This process's variables, changed so that they lead into the local cloud as `environment`."""
    done = subprocess.run([GROUNDWAY, "local", "env", environment, "--json"], capture_output=True, text=True)
    if done.returncode:
        raise GroundwayError(done.stderr.strip() or "groundway local env failed")
    return within(os.environ, done.stdout)


def within(outside: Mapping[str, str], shown: str) -> dict[str, str]:
    """The variables `outside` as `groundway local env --json`, whose output is `shown`, changes them."""
    changes: dict[str, str | None] = json.loads(shown)
    kept = {name: value for name, value in outside.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}


def running() -> bool:
    """Whether the local cloud is up."""
    return bool(_status().get("running"))


def empty() -> bool:
    """Whether it is down and keeps nothing of what it held."""
    found = _status()
    return not found.get("running") and not found.get("snapshot_bytes")


def _status() -> dict[str, Any]:
    done = subprocess.run([GROUNDWAY, "local", "status", "--json"], capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found
