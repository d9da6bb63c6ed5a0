"""Which exception covers a finding, and which exceptions are none any more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from groundway_ops.gate.exceptions import Waiver, load, protected
from groundway_ops.gate.rules import Bundle
from groundway_ops.gate.verdict import Excepted, Finding, Judged


@dataclass(frozen=True)
class Exceptions:
    """Those of `policies/exceptions.yaml`, as they stand on the day `today` (UTC)."""

    bundle: Bundle
    waivers: tuple[Waiver, ...]
    today: date

    @classmethod
    def of(cls, bundle: Bundle, today: date) -> "Exceptions":
        return cls(bundle, load(bundle, today), today)

    def waiver(self, finding: Finding, environment: str | None) -> Waiver | None:
        """The exception that covers a finding in a stack of the environment, if one does."""
        critical = self.bundle.rules[finding.rule].severity == "critical"
        if critical and (environment is None or environment in protected(self.bundle)):
            return None  # whatever the stack is called
        held = (w for w in self.waivers if w.expires >= self.today)
        return next((w for w in held if w.covers(finding.rule, finding.stack, finding.address)), None)

    def failures(self, judged: Iterable[Judged], excepted: Iterable[Excepted]) -> Iterator[str]:
        """Exceptions that are past their date, or except nothing although all that they could mean was judged."""
        judged, used = list(judged), {waiver for _, waiver in excepted}
        for number, waiver in enumerate(self.waivers, 1):
            entry = f"policies/exceptions.yaml: entry {number} ({waiver}, approved by {waiver.approver})"
            if waiver.expires < self.today:
                yield f"{entry}: expired on {waiver.expires}: mend what it excepted and remove it, or ask again"
            elif waiver not in used and self._was_due(waiver, judged):
                yield f"{entry}: excepts nothing that was found: remove it"

    def _was_due(self, waiver: Waiver, judged: list[Judged]) -> bool:
        if "plan" in self.bundle.rules[waiver.rule].types:
            meant = {j.stack for j in judged if waiver.covers(waiver.rule, j.stack, waiver.address)}
            return bool(meant) and meant <= {j.stack for j in judged if j.plan}
        environments = filter(waiver.may_reach, self.bundle.data["allowed"]["environments"])
        return all(any(j.stack.startswith(f"{e}-") and not j.plan for j in judged) for e in environments)
