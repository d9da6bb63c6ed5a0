"""The demo's second half: what was learnt in dev goes on to staging and prod, through the gates, and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from groundway import environment as environments
from groundway import platform as platforms
from groundway import release as releases
from groundway.service import home
from groundway_ops import accounts, cloud, deployment
from groundway_ops.accounts import Account
from groundway_ops.demo.bill import priced
from groundway_ops.demo.callers import callers
from groundway_ops.demo.convert import happening
from groundway_ops.demo.copy import commit, copy, without_soak
from groundway_ops.demo.people import reviewer
from groundway_ops.demo.steps import say
from groundway_ops.promotion.approve import approve
from groundway_ops.promotion.cut import Cut
from groundway_ops.promotion.deploy import Deploy
from groundway_ops.promotion.desk import Desk
from groundway_ops.promotion.promote import NotPassed, Promotion
from groundway_ops.promotion.rollback import Rollback
from groundway_ops.promotion.traffic import TakenBack

if TYPE_CHECKING:
    from groundway.pipeline import Prepared
    from groundway.registry import ModelVersion
    from groundway_ops.demo.journey import Journey

NEXT = ("staging", "prod")
TRAFFIC = "2013-12"


@dataclass
class Releases:
    """Promotions of what `journey` made in its environment, in the local cloud, from a checkout of their own."""

    journey: Journey
    step: Callable[[str, Callable[[], None]], None]
    taken_back: bool = False
    _accounts: dict[str, Account] = field(default_factory=dict)

    def run(self) -> None:
        """Deploy the other environments, offer them versions of the model one after the other, and take one back."""
        self.step("Lay out a checkout that releases can be written into", self._copy)
        for name in NEXT:
            self.step(f"Deploy {name}-* with cdktf, and land its data", partial(self._deploy, name))
        self.step(f"Rehearse the change in {' and '.join(NEXT)}", self._rehearse)
        self.step("Offer the champion to staging", self._champion)
        self.step("Offer it to prod: before anybody approved, and after", self._prod)
        self.step("Offer the first version to staging, step by step under traffic", self._first)
        self.step("Take staging back to the champion, unless the rollout did that itself", self._back)
        self.step("Verify the evidence of all three", self._verify)

    # the steps

    def _copy(self) -> None:
        copy(self.journey.root, self.root)
        for name in NEXT:
            if hours := without_soak(self.root, name):
                say(f"{name} wants a release to have run for {hours} h before; the demo does not wait so long")
        commit(self.root, "no soak in the demo")

    def _deploy(self, name: str) -> None:
        with self.account(name).entered():
            cloud.command(say, "bootstrap", name)
            deployment.run("deploy", name, self.journey.root, home() / "logs" / f"deploy-{name}.log", say)
            priced.keep(name, self.journey.root)
            self.journey.workload.land(platforms.load(name), say)

    def _rehearse(self) -> None:
        cloud.command(say, "rehearse", *NEXT, "--change", cwd=self.root)

    def _champion(self) -> None:
        found = max(v.version for v in self._versions() if v.passed)
        self._cut(found, "retrained on the latest months")
        self._offer("dev", "staging", "retrained on the latest months")

    def _first(self) -> None:
        self._cut(min(v.version for v in self._versions() if v.passed), "as at first")
        self._offer("dev", "staging", "as at first")

    def _prod(self) -> None:
        if not self._promote("staging", "prod", "proved itself in staging"):
            self._approve("staging", "prod")
            self._offer("staging", "prod", "proved itself in staging")

    def _back(self) -> None:
        desk = self.desk("staging")
        with desk.account.entered():
            running = releases.deployed("staging")
        if self.taken_back or running is None:
            say(f"the rollout did: staging runs {running.release.name if running else 'nothing'}")
            return
        begun = time.monotonic()
        release = Rollback(desk, reason="a drill").run()
        say(f"staging runs {release.name} again, {time.monotonic() - begun:.1f} s later")

    def _verify(self) -> None:
        for name in ("dev", *NEXT):
            desk = self.desk(name)
            with desk.account.entered():
                found = desk.log.verify()
                entries = desk.log.entries()
            for problem in found.problems:
                say(f"{name}: {problem}")
            say(f"{name}: {len(entries)} events, {'nothing was tampered with' if found.ok else 'TAMPERED WITH'}")
            self.journey.record.releases += [happening(entry.event) for entry in entries]
        self.journey.record.releases.sort(key=lambda h: h.time)

    # what they are made of

    @property
    def root(self) -> Path:
        return home() / "demo" / "checkout"

    def account(self, name: str) -> Account:
        if name not in self._accounts:
            self._accounts[name] = accounts.of(environments.load(name, self.journey.root))
        return self._accounts[name]

    def desk(self, name: str) -> Desk:
        """With the environment as the demo's checkout has it."""
        return Desk(self.root, Account(environments.load(name, self.root), self.account(name).variables), say)

    def _versions(self) -> list[ModelVersion]:
        from groundway import registry

        return registry.versions(self.journey.registry, self.journey.workload.NAME)

    def _cut(self, version: int, reason: str) -> None:
        from groundway import registry

        registry.promote(self.journey.registry, self.journey.workload.NAME, version)
        say(f"version {version} is the champion")
        release = Cut(self.desk("dev"), reason).run()
        commit(self.root, f"dev: {release.name}")
        say(f"dev pins {release.name}")

    def _offer(self, source: str, target: str, reason: str) -> None:
        """Promote and deploy, with an approval if one is asked for; a refusal is told, not raised."""
        wanted = environments.load(target, self.root).promotion.approvals
        if wanted and source == "dev":
            self._approve(source, target)
        if self._promote(source, target, reason):
            self._serve_and_deploy(target, reason)

    def _promote(self, source: str, target: str, reason: str) -> bool:
        try:
            release, _ = Promotion(self.desk(source), self.desk(target), reason).run()
        except NotPassed as e:
            say(e.message)
            return False
        commit(self.root, f"{target}: {release.name}")
        say(f"{target} pins {release.name}")
        return True

    def _approve(self, source: str, target: str) -> None:
        desk = self.desk(target)
        for n in range(1, desk.environment.promotion.approvals + 1):
            as_reviewer = Desk(desk.root, reviewer(desk.account, f"reviewer-{n}"), say)
            entry, until = approve(self.desk(source), as_reviewer, "looked at it")
            say(f"{entry.event.by} approves until {until:%F}")

    def _serve_and_deploy(self, name: str, reason: str) -> None:
        """Deploy under traffic, where a release is served already; else start the server afterwards."""
        from groundway.pipeline import Span
        from groundway.serving import process
        from groundway.serving.settings import Settings

        workload, desk = self.journey.workload, self.desk(name)
        with desk.account.entered():
            served = process.find(workload.NAME, name) is not None
        if served:
            with desk.account.entered():
                prepared = self._prepared(name)
                with callers(workload, prepared, Span.parse(TRAFFIC), name) as count:
                    try:
                        Deploy(desk, reason).run()
                    except TakenBack as e:
                        self.taken_back = True
                        say(e.message)
            say(f"{count[0]:,} requests were answered meanwhile")
            commit(self.root, f"{name}: as it runs")
            return
        Deploy(desk, reason).run()
        with desk.account.entered():
            self._prepared(name)
            process.start(Settings(model=workload.NAME, environment=name, log_seconds=2), report=say)

    def _prepared(self, name: str) -> Prepared:
        from groundway import pipeline

        return pipeline.prepare(self.journey.workload, platforms.load(name), say)
