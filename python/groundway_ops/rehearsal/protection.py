"""Destroying what is protected: refused without the explicit word, and with it nothing is lost before the destroy."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from groundway.errors import GroundwayError
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.deploy import Stacks, counted
from groundway_ops.rehearsal.holdings import Holdings, differences
from groundway_ops.rehearsal.order import in_order

PROTECTED = re.compile(r"cannot be destroyed|protect", re.I)  # Terraform's prevent_destroy, AWS's deletion protection


@dataclass(frozen=True)
class Protection:
    """The phases; `breach` hears of what is destroyed all the same, and of what lifting it would replace."""

    holdings: Callable[[], Holdings]
    breach: Callable[..., None]

    def refused(self, stacks: Stacks) -> str:
        """Destroy every stack for real: each must refuse, and nothing may be gone."""
        before = self.holdings()

        def one(stack: Stack) -> str | None:
            try:
                stacks.terraform.destroy(stack)
            except GroundwayError as e:
                return e.message
            return None

        said = in_order(stacks.stacks, one, backwards=True)
        self.breach(*(problem for name, why in sorted(said.items()) if (problem := unprotected(name, why))))
        gone = differences(before, self.holdings())
        self.breach(*(f"after a destroy that must be refused: {text}" for text in gone))
        return f"{sum(why is not None for why in said.values())} of {len(said)} stacks refused to be destroyed"

    def lift(self, stacks: Stacks) -> str:
        """Apply the stacks as the explicit word synthesizes them: in place, nothing replaced."""

        def one(stack: Stack) -> dict[str, int]:
            plan = stacks.terraform.plan(stack)
            lost = {a: action for a, action in plan.planned.items() if action in ("replace", "delete")}
            self.breach(*(f"{stack.name}: lifting the protection would {do} {a}" for a, do in lost.items()))
            return stacks.terraform.apply(stack, of=len(plan.planned)).counts

        return counted(in_order(stacks.stacks, one))


def unprotected(stack: str, why: str | None) -> str | None:
    """What is wrong when a destroy of a protected stack ended so; `why` is what it said when it failed."""
    if why is None:
        return f"{stack}: was destroyed without the explicit word"
    if not PROTECTED.search(why):
        return f"{stack}: was not destroyed, but not for its protection: {why}"
    return None
