"""`groundway release deploy`: what an environment pins becomes what it runs: infrastructure, then models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from groundway import release as releases
from groundway.errors import InvalidInput
from groundway.release import Deployed, Release
from groundway_ops.promotion import history, infrastructure, journal, steps, traffic
from groundway_ops.promotion.desk import Desk, contents
from groundway_ops.promotion.journal import Journal, Lease
from groundway_ops.promotion.rollback import Rollback
from groundway_ops.promotion.steps import Step
from groundway_ops.promotion.workspace import workspace

STEPS = ("infrastructure", "rollout", "record", "evidence")


@dataclass(frozen=True)
class Deploy:
    """Deploys what the environment of `desk` pins."""

    desk: Desk
    reason: str = ""
    again: bool = False

    def run(self) -> Release:
        """Raises `Refused` for a pin that passed no gate, and when a model had to be taken back: what ran before runs
        again then."""
        desk = self.desk
        release = releases.pinned(desk.root, desk.name)
        if release is None:
            raise InvalidInput(f"{desk.name} pins nothing: groundway release cut {desk.name}, or groundway promote")
        pinned = history.known(desk, release)
        with desk.account.entered():
            running = releases.deployed(desk.name)
        if running and running.release == release and not self.again and journal.find(desk.account) is None:
            desk.report(f"{desk.name} runs {release.name} already; --again applies its stacks once more")
            return release
        new = Journal.of(
            "deploy",
            desk.caller,
            self.reason,
            release,
            pinned.configuration,
            previous=running.release if running else None,
            details={"accepted": self._accepted(release)},
        )
        with journal.begin(desk.account, new) as lease:
            try:
                steps.run(lease, self.steps(lease), desk.report)
            except traffic.TakenBack as e:
                self._back(lease, e.message)
                raise
        return release

    def steps(self, lease: Lease) -> list[Step]:
        now, name = lease.journal, self.desk.name
        return [
            Step("infrastructure", f"deploying the stacks of {name}", lambda: self._infrastructure(now)),
            Step("rollout", f"rolling out {len(now.release.models)} models", lambda: self._roll_out(now)),
            Step("record", "telling the runtime", lambda: record(self.desk, now.release)),
            Step("evidence", "leaving evidence", lambda: self._tell(lease.journal)),
        ]

    def _infrastructure(self, now: Journal) -> None:
        root = workspace(self.desk, now.release, now.configuration)
        self.desk.report(infrastructure.apply(self.desk, root, now.details["accepted"]))

    def _roll_out(self, now: Journal) -> None:
        with self.desk.account.entered():
            traffic.shift(self.desk, now.release)

    def _tell(self, now: Journal) -> None:
        details: dict[str, Any] = {**contents(now.release, now.configuration), **now.details}
        if now.previous:
            details["instead of"] = now.previous.name
        self.desk.tell(now, "deploy", **details)

    def _back(self, lease: Lease, why: str) -> None:
        """The release before takes this one's place, in the same lease: nobody gets in between."""
        now, desk = lease.journal, self.desk
        desk.report(f"{why}; going back")
        before = history.find(desk, now.previous.name) if now.previous else None
        if before is None:
            lease.close()
            return
        back = Rollback(desk, before.release.name, f"taken back: {why}")
        lease.become(back.journal(before, now.release, {"undoes": now.id}))
        steps.run(lease, back.steps(lease), desk.report)

    def _accepted(self, release: Release) -> list[str]:
        """What the promotion of this very release accepted to lose."""
        for entry in reversed(self.desk.entries("promotion")):
            if entry.event.release == release.name:
                return [str(address) for address in _list(entry.event.details, "accepted")]
        return []


def record(desk: Desk, release: Release) -> None:
    """Make it what the runtime follows; what is recorded already keeps its time."""
    with desk.account.entered():
        running = releases.deployed(desk.name)
        if running is None or running.release != release:
            releases.record(Deployed(release=release, since=datetime.now(UTC)), desk.environment.cost_tags)


def _list(details: Mapping[str, Any], key: str) -> list[Any]:
    found = details.get(key)
    return found if isinstance(found, list) else []
