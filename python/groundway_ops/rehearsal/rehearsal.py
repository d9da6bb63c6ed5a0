"""The rehearsal of one environment: which phases there are, in which order, and which of them need which."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from groundway.environment import Environment
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.deploy import Stacks, by_type, not_empty
from groundway_ops.rehearsal.drift import Aws
from groundway_ops.rehearsal.drift.rounds import Drifting
from groundway_ops.rehearsal.holdings import Holdings, differences
from groundway_ops.rehearsal.killed import Killed
from groundway_ops.rehearsal.local_cloud import LocalCloud
from groundway_ops.rehearsal.phases import Phases
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.protection import Protection
from groundway_ops.rehearsal.record import Record
from groundway_ops.rehearsal.terraform import Terraform
from groundway_ops.rehearsal.upgrade import Upgrade


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
    restless: set[str] = field(init=False, default_factory=set)  # addresses that the second plan would change

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
        """All phases. Whatever happens, the cloud is gone afterwards; only Terraform's logs stay in `directory`."""
        self.cloud.close()  # what a run that was killed left
        shutil.rmtree(self.directory, ignore_errors=True)
        try:
            stacks = self._from_nothing_to_nothing()
            if stacks and self.deployed:
                self.phases.run("killed", lambda: self._killed(stacks))
            else:
                self.phases.skip(["killed"], "there is no clean deploy to compare with")
            if self.base and stacks:
                self._upgrade(stacks, self.base)
        finally:
            self.cloud.close()
            for path in self.directory.iterdir() if self.directory.exists() else ():
                if path.name != "logs":
                    shutil.rmtree(path, ignore_errors=True)
        return self.record

    # the acts: each begins in an empty cloud

    def _from_nothing_to_nothing(self) -> Stacks | None:
        before = self.cloud.fresh()
        stacks = self._stacks("synth", "now", self.checkout)
        if stacks is None:
            self.phases.skip(["deploy", "second plan", "drift", "destroy", "leftovers"], "the stacks are not valid")
            return None
        if self.phases.run("deploy", lambda: self._deploy(stacks)):
            self.phases.run("second plan", lambda: self._empty(stacks))
            drifting = Drifting(stacks, Aws(self.cloud.env), self.phases.breach)
            self.phases.run("drift", lambda: drifting.run(frozenset(self.restless)))
        else:
            self.phases.skip(["second plan", "drift"], "the deploy failed")
        self.phases.run("destroy", self._unprotected(stacks).destroy)
        self.phases.run("leftovers", lambda: self._leftovers(before))
        return stacks

    def _unprotected(self, stacks: Stacks) -> Stacks:
        """The stacks to destroy. Those of a protected environment refuse, until the word has lifted the protection."""
        if not self.environment.protection:
            return stacks
        protection = Protection(self.cloud.holdings, self.phases.breach)
        self.phases.run("refusal", lambda: protection.refused(stacks))
        lifted = self._stacks("synth with the word", "unprotected", self.checkout, self.environment.name)
        if lifted is None:
            return stacks
        self.phases.run("protection lifted", lambda: protection.lift(lifted))
        return lifted

    def _killed(self, stacks: Stacks) -> str:
        self.cloud.fresh()
        here = Stacks(stacks.stacks, self._terraform())
        return Killed(here, self.deployed, self.cloud.holdings, self.phases.breach).run()

    def _upgrade(self, stacks: Stacks, base: str) -> None:
        self.cloud.fresh()
        old = self._stacks("earlier synth", "from", self.checkout.at(base, self.directory / "from"))
        if old is None or not self.phases.run("earlier deploy", old.apply):
            self.phases.skip(["upgrade", "plan after it"], f"{base[:12]} cannot be deployed")
            return
        new = Stacks(stacks.stacks, self._terraform())
        upgrade = Upgrade(self.phases.breach)
        self.phases.run("upgrade", lambda: upgrade.run(old, new, self.record.replacements))
        self.phases.run("plan after it", lambda: self._empty(new))

    # the phases

    def _stacks(self, phase: str, place: str, checkout: Checkout, unprotect: str | None = None) -> Stacks | None:
        """The stacks of a checkout, ready for Terraform; None when they are not. `now` is to be looked at closely."""
        made: list[Stacks] = []

        def work() -> str:
            out = self.directory / "stacks" / place
            synthesized = checkout.synthesize(out, self.cloud.env, self.processes, unprotect)
            made.append(Stacks(synthesized, self._terraform()))
            return made[0].prepare(validate=place == "now")

        return made[0] if self.phases.run(phase, work) else None

    def _deploy(self, stacks: Stacks) -> str:
        seen = stacks.apply()
        self.deployed = self.cloud.holdings()
        self.record.by_type = by_type(stacks.resources())
        self.record.types, self.record.resources = len(self.record.by_type), sum(self.record.by_type.values())
        return f"{seen}; {self.record.types} types"

    def _empty(self, stacks: Stacks) -> str:
        plans = stacks.plans()
        self.restless = {address for plan in plans.values() for address in plan.planned}
        self.phases.breach(*not_empty(plans))
        return f"{sum(p.empty for p in plans.values())} of {len(plans)} plans are empty"

    def _leftovers(self, before: Holdings) -> str:
        left = differences(before, self.cloud.holdings())
        self.phases.breach(*left)
        return f"{len(left)} kinds differ from before the deploy" if left else "the emulator holds what it held before"

    def _terraform(self) -> Terraform:
        return Terraform(self.cloud.env, self.processes, self.directory / "logs", self.say)
