"""The rehearsal of one environment: which phases there are, in which order, and which of them need which."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from groundway import release
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
from groundway_ops.rehearsal.record import Record, Scope
from groundway_ops.rehearsal.terraform import Terraform
from groundway_ops.rehearsal.transition import Transition

BACK = ["upgrade", "plan after it", "rollback", "plan after rollback"]


@dataclass(frozen=True)
class Request:
    """What to rehearse. `base` is the commit to upgrade from and roll back to; addresses that are `accepted` may go."""

    scope: Scope = "whole"
    base: str | None = None
    accepted: frozenset[str] = frozenset()


@dataclass
class Rehearsal:
    """One environment of `checkout`, rehearsed in `directory` as `request` says."""

    environment: Environment
    checkout: Checkout
    directory: Path
    processes: Processes
    say: Callable[[str], None]
    request: Request = Request()

    record: Record = field(init=False)
    earlier: Checkout | None = field(init=False, default=None)
    deployed: Holdings = field(init=False, default_factory=dict)
    restless: set[str] = field(init=False, default_factory=set)  # addresses that the second plan would change

    def __post_init__(self) -> None:
        name = self.environment.name
        self.record = Record(
            environment=name,
            scope=self.request.scope,
            revision=self.checkout.revision(),
            dirty=self.checkout.dirty(),
            started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            accepted=sorted(self.request.accepted),
        )
        self.phases = Phases(self.record, self.say)
        self.cloud = LocalCloud(name, self.checkout.root, self.directory, self.processes, self.say)
        # What is accepted goes only without the protection, so the whole way there and back is made without it.
        self.word = name if self.environment.protection and self.request.accepted else None

    def run(self) -> Record:
        """All phases. Whatever happens, the cloud is gone afterwards; only Terraform's logs stay in `directory`."""
        self.cloud.close()  # what a run that was killed left
        shutil.rmtree(self.directory, ignore_errors=True)
        try:
            if self.request.base:
                self._lay_out(self.request.base)
            if self.request.scope == "change":
                self._change()
            else:
                self._whole()
        finally:
            self.cloud.close()
            for path in self.directory.iterdir() if self.directory.exists() else ():
                if path.name != "logs":
                    shutil.rmtree(path, ignore_errors=True)
        return self.record

    def _lay_out(self, base: str) -> None:
        """The files of the earlier revision, and in the record what they are."""
        self.earlier = self.checkout.at(base, self.directory / "from")
        self.record.from_ = base
        self.record.from_blueprint, self.record.from_configuration = self._digests(self.earlier)

    def _whole(self) -> None:
        stacks = self._from_nothing_to_nothing()
        if stacks and self.deployed:
            self.phases.run("killed", lambda: self._killed(stacks))
        else:
            self.phases.skip(["killed"], "there is no clean deploy to compare with")
        if self.earlier and stacks:
            self.cloud.fresh()
            new = self._stacks("later synth", "later", self.checkout, self.word) if self.word else stacks
            self._there_and_back(self.earlier, new)

    def _change(self) -> None:
        """No more than a promotion needs; what was deployed is thrown away with the cloud."""
        self.cloud.fresh()
        stacks = self._stacks("synth", "now", self.checkout, self.word)
        if self.earlier:
            self._there_and_back(self.earlier, stacks)
        elif stacks is None:
            self.phases.skip(["deploy", "second plan"], "the stacks are not valid")
        elif self.phases.run("deploy", lambda: self._deploy(stacks)):
            self.phases.run("second plan", lambda: self._empty(stacks))
        else:
            self.phases.skip(["second plan"], "the deploy failed")

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

    def _there_and_back(self, earlier: Checkout, stacks: Stacks | None) -> None:
        """The earlier stacks, these on top of them, and the earlier ones again."""
        if stacks is None:
            self.phases.skip(["earlier synth", "earlier deploy", *BACK], "the stacks are not valid")
            return
        old = self._stacks("earlier synth", "from", earlier, self.word)
        if old is None or not self.phases.run("earlier deploy", old.apply):
            self.phases.skip(BACK, f"{str(self.request.base)[:12]} cannot be deployed")
            return
        new = Stacks(stacks.stacks, self._terraform())
        transition = Transition(self.phases.breach, self.request.accepted)
        self.phases.run("upgrade", lambda: transition.run(old, new, self.record.replacements))
        self.phases.run("plan after it", lambda: f"{self._settled(transition, new)}; {self._count(new)} types")
        self.phases.run("rollback", lambda: transition.run(new, old, self.record.replacements_back))
        self.phases.run("plan after rollback", lambda: self._settled(transition, old))

    # the phases

    def _stacks(self, phase: str, place: str, checkout: Checkout, unprotect: str | None = None) -> Stacks | None:
        """The stacks of a checkout, ready for Terraform; None when they are not."""
        made: list[Stacks] = []

        def work() -> str:
            out = self.directory / "stacks" / place
            if checkout is self.checkout and self.record.blueprint is None:
                self.record.blueprint, self.record.configuration = self._digests(checkout)
            synthesized = checkout.synthesize(out, self.cloud.env, self.processes, unprotect)
            made.append(Stacks(synthesized, self._terraform()))
            noted = (self.record.blueprint, self.record.configuration)
            if checkout is self.checkout and self._digests(checkout) != noted:
                self.phases.breach("the checkout was changed while it was rehearsed; rehearse again")
            return made[0].prepare(validate=place == "now" and self.request.scope == "whole")

        return made[0] if self.phases.run(phase, work) else None

    def _digests(self, checkout: Checkout) -> tuple[str, str]:
        """Of its code, and of what the environment is there."""
        return release.blueprint(checkout.root), release.configuration(checkout.root, self.environment.name)

    def _deploy(self, stacks: Stacks) -> str:
        seen = stacks.apply()
        self.deployed = self.cloud.holdings()
        return f"{seen}; {self._count(stacks)} types"

    def _count(self, stacks: Stacks) -> int:
        """Note what is deployed; returns the number of types."""
        self.record.by_type = by_type(stacks.resources())
        self.record.types, self.record.resources = len(self.record.by_type), sum(self.record.by_type.values())
        return self.record.types

    def _empty(self, stacks: Stacks) -> str:
        plans = stacks.plans()
        self.restless = {address for plan in plans.values() for address in plan.planned}
        self.phases.breach(*not_empty(plans))
        return f"{sum(p.empty for p in plans.values())} of {len(plans)} plans are empty"

    def _settled(self, transition: Transition, stacks: Stacks) -> str:
        """As `_empty`, without planning once more when nothing was applied since."""
        return "the plans were empty before, and nothing was applied" if transition.still else self._empty(stacks)

    def _leftovers(self, before: Holdings) -> str:
        left = differences(before, self.cloud.holdings())
        self.phases.breach(*left)
        return f"{len(left)} kinds differ from before the deploy" if left else "the emulator holds what it held before"

    def _terraform(self) -> Terraform:
        return Terraform(self.cloud.env, self.processes, self.directory / "logs", self.say)
