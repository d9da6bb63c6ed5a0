"""A local cloud of the rehearsal's own: its own emulator, port and home, and nothing of this machine's settings."""

import ipaddress
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from groundway.errors import GroundwayError, Refused
from groundway.release import AHEAD
from groundway_ops.cloud import GROUNDWAY, within
from groundway_ops.rehearsal.holdings import Holdings
from groundway_ops.rehearsal.processes import MARK, Processes, sweep

# Credentials, endpoints, proxies and other clouds that a shell may carry: nothing of them may lead anywhere.
FOREIGN = re.compile(r"(AWS|TF|TERRAFORM|CDKTF|GROUNDWAY)_|NODE_OPTIONS$|PYTHONPATH$|\w+_proxy$", re.I)
KEPT = {"GROUNDWAY_CDK"}  # which engine synthesizes
SELDOM = "86400"  # seconds between saves: nobody restarts this emulator


@dataclass
class LocalCloud:
    """The cloud of one environment's rehearsal, with everything about it in `directory`."""

    environment: str
    checkout: Path
    directory: Path
    processes: Processes
    say: Callable[[str], None]
    env: dict[str, str] = field(default_factory=dict)

    def fresh(self) -> Holdings:
        """Begin with an empty cloud; returns what it holds after the bootstrap. `env` are the variables to use it."""
        self.close()
        self.say("starting a local cloud of its own")
        outside = clean(os.environ) | {
            MARK: str(self.directory),
            "GROUNDWAY_HOME": str(self.directory / "home"),
            "GROUNDWAY_LOCAL_SAVE_EVERY": SELDOM,
        }
        self._groundway(outside, "local", "up")
        self.env = within(outside, self._groundway(outside, "local", "env", self.environment, "--json"))
        self.env[AHEAD] = self.environment  # what is rehearsed is ahead of what the environment pins
        assert_loopback(self.env)
        self._groundway(self.env, "bootstrap", self.environment)
        return self.holdings()

    def holdings(self) -> Holdings:
        """What the emulator holds now, in every account."""
        shown: Holdings = json.loads(self._groundway(self.env, "local", "status", "--json"))["accounts"]
        return shown

    def close(self) -> None:
        """End the emulator and everything else that was started for this rehearsal. Nothing is saved."""
        sweep(self.directory)
        shutil.rmtree(self.directory / "home", ignore_errors=True)
        self.env = {}

    def _groundway(self, env: Mapping[str, str], *arguments: str) -> str:
        done = self.processes.run([GROUNDWAY, *arguments], self.checkout, env)
        if done.code:
            raise GroundwayError(f"groundway {' '.join(arguments)} failed:\n{(done.err or done.out).strip()}")
        return done.out


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables without those that could lead out of this machine or into another cloud on it."""
    return {name: value for name, value in environ.items() if name in KEPT or not FOREIGN.match(name)}


def assert_loopback(env: Mapping[str, str]) -> None:
    """Raises `Refused` unless every endpoint in `env` is on this machine, and there is one for all services."""
    endpoints = {name: value for name, value in env.items() if name.startswith("AWS_ENDPOINT_URL")}
    for name, value in {"AWS_ENDPOINT_URL": "", **endpoints}.items():
        if not _loopback(urlsplit(value).hostname or ""):
            raise Refused(f"{name} is {value!r}, which is not on this machine: nothing was started")


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
