"""Step by step until the new version answers everything, or back at the first breach.

What was done so far is with the target alone, so a rollout that is killed and run again goes on where it was.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from groundway.environment.promotion import Rollout
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.release import ModelPin
from groundway.service import Report
from groundway_ops.rollout import judge
from groundway_ops.rollout.target import Observation, Target, Variant

POLL = 1.0  # seconds between two looks at the target
RESTARTS = 1  # times that the target may lose the new version, as by a restart, before it is not tried again


@dataclass(frozen=True)
class StepTaken:
    """What was seen in a step. `old`: what the new version was compared with; None where there was nothing."""

    percent: int
    new: Observation
    old: Observation | None
    breach: str | None


@dataclass(frozen=True)
class Outcome:
    """`finished`: the pinned version answers everything. If not, the one before does, and `reason` says why."""

    finished: bool
    reason: str
    version: str
    replaced: str | None
    steps: tuple[StepTaken, ...] = ()


def rollout(
    target: Target,
    pin: ModelPin,
    rules: Rollout,
    report: Report,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Have the pinned version take over as `rules` say; a breach is no error but an outcome.

    Raises `Unavailable` when the target cannot be reached; run again, it goes on where it was.
    """
    return _Rollout(target, pin, rules, report, sleep, clock).run()


class _Lost(Exception):
    """The target does not have the new version any more."""


@dataclass
class _Rollout:
    target: Target
    pin: ModelPin
    rules: Rollout
    report: Report
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    steps: list[StepTaken] = field(default_factory=list)
    replaced: Variant | None = None

    def run(self) -> Outcome:
        for attempt in range(RESTARTS + 1):
            try:
                return self._attempt()
            except _Lost as e:
                self.report(f"{e}{'; beginning again' if attempt < RESTARTS else ''}")
        return self._back(f"the target lost the new version {RESTARTS + 1} times, as by a restart")

    def _attempt(self) -> Outcome:
        before = self._own()
        if any(v.digest == self.pin.digest and not v.candidate for v in before):
            return self._end("it answers everything" if self.steps else "it was served already")
        if not any(v.candidate for v in before):
            self.report(f"version {self.pin.version} is being loaded")
            try:
                self.target.start(self.pin)
            except (InvalidInput, Refused) as e:
                return self._back(e.message)
        variants = self.target.variants()
        self.replaced = next((v for v in variants if v.digest != self.pin.digest), None)
        if self.replaced is None:
            return self._end("it is the first one, and answers everything")
        reached = next((v.percent for v in variants if v.candidate), 0)
        if reached > 0:
            self.report(f"version {self.pin.version} has {reached:g} % already: going on")
        for percent in dropwhile(lambda p: p < reached, self.rules.steps):
            if why := self._step(percent):
                return self._back(why)
        self._asking(lambda: self.target.finish(self.pin))
        return self._end(f"it answers everything; version {self.replaced.version} is replaced")

    def _own(self) -> Sequence[Variant]:
        """The variants, without what a rollout of another version left behind."""
        variants = self.target.variants()
        left = next((v for v in variants if v.candidate and v.digest != self.pin.digest), None)
        if left is None:
            return variants
        self.report(f"taking back version {left.version}, which another rollout left at {left.percent:g} %")
        self.target.abort()
        return self.target.variants()

    def _step(self, percent: int) -> str | None:
        """Why the version must be taken back; None when the next step may begin."""
        old = self._shift(percent)
        new, why = self._wait(percent)
        seen = self._seen()
        old = seen if judge.comparable(seen) else old
        why = why or judge.rejected(new, old, self.rules) or judge.latency(new, old, self.rules)
        why = why or judge.drift(new, old, self.rules)
        self.steps.append(StepTaken(percent, new, old, why))
        if why is None:
            compared = "" if judge.comparable(old) else "; there is nothing to compare it with"
            self.report(f"{percent} %: {new.requests} requests, {new.errors} errors: good{compared}")
        return why

    def _shift(self, percent: int) -> Observation | None:
        """Begin the step; returns what the version before answered until then, the latest that is comparable."""
        before = self._seen()
        if not judge.comparable(before):
            before = next((s.old for s in reversed(self.steps) if s.old), before)
        self._asking(lambda: self.target.shift(percent))
        self.report(f"{percent} % of the requests go to version {self.pin.version}")
        return before

    def _wait(self, percent: int) -> tuple[Observation, str | None]:
        """Until there is enough to judge by; the second: why there never will be."""
        rules, begun = self.rules, self.clock()
        new = Observation(0, 0)
        while True:
            passed = self.clock() - begun
            try:
                new = self._observed()
            except Unavailable as e:
                if passed >= rules.seconds:
                    return new, f"it cannot be judged: {e.message}"
            else:
                why = judge.errors(new, rules)
                if why or new.requests >= rules.requests:
                    return new, why
                if passed >= rules.seconds:
                    answered = f"it answered {new.requests} of {rules.requests} requests in {rules.seconds} s"
                    return new, f"{answered} at {percent} %: it cannot be judged"
            self.sleep(min(POLL, rules.seconds / 10))

    def _observed(self) -> Observation:
        seen = self.target.observe().get(self.pin.digest)
        if seen is None:
            raise _Lost(f"version {self.pin.version} is not there any more")
        return seen

    def _seen(self) -> Observation | None:
        """What the version that is replaced answered; None where that cannot be told."""
        try:
            return self.target.observe().get(self.replaced.digest) if self.replaced else None
        except Unavailable:
            return None

    def _asking(self, call: Callable[[], None]) -> None:
        """`call`, which the target refuses when the new version was lost."""
        try:
            call()
        except GroundwayError as e:
            if any(v.digest == self.pin.digest for v in self.target.variants()):
                raise
            raise _Lost(f"version {self.pin.version} is not there any more: {e.message}") from None

    def _end(self, why: str) -> Outcome:
        self.report(f"version {self.pin.version}: {why}")
        return self._outcome(True, why)

    def _back(self, why: str) -> Outcome:
        self.report(f"taking version {self.pin.version} back: {why}")
        try:
            self.target.abort()
        except Unavailable as e:  # a target that comes back serves what was pinned before
            why = f"{why} (it could not be told to take it back: {e.message})"
        return self._outcome(False, why)

    def _outcome(self, finished: bool, why: str) -> Outcome:
        replaced = self.replaced.version if self.replaced else None
        return Outcome(finished, why, str(self.pin.version), replaced, tuple(self.steps))
