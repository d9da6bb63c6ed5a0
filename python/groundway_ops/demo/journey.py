"""The journey of one model through one environment of the local cloud, kept in a record as it goes."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from groundway import environment as environments
from groundway import platform as platforms
from groundway.service import home
from groundway_ops import cloud, deployment
from groundway_ops.demo.bill import priced
from groundway_ops.demo.steps import say, step
from groundway_ops.report.record import Dataset, Deployment, Record, Reproduction, Version

if TYPE_CHECKING:
    from groundway.pipeline import Prepared, Workload
    from groundway.platform import Platform
    from groundway.registry import Registry

MODEL = "flights-delay"
TRAINING, VALIDATION, TRAFFIC = "2013-01..2013-03", "2013-04", "2013-05..2013-12"
HISTORY = 3  # months that retraining uses


@dataclass
class Journey:
    """`record` is saved after every step, so that `down` can finish what another process began with `up`."""

    environment: str
    root: Path
    record: Record

    @classmethod
    def start(cls, environment: str) -> Journey:
        """Go on with the record of a journey that was left running, else begin a new one."""
        root = deployment.checkout()
        environments.load(environment, root)  # a mistake in it is told before anything starts
        os.environ.setdefault("GROUNDWAY_HOME", str(root / ".groundway"))
        saved = home() / "demo" / f"{environment}.json"
        record = _left(saved) or Record(started=_now(), model=MODEL)
        return cls(environment, root, record)

    @cached_property
    def platform(self) -> Platform:
        return platforms.load(self.environment)

    @cached_property
    def registry(self) -> Registry:
        from groundway import registry

        return registry.connect()

    @cached_property
    def workload(self) -> Workload:
        from groundway import pipeline

        return pipeline.find(MODEL)

    @cached_property
    def prepared(self) -> Prepared:
        from groundway import pipeline

        return pipeline.prepare(self.workload, self.platform, say)

    def left_running(self) -> bool:
        """Whether an earlier run did not come to its `down`."""
        return self._path().exists()

    # the halves

    def up(self) -> None:
        """Cloud, platform, registry, a first version, its server. The record tells of this run only."""
        self.record = Record(started=_now(), model=MODEL, fresh=cloud.empty())
        self._save()
        self._step("Start the local cloud", self._start_cloud)
        self._step(f"Deploy {self.environment}-* with cdktf", self._deploy)
        self._step("Start the model registry", self._start_registry)
        self._step("Land the data and compute the features", self._prepare)
        self._step(f"Train on {TRAINING}, validate on {VALIDATION}, register", self._train)
        self._step("Serve the champion", self._serve)

    def release(self) -> None:
        """Staging and prod get what was learnt, through the gates; one of them goes back."""
        from groundway_ops.demo.releases import Releases

        Releases(self, self._step).run()

    def live(self) -> None:
        """Months of traffic with drift, retraining and new champions; then a version rebuilt from its lineage."""
        self._step(f"Replay {TRAFFIC} through the server, watch, retrain", self._watch)
        self._step("Rebuild version 1 from its lineage", self._reproduce)

    def bill(self) -> None:
        """What all of it would cost, read as a bill of AWS is read."""
        from groundway_ops.demo.bill.reading import Reading

        self._step("Read the bill (simulated)", Reading(self).run)

    def down(self) -> None:
        """Server, registry, platform, cloud; what was never started is passed over."""
        begun = self.left_running()
        self._step("Stop the model's server and the registry", self._stop_services)
        if begun and not cloud.running():  # it was killed too; what it held comes back with it
            self._step("Start the local cloud again", lambda: cloud.command(say, "local", "up"))
        if cloud.running():
            self._step(f"Destroy {self.environment}-*", self._destroy)
            self._step("Stop the local cloud", self._stop_cloud)
        self._path().unlink(missing_ok=True)

    def report(self) -> Path:
        """Write the record and the page; returns the page."""
        from groundway_ops.report.page import write

        directory = home() / "report"
        self.record.save(directory / "record.json")
        return write(self.record, directory / "index.html")

    # the steps

    def _start_cloud(self) -> None:
        cloud.command(say, "local", "up")
        cloud.enter(self.environment)
        cloud.command(say, "bootstrap", self.environment)

    def _deploy(self) -> None:
        deployment.run("deploy", self.environment, self.root, home() / "logs" / "deploy.log", say)
        priced.keep(self.environment, self.root)
        self._count()
        self.record.tags = self.platform.tags.aws()

    def _start_registry(self) -> None:
        from groundway.registry import server

        server.up(self.platform, report=say)

    def _prepare(self) -> None:
        dataset = self.prepared.dataset
        rows = {name: table.rows for name, table in dataset.tables.items()}
        self.record.dataset = Dataset(name=dataset.name, version=dataset.version, rows=rows)

    def _train(self) -> None:
        from groundway import pipeline
        from groundway.pipeline import Span
        from groundway_ops.demo.convert import version

        spans = Span.parse(TRAINING), Span.parse(VALIDATION)
        trained = pipeline.train(self.workload, self.platform, self.prepared, self.registry, *spans, say)
        self._registered(version(trained))
        self.record.tags = self.workload.tags(self.platform).aws()
        trained.verdict.require()

    def _serve(self) -> None:
        from groundway.serving import process
        from groundway.serving.settings import Settings

        # the champion, whatever is pinned: here is where champions are made
        settings = Settings(model=MODEL, alias="champion", environment=self.environment, log_seconds=2)
        process.start(settings, report=say)
        say(f"version {process.reload(MODEL, self.environment)[0]} is served")

    def _watch(self) -> None:
        from groundway import pipeline
        from groundway.pipeline import Span
        from groundway_ops.demo.convert import month, version

        seen = pipeline.watch(
            self.workload, self.platform, self.prepared, self.registry, Span.parse(TRAFFIC), HISTORY, say
        )
        for observation in seen:
            self.record.months.append(month(observation))
            if observation.retrained:
                self._registered(version(observation.retrained))
            self._save()

    def _reproduce(self) -> None:
        from groundway import pipeline

        found = pipeline.reproduce(self.workload, self.platform, self.registry, 1, say)
        same = found.identical
        self.record.reproduction = Reproduction(
            version=str(found.version.version), rows=found.rows, identical=same, digest=found.version.digest
        )
        say(f"{found.rows:,} predictions compared: {'identical' if same else 'DIFFERENT'}")

    def _stop_services(self) -> None:
        from groundway.registry import server
        from groundway.serving import process

        for name in environments.names(self.root):
            if process.stop(MODEL, name):
                say(f"server in {name}: stopped")
        say(f"registry: {'stopped' if server.down() else 'was not running'}")

    def _destroy(self) -> None:
        cloud.enter(self.environment)
        before = self._count()
        if before:
            deployment.run("destroy", self.environment, self.root, home() / "logs" / "destroy.log", say)
        left = sum(sum(types.values()) for types in deployment.inventory(self.environment, self.root).values())
        if self.record.deployment:
            self.record.deployment.destroyed = before - left
        # its artifacts went with the models bucket, so its records would point to nothing
        shutil.rmtree(home() / "registry", ignore_errors=True)
        say(f"{before - left} resources destroyed, {left} left")

    def _stop_cloud(self) -> None:
        """What the other environments hold goes with a cloud that held nothing before; else it stays for its owner."""
        shutil.rmtree(home() / "demo" / "checkout", ignore_errors=True)
        cloud.command(say, *(("local", "reset", "--yes") if self.record.fresh else ("local", "down")))

    # the rest

    def _step(self, title: str, action: Callable[[], None]) -> None:
        with step(self.record, title):
            action()
        self._save()

    def _registered(self, version: Version) -> None:
        for earlier in self.record.versions:
            earlier.champion = earlier.champion and not version.champion
        self.record.versions.append(version)

    def _save(self) -> None:
        self.record.save(self._path())

    def _path(self) -> Path:
        return home() / "demo" / f"{self.environment}.json"

    def _count(self) -> int:
        """Note what the states hold now; returns the number of resources."""
        found = deployment.inventory(self.environment, self.root)
        by_type = sum(found.values(), Counter[str]())
        by_stack = {stack: sum(types.values()) for stack, types in found.items()}
        if sum(by_type.values()) or self.record.deployment is None:
            self.record.deployment = Deployment(
                environment=self.environment, cloud="local", by_stack=by_stack, by_type=dict(by_type.most_common())
            )
        say(f"{sum(by_type.values())} resources of {len(by_type)} types in {len(found)} stacks")
        return sum(by_type.values())

    def addresses(self) -> str:
        """Where everything is while it runs."""
        from groundway.registry import server
        from groundway.serving import process

        model = process.find(MODEL, self.environment)
        return "\n".join(
            [
                "Running:",
                f"  AWS, emulated    {os.environ.get('AWS_ENDPOINT_URL')}",
                f"  model registry   {server.url()}",
                f"  model server     {model.url if model else 'not running'}",
                f'Talk to it:  eval "$(groundway local env {self.environment})"',
                "Tear down:   make down",
            ]
        )

    def summary(self) -> str:
        from groundway_ops.demo.convert import summary

        return summary(self.record)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _left(path: Path) -> Record | None:
    """The record that an earlier run left, if this revision can read it; what it deployed is torn down in any case."""
    try:
        return Record.load(path)
    except (FileNotFoundError, ValueError):
        return None
