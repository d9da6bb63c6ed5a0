"""`groundway rollback`: an environment goes back to what it ran before, with nothing but its own account and git."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from groundway import platform as platforms
from groundway import release as releases
from groundway.errors import InvalidInput, Refused
from groundway.release import Release, artifacts
from groundway_ops.promotion import history, infrastructure, journal, steps, traffic
from groundway_ops.promotion.desk import Desk, contents
from groundway_ops.promotion.history import Snapshot
from groundway_ops.promotion.journal import Journal, Kind, Lease
from groundway_ops.promotion.steps import Step
from groundway_ops.promotion.workspace import workspace

TWICE = timedelta(minutes=10)  # who asks again so soon may not know that the first one came to its end
STEPS = ("pin", "infrastructure", "record", "models", "evidence")


@dataclass(frozen=True)
class Rollback:
    """Takes the environment of `desk` back to the release `to`. `accepted`: stateful resources that may go with it.

    Without one: to what runs, where something else is pinned or half deployed; else to what ran before that.
    """

    desk: Desk
    to: str | None = None
    reason: str = ""
    accepted: frozenset[str] = frozenset()

    def run(self) -> Release:
        """Raises `InvalidInput` where there is nothing to go back to, `Refused` when its models are not there."""
        desk = self.desk
        with desk.account.entered():
            deployed = releases.deployed(desk.name)
        running = deployed.release if deployed else None
        target = self._target(running)
        self._models_are_there(target.release)
        new = self.journal(target, running, {})
        with journal.begin(desk.account, new, take_over=get_args(Kind)) as lease:
            lease.note(accepted=sorted(self.accepted))
            steps.run(lease, self.steps(lease), desk.report)
        return lease.journal.release

    def journal(self, target: Snapshot, running: Release | None, details: dict[str, Any]) -> Journal:
        return Journal.of(
            "rollback",
            self.desk.caller,
            self.reason,
            target.release,
            target.configuration,
            previous=running,
            details=details,
        )

    def steps(self, lease: Lease) -> list[Step]:
        now, name = lease.journal, self.desk.name
        return [
            Step("pin", f"pinning {now.release.name} again", lambda: self._pin(now)),
            Step("infrastructure", f"taking the stacks of {name} back", lambda: self._infrastructure(now)),
            Step("record", "telling the runtime", lambda: self._record(now)),
            Step("models", "having the servers take up the models", lambda: self._models(now)),
            Step("evidence", "leaving evidence", lambda: self._tell(lease.journal)),
        ]

    def _target(self, running: Release | None) -> Snapshot:
        desk = self.desk
        found = journal.find(desk.account)
        left = found[0] if found else None
        whole = left is None and releases.pinned(desk.root, desk.name) == running
        if self.to:
            if whole and running and running.name == self.to:
                raise InvalidInput(f"{desk.name} runs {self.to} already: nothing to go back to")
            return history.find(desk, self.to)
        if left and left.kind == "rollback":  # it died on its way: that way is gone to its end
            return history.find(desk, left.release.name)
        if running is None:
            raise InvalidInput(f"{desk.name} has not run a release yet: there is nothing to go back to")
        return self._before(running) if whole else history.find(desk, running.name)

    def _before(self, running: Release) -> Snapshot:
        """What ran before `running`. Raises `InvalidInput` without it, and for a second step back right after one."""
        name, events = self.desk.name, history.snapshots(self.desk, *history.RAN)
        ran = history.stack(events)
        if len(ran) < 2:
            raise InvalidInput(f"{name} ran nothing before {running.name}: there is nothing to go back to")
        last = events[-1]
        if last.kind == "rollback" and datetime.now(UTC) - last.time < TWICE:
            raise InvalidInput(
                f"{name} went back to {running.name} at {last.time:%H:%M:%S} UTC. To go further, say how far: "
                f"groundway rollback {name} --to {ran[-2].release.name}"
            )
        return ran[-2]

    def _models_are_there(self, release: Release) -> None:
        if not release.models:
            return
        with self.desk.account.entered():
            platform = platforms.load(self.desk.name)
            missing = [n for n, pin in release.models.items() if not artifacts.exists(platform, n, pin.digest)]
        if missing:
            raise Refused(f"{release.name} cannot be served any more: {', '.join(missing)} is not in {self.desk.name}")

    def _pin(self, now: Journal) -> None:
        """Both files: what runs, and how the environment was configured for it."""
        folder = Path(self.desk.root, "environments", self.desk.name)
        file = folder / "environment.yaml"
        if file.read_text(encoding="utf-8") != now.configuration:
            partial = folder / ".environment.yaml.partial"
            partial.write_text(now.configuration, encoding="utf-8")
            partial.replace(file)
            self.desk.report(f"{file.relative_to(self.desk.root)} is as it was then")
        releases.write(self.desk.root, now.release)

    def _infrastructure(self, now: Journal) -> None:
        if infrastructure.same(now.release, now.previous) and "undoes" not in now.details:
            self.desk.report("the infrastructure is the same")
            return
        root = workspace(self.desk, now.release, now.configuration, own_law=True)
        self.desk.report(infrastructure.apply(self.desk, root, now.details.get("accepted", ())))

    def _record(self, now: Journal) -> None:
        from groundway_ops.promotion.deploy import record

        record(self.desk, now.release)

    def _models(self, now: Journal) -> None:
        with self.desk.account.entered():
            traffic.take_up(self.desk, now.release)

    def _tell(self, now: Journal) -> None:
        details = {**contents(now.release, now.configuration), **now.details}
        if now.previous:
            details["instead of"] = now.previous.name
        self.desk.tell(now, "rollback", **details)
