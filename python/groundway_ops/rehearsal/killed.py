"""kill -9 in the middle of the apply of every stack: run again, it converges, and nothing is there twice."""

from collections.abc import Callable
from dataclasses import dataclass

from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks, not_empty
from groundway_ops.rehearsal.holdings import Holdings, differences
from groundway_ops.rehearsal.order import in_order


@dataclass(frozen=True)
class Killed:
    """The phase; `clean` is what an undisturbed deploy left in the emulator."""

    stacks: Stacks
    clean: Holdings
    holdings: Callable[[], Holdings]
    breach: Callable[..., None]

    def run(self) -> str:
        killed = in_order(self.stacks.stacks, self._one)
        self.breach(*not_empty(self.stacks.plans()))
        more = differences(self.clean, self.holdings())
        self.breach(*(f"compared with a deploy that was not killed: {text}" for text in more))
        return f"{sum(killed.values())} of {len(killed)} stacks were killed in the middle and went on"

    def _one(self, stack: Stack) -> bool:
        terraform = self.stacks.terraform
        planned = len(terraform.plan(stack).planned)
        in_time = planned > 0 and terraform.apply_and_kill(stack, after=planned // 2)
        if planned and not in_time:
            self.breach(f"{stack.name}: was done before it could be killed, so this shows nothing")
        terraform.say(f"{stack.name}: killed after {planned // 2} of {planned} resources; once more")
        terraform.plan(stack)
        terraform.apply(stack)
        return in_time
