"""Which plan of a stack is applied on the way there and back, and what is said to be lost, without Terraform."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from groundway.errors import GroundwayError
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks
from groundway_ops.rehearsal.messages import Told
from groundway_ops.rehearsal.plans import Change
from groundway_ops.rehearsal.terraform import Plan, Terraform
from groundway_ops.rehearsal.transition import Transition

FIRST, SECOND = Stack("dev-first", Path(), ()), Stack("dev-second", Path(), ("dev-first",))
ACTIONS = {"create": ("create",), "replace": ("delete", "create"), "delete": ("delete",), "update": ("update",)}


@dataclass
class Scripted:
    """Terraform that plans, stack by stack, what is next on its list: a plan, or why there is none."""

    script: dict[str, list[dict[str, str] | str]]
    done: list[str] = field(default_factory=list)
    last: dict[str, dict[str, str]] = field(default_factory=dict)

    def plan(self, stack: Stack) -> Plan:
        said = self.script[stack.name].pop(0)
        if isinstance(said, str):
            raise GroundwayError(said)
        self.done.append(f"plan {stack.name}")
        self.last[stack.name] = said
        return Plan(not said, said)

    def changes(self, stack: Stack) -> dict[str, Change]:
        planned = self.last[stack.name].items()
        return {a: Change(a, a.partition(".")[0], ACTIONS[action], frozenset()) for a, action in planned}

    def apply(self, stack: Stack, of: int | None = None) -> Told:
        self.done.append(f"apply {stack.name} {sorted(self.last[stack.name])}")
        return Told(counts={"add": 0, "change": of or 0, "remove": 0})


def way(
    first: Sequence[dict[str, str] | str],
    second: Sequence[dict[str, str] | str],
    stacks: Sequence[Stack] = (FIRST, SECOND),
) -> Stacks:
    return Stacks(stacks, cast(Terraform, Scripted({"dev-first": list(first), "dev-second": list(second)})))


def done(stacks: Stacks) -> list[str]:
    return cast(Scripted, stacks.terraform).done


def passed(old: Stacks, new: Stacks, accepted: frozenset[str] = frozenset()) -> tuple[list[str], list[str], bool]:
    """Breaches, losses, whether nothing was applied."""
    breaches: list[str] = []
    gone: list[str] = []
    transition = Transition(lambda *texts: breaches.extend(texts), accepted)
    transition.run(old, new, gone)
    return breaches, gone, transition.still


def test_when_nothing_changes_every_stack_is_planned_once_and_none_is_applied() -> None:
    new = way([{}], [{}])
    assert passed(way([], []), new) == ([], [], True)
    assert sorted(done(new)) == ["plan dev-first", "plan dev-second"]


def test_what_comes_after_a_change_is_planned_anew() -> None:
    new = way([{"aws_a.x": "update"}], [{}, {"aws_b.y": "update"}])
    assert passed(way([], []), new) == ([], [], False)
    assert done(new)[2:] == ["apply dev-first ['aws_a.x']", "plan dev-second", "apply dev-second ['aws_b.y']"]


def test_what_comes_after_no_change_is_applied_as_planned() -> None:
    new = way([{}], [{"aws_b.y": "update"}])
    assert passed(way([], []), new) == ([], [], False)
    assert done(new)[2:] == ["apply dev-second ['aws_b.y']"]


def test_a_stack_that_needs_what_is_not_put_out_yet_is_planned_in_its_turn() -> None:
    new = way([{"aws_a.x": "create"}], ["dev-second: plan failed: no such output", {"aws_b.y": "create"}])
    assert passed(way([], []), new) == ([], [], False)
    assert done(new)[1:] == ["apply dev-first ['aws_a.x']", "plan dev-second", "apply dev-second ['aws_b.y']"]


def test_what_is_stateful_goes_only_when_accepted() -> None:
    going = {"aws_s3_bucket.b": "replace", "aws_kms_key.k": "delete", "aws_eip.e": "delete"}
    breaches, gone, _ = passed(way([], []), way([going], [{}, {}]), frozenset({"aws_kms_key.k"}))
    assert len(gone) == 3
    assert breaches == ["dev-first: aws_s3_bucket.b is replaced; it is stateful (--accept aws_s3_bucket.b accepts it)"]


def test_what_came_with_the_upgrade_may_go_with_the_rollback_and_nothing_else() -> None:
    old = way([{"aws_s3_bucket.new": "delete"}], [{}, {"aws_s3_bucket.new": "delete"}])  # another of the same address
    new = way([{"aws_s3_bucket.new": "create"}], [{}, {}])
    breaches: list[str] = []
    back: list[str] = []
    transition = Transition(lambda *texts: breaches.extend(texts))
    transition.run(old, new, [])
    assert breaches == []
    transition.run(new, old, back)
    assert len(back) == 2
    assert [b.partition(" is ")[0] for b in breaches] == ["dev-second: aws_s3_bucket.new"]


def test_a_stack_that_only_one_side_has_stays_behind() -> None:
    (breach,), _, still = passed(way([], []), way([{}], [], stacks=[FIRST]))
    assert breach.startswith("dev-second: the stack is not there any more")
    assert still
