"""This revision on top of an earlier one: what is replaced or destroyed is named, and nothing of it is stateful."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from groundway.stateful import STATEFUL
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks, counted
from groundway_ops.rehearsal.order import in_order
from groundway_ops.rehearsal.plans import Change


@dataclass(frozen=True)
class Upgrade:
    """The phase. `breach` hears of what is stateful and would be lost."""

    breach: Callable[..., None]

    def run(self, old: Stacks, new: Stacks, gone: list[str]) -> str:
        """Plan and apply every stack of `new` over what `old` deployed. `gone` names everything that goes."""
        kept = {stack.name for stack in new.stacks}
        for stack in old.stacks:
            if stack.name not in kept:
                self.breach(f"{stack.name}: the stack is not there any more; what it deployed stays behind")

        def one(stack: Stack) -> dict[str, int]:
            plan = new.terraform.plan(stack)
            going = {"replace", "delete"} & set(plan.planned.values())
            for text, stateful in lost(stack.name, new.terraform.changes(stack).values()) if going else ():
                gone.append(text)
                if stateful:
                    self.breach(f"{text}; it is stateful")
            return new.terraform.apply(stack, of=len(plan.planned)).counts

        seen = counted(in_order(new.stacks, one))
        return "\n".join([f"{seen}; {len(gone)} replaced or destroyed", *sorted(gone)])


def lost(stack: str, changes: Iterable[Change]) -> list[tuple[str, bool]]:
    """What goes, as text, and whether it is of a stateful type."""
    found = []
    for change in sorted(changes, key=lambda c: c.address):
        if change.replaces:
            why = f" because of {', '.join(change.because)}" if change.because else ""
            found.append((f"{stack}: {change.address} is replaced{why}", change.type in STATEFUL))
        elif change.destroys:
            found.append((f"{stack}: {change.address} is destroyed", change.type in STATEFUL))
    return found
