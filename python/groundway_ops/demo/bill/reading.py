"""The step of the demo: simulate the exports, read them as those of AWS are read, and report on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundway import environment as environments
from groundway import platform as platforms
from groundway.service import home
from groundway.tags import KEYS
from groundway_ops import accounts, cloud
from groundway_ops.accounts import Account
from groundway_ops.cost.bill.activity import keep, samples
from groundway_ops.cost.bill.activity import runs as of_registry
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
        self._collect(
            "runs", lambda db: of_registry.collect(db, self.journey.registry, *self._span()), {"source": "the registry"}
        )
        seen = self.simulation.samples(self._tags(self.journey.environment).aws())
        self._collect("gpus", lambda db: hours(db, seen), {"source": "samples of the demo", "simulated": True})
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

    def _collect(self, table: str, fill: Callable[[Any], object], facts: dict[str, Any]) -> None:
        """As `groundway cost collect` does it, without starting another process for what this one has loaded."""
        with self.mart.connect() as db:
            fill(db)
            for month in keep.keep(db, self.mart, table, keep.months_of(db, table), facts):
                say(f"{month.month:%Y-%m}: {month.rows} rows of {table}")

    def _span(self) -> tuple[datetime, datetime]:
        calendar = self.simulation.calendar
        first, after = calendar.first, calendar.last + timedelta(days=1)
        return datetime.combine(first, time()), datetime.combine(after, time())

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


def hours(db: Any, file: Path) -> None:
    samples.read(db, file, "gpus", samples.COLUMNS["gpus"])
    keep.hours_of(db, "gpus")


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
