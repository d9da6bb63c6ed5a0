"""The stacks of one revision on top of another's, forth or back: what goes is named, and nothing of it is stateful."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from groundway.stateful import STATEFUL
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks, counted
from groundway_ops.rehearsal.order import Failed, in_order
from groundway_ops.rehearsal.plans import Change
from groundway_ops.rehearsal.terraform import Plan


@dataclass(frozen=True)
class Loss:
    """A resource that goes: `text` says how; `stateful` when it holds what cannot be made again."""

    address: str
    text: str
    stateful: bool


@dataclass
class Transition:
    """The phases. `breach` hears of what is stateful and would be lost, unless its address is `accepted`.

    `created` are the stacks and addresses that one way made anew. When they go again on the way back, what was there
    before loses nothing. `still` tells that the last way found every plan empty, so that nothing was applied.
    """

    breach: Callable[..., None]
    accepted: frozenset[str] = frozenset()
    created: set[tuple[str, str]] = field(default_factory=set)
    still: bool = False

    def run(self, old: Stacks, new: Stacks, gone: list[str]) -> str:
        """Plan and apply every stack of `new` over what `old` deployed. `gone` names everything that goes."""
        kept = {stack.name for stack in new.stacks}
        for stack in old.stacks:
            if stack.name not in kept:
                self.breach(f"{stack.name}: the stack is not there any more; what it deployed stays behind")
        self.still = False
        plans = _ahead(new)
        applied: list[str] = []

        def one(stack: Stack) -> dict[str, int]:
            plan = plans.get(stack.name)
            if plan is None or applied:  # what was applied before may change what this stack reads
                plan = new.terraform.plan(stack)
            if plan.empty:
                return {}
            applied.append(stack.name)
            self._judge(stack, new, plan, gone)
            return new.terraform.apply(stack, of=len(plan.planned)).counts

        seen = counted(in_order(new.stacks, one))
        self.still = not applied
        return "\n".join([f"{seen}; {len(gone)} replaced or destroyed", *sorted(gone)])

    def _judge(self, stack: Stack, new: Stacks, plan: Plan, gone: list[str]) -> None:
        going = {"replace", "delete"} & set(plan.planned.values())
        for loss in lost(stack.name, new.terraform.changes(stack).values()) if going else ():
            gone.append(loss.text)
            if loss.stateful and loss.address not in self.accepted and (stack.name, loss.address) not in self.created:
                self.breach(f"{loss.text}; it is stateful (--accept {loss.address} accepts it)")
        self.created |= {(stack.name, address) for address, action in plan.planned.items() if action == "create"}


def _ahead(stacks: Stacks) -> dict[str, Plan]:
    """The plans of all stacks at once, as far as they do not need what a stack before them will put out."""
    try:
        return stacks.plans()
    except Failed as e:
        return {name: plan for name, plan in e.done.items() if isinstance(plan, Plan)}


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
