"""The rehearsal of one environment: which phases there are, in which order, and which of them need which."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from groundway.environment import Environment
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.deploy import Stacks, by_type, not_empty
from groundway_ops.rehearsal.holdings import Holdings, differences
from groundway_ops.rehearsal.local_cloud import LocalCloud
from groundway_ops.rehearsal.phases import Phases
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.record import Record
from groundway_ops.rehearsal.terraform import Terraform

CLEAN = ("deploy", "second plan", "destroy", "leftovers")


@dataclass
class Rehearsal:
    """One environment of `checkout`, rehearsed in `directory`; with `base`, a commit, also its upgrade from there."""

    environment: Environment
    checkout: Checkout
    directory: Path
    processes: Processes
    say: Callable[[str], None]
    base: str | None = None
    record: Record = field(init=False)
    deployed: Holdings = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.record = Record(
            environment=self.environment.name,
            revision=self.checkout.revision(),
            started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            from_=self.base,
        )
        self.phases = Phases(self.record, self.say)
        self.cloud = LocalCloud(self.environment.name, self.checkout.root, self.directory, self.processes, self.say)

    def run(self) -> Record:
        """All phases. Whatever happens, the cloud is gone afterwards; only the logs of Terraform stay."""
        try:
            shutil.rmtree(self.directory, ignore_errors=True)
            self._clean()
        finally:
            self.cloud.close()
            for path in self.directory.iterdir() if self.directory.exists() else ():
                if path.name != "logs":
                    shutil.rmtree(path, ignore_errors=True)
        return self.record

    # the acts: each begins in an empty cloud

    def _clean(self) -> None:
        """From nothing to nothing."""
        before = self.cloud.fresh()
        stacks = self._prepare("synth")
        if stacks is None:
            return self.phases.skip(CLEAN, "the stacks are not valid")
        if self.phases.run("deploy", lambda: self._deploy(stacks)):
            self.phases.run("second plan", lambda: self._second_plan(stacks))
        else:
            self.phases.skip(["second plan"], "the deploy failed")
        self.phases.run("destroy", stacks.destroy)
        self.phases.run("leftovers", lambda: self._leftovers(before))

    # the phases

    def _prepare(self, phase: str) -> Stacks | None:
        made: list[Stacks] = []

        def work() -> str:
            out = self.directory / "stacks" / "now"
            stacks = Stacks(self.checkout.synthesize(out, self.cloud.env, self.processes), self._terraform())
            seen = stacks.prepare()
            made.append(stacks)
            return seen

        return made[0] if self.phases.run(phase, work) else None

    def _deploy(self, stacks: Stacks) -> str:
        seen = stacks.apply()
        self.deployed = self.cloud.holdings()
        self.record.by_type = by_type(stacks.resources())
        self.record.types, self.record.resources = len(self.record.by_type), sum(self.record.by_type.values())
        return f"{seen}; {self.record.types} types"

    def _second_plan(self, stacks: Stacks) -> str:
        plans = stacks.plans()
        self.phases.breach(*not_empty(plans))
        return f"{sum(p.empty for p in plans.values())} of {len(plans)} plans are empty"

    def _leftovers(self, before: Holdings) -> str:
        left = differences(before, self.cloud.holdings())
        self.phases.breach(*left)
        return f"{len(left)} kinds differ from before the deploy" if left else "the emulator holds what it held before"

    def _terraform(self) -> Terraform:
        return Terraform(self.cloud.env, self.processes, self.directory / "logs", self.say)
