"""The stacks of one revision on top of another's, forth or back: what goes is named, and nothing of it is stateful."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from groundway.stateful import STATEFUL
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks, counted
from groundway_ops.rehearsal.order import in_order
from groundway_ops.rehearsal.plans import Change


@dataclass(frozen=True)
class Loss:
    """A resource that goes: `text` says how; `stateful` when it holds what cannot be made again."""

    address: str
    text: str
    stateful: bool


@dataclass(frozen=True)
class Transition:
    """The phase. `breach` hears of what is stateful and would be lost, unless its address is `accepted`."""

    breach: Callable[..., None]
    accepted: frozenset[str] = frozenset()

    def run(self, old: Stacks, new: Stacks, gone: list[str]) -> str:
        """Plan and apply every stack of `new` over what `old` deployed. `gone` names everything that goes."""
        kept = {stack.name for stack in new.stacks}
        for stack in old.stacks:
            if stack.name not in kept:
                self.breach(f"{stack.name}: the stack is not there any more; what it deployed stays behind")

        def one(stack: Stack) -> dict[str, int]:
            plan = new.terraform.plan(stack)
            going = {"replace", "delete"} & set(plan.planned.values())
            for loss in lost(stack.name, new.terraform.changes(stack).values()) if going else ():
                gone.append(loss.text)
                if loss.stateful and loss.address not in self.accepted:
                    self.breach(f"{loss.text}; it is stateful (--accept {loss.address} accepts it)")
            return new.terraform.apply(stack, of=len(plan.planned)).counts

        seen = counted(in_order(new.stacks, one))
        return "\n".join([f"{seen}; {len(gone)} replaced or destroyed", *sorted(gone)])


def lost(stack: str, changes: Iterable[Change]) -> list[Loss]:
    """What goes with these changes of a stack, by address."""
    found = []
    for change in sorted(changes, key=lambda c: c.address):
        if not (change.replaces or change.destroys):
            continue
        why = f" because of {', '.join(change.because)}" if change.because else ""
        what = f"is replaced{why}" if change.replaces else "is destroyed"
        found.append(Loss(change.address, f"{stack}: {change.address} {what}", change.type in STATEFUL))
    return found
