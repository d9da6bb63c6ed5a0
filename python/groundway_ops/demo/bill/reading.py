"""The step of the demo: simulate the exports, read them as those of AWS are read, and report on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from groundway import environment as environments
from groundway import platform as platforms
from groundway.service import home
from groundway.tags import KEYS
from groundway_ops import accounts, cloud
from groundway_ops.accounts import Account
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.demo.bill import priced
from groundway_ops.demo.bill.ran import Run, run
from groundway_ops.demo.bill.simulate import Simulation
from groundway_ops.demo.bill.told import told
from groundway_ops.demo.steps import say

if TYPE_CHECKING:
    from groundway.tags import CostTags
    from groundway_ops.demo.journey import Journey


class Reading:
    """Of what `journey` and its releases deployed and ran. What is made stays in `.groundway/demo/bill`."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.folder = journey, home() / "demo" / "bill"
        self.mart = Mart(self.folder / "mart")
        self.simulation = Simulation(journey.root, self.folder, journey.environment, journey.workload.NAME)

    def run(self) -> None:
        """The mart is the demo's own: a real bill is not mixed with it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        runs = list(self._runs())
        for name in environments.names(self.journey.root):
            account = accounts.of(environments.load(name, self.journey.root))
            self._read(account, runs if name == self.journey.environment else [])
        cloud.command(say, "cost", "collect", "runs", *self._mart())
        samples = self.simulation.samples(self._tags(self.journey.environment).aws())
        cloud.command(say, "cost", "collect", "gpus", "--from", str(samples), *self._mart())
        self.journey.record.bill = told(
            self.mart, self.simulation.at.date().replace(day=1), home() / "report" / "cost.html"
        )
        priced.forget()

    def _read(self, account: Account, runs: list[Run]) -> None:
        name = account.environment.name
        source = self.simulation.export(account, runs, self._served(account))
        if source is None:
            return
        say(f"{name}: simulated export in {source}")
        with account.entered():
            cloud.command(say, "cost", "ingest", source, *self._mart())
            cloud.command(say, "cost", "collect", "predictions", "--environment", name, *self._mart())

    def _mart(self) -> tuple[str, str]:
        return "--mart", str(self.mart.folder)

    def _served(self, account: Account) -> dict[str, str] | None:
        """The tags of the model's endpoint, if its server runs in the environment."""
        from groundway.serving import process

        name = account.environment.name
        with account.entered():
            running = process.find(self.journey.workload.NAME, name)
            return self._tags(name).aws() if running else None

    def _tags(self, environment: str) -> CostTags:
        return self.journey.workload.tags(platforms.load(environment))

    def _runs(self) -> Iterator[Run]:
        """All that are in the registry and over."""
        client = self.journey.registry.client
        for experiment in client.search_experiments():
            for found in client.search_runs([experiment.experiment_id]):
                info, tags = found.info, {k: v for k, v in found.data.tags.items() if k in KEYS}
                if info.end_time and "run" in tags:
                    yield run(tags, _time(info.start_time), _time(info.end_time))


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
