"""Two rounds of changes behind Terraform's back: attributes changed, then resources deleted; each seen and repaired."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundway_ops.rehearsal.deploy import Stacks, not_empty
from groundway_ops.rehearsal.drift import DRIFTS
from groundway_ops.rehearsal.drift.change import Aws, Drift
from groundway_ops.rehearsal.drift.tags import retag, taggable
from groundway_ops.rehearsal.order import all_at_once
from groundway_ops.rehearsal.plans import Change
from groundway_ops.rehearsal.terraform import Resource


@dataclass(frozen=True)
class Planted:
    """One change that is made to one resource."""

    stack: str
    resource: Resource
    drift: Drift

    def __str__(self) -> str:
        return f"{self.stack}: {self.resource.address}: {self.drift.what}"


@dataclass(frozen=True)
class Choice:
    """What is changed, what is deleted, and the types for which no change is known."""

    changed: Sequence[Planted]
    deleted: Sequence[Planted]
    bare: Sequence[str]


def choose(
    resources: Mapping[str, Sequence[Resource]], table: Sequence[Drift] = DRIFTS, without: frozenset[str] = frozenset()
) -> Choice:
    """Every change of the table to every resource that it fits, every deletion to one.

    A type that no line fits has a tag changed where it has tags. Addresses in `without` are left alone.
    """
    placed = [(stack, r) for stack, members in resources.items() for r in members if r.address not in without]
    planted = [p for drift in table for p in _fitting(drift, placed)]
    covered = {p.resource.type for p in planted}
    generic = [
        Planted(stack, r, Drift(r.type, "a tag changed", retag, "tags"))
        for stack, r in placed
        if r.type not in covered and taggable(r.attributes)
    ]
    covered |= {p.resource.type for p in generic}
    return Choice(
        changed=[p for p in planted if p.drift.attribute] + generic,
        deleted=[p for p in planted if not p.drift.attribute],
        bare=sorted({r.type for _, r in placed} - covered),
    )


def _fitting(drift: Drift, placed: Sequence[tuple[str, Resource]]) -> Iterator[Planted]:
    for stack, resource in placed:
        if resource.type == drift.type and drift.when(resource.attributes):
            yield Planted(stack, resource, drift)
            if not drift.attribute:
                return


def make(planted: Sequence[Planted], aws: Aws) -> tuple[list[Planted], list[str]]:
    """Make the changes: those that were made, and what kept the others from being made."""
    made, problems = [], []
    for one in planted:
        try:
            one.drift.make(aws.of(one.resource.attributes), one.resource.attributes)
        except Exception as e:  # a change that cannot be made shows nothing, whatever the reason
            problems.append(f"{one}: could not be made: {type(e).__name__}: {e}")
        else:
            made.append(one)
    return made, problems


def unseen(made: Sequence[Planted], plans: Mapping[str, Mapping[str, Change]]) -> list[str]:
    """The changes that the plans of the stacks do not show for that very address."""
    return [f"{one}: the plan does not show it" for one in made if not shown(one, plans)]


def shown(one: Planted, plans: Mapping[str, Mapping[str, Change]]) -> bool:
    """Whether a plan shows the change: the attribute changes, or what was deleted is created."""
    change = plans[one.stack].get(one.resource.address)
    if change is None:
        return False
    attribute = one.drift.attribute
    return bool({attribute, f"{attribute}_all"} & change.attributes) if attribute else change.creates


def unrepaired(one: Planted, plans: Mapping[str, Mapping[str, Change]]) -> bool:
    """Whether a plan still shows a change after the repair; what is created was lost with something deleted since."""
    return shown(one, plans) and not plans[one.stack][one.resource.address].creates


@dataclass(frozen=True)
class Drifting:
    """The phase: `breach` hears of everything that is not shown, not repaired, or cannot be made."""

    stacks: Stacks
    aws: Aws
    breach: Callable[..., None]
    table: Sequence[Drift] = DRIFTS

    def run(self, without: frozenset[str]) -> str:
        """Both rounds. `without` are the addresses that the plan before was not empty for."""
        choice = choose(self.stacks.resources(), self.table, without)
        changed = self._plant(choice.changed)
        seen = self._look(changed)
        self.stacks.apply_planned()
        deleted = self._plant(choice.deleted)
        seen += self._look(deleted, repaired=changed)
        self.stacks.apply_planned()
        self.breach(*not_empty(self.stacks.plans()))
        made = [*changed, *deleted]
        kinds, types = {(p.drift.type, p.drift.what) for p in made}, {p.resource.type for p in made}
        told = f"{seen} of {len(made)} changes of {len(kinds)} kinds to {len(types)} types shown"
        return f"{told}\nno change known for: {', '.join(choice.bare)}" if choice.bare else told

    def _plant(self, planted: Sequence[Planted]) -> Sequence[Planted]:
        made, problems = make(planted, self.aws)
        self.breach(*problems)
        self.stacks.terraform.say(f"{len(made)} changes made behind Terraform's back")
        return made

    def _look(self, made: Sequence[Planted], repaired: Sequence[Planted] = ()) -> int:
        """Plan; returns how many of the changes are shown."""
        self.stacks.plans()
        plans = all_at_once(self.stacks.stacks, self.stacks.terraform.changes)
        missed = unseen(made, plans)
        self.breach(*missed)
        self.breach(*(f"{one}: was not repaired" for one in repaired if unrepaired(one, plans)))
        return len(made) - len(missed)
