"""Deploy, look again, destroy, count: what the phases do with all stacks of an environment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.order import all_at_once, in_order
from groundway_ops.rehearsal.terraform import Plan, Resource, Terraform

SHOWN = 8  # addresses of a plan that a text names


@dataclass(frozen=True)
class Stacks:
    """The synthesized stacks of an environment, and the Terraform to handle them with."""

    stacks: Sequence[Stack]
    terraform: Terraform

    def prepare(self, validate: bool) -> str:
        """`init` every stack; `validate` it too, which a plan would do as well."""

        def one(stack: Stack) -> None:
            self.terraform.init(stack)
            if validate:
                self.terraform.validate(stack)

        all_at_once(self.stacks, one)
        return f"{len(self.stacks)} stacks synthesized and initialized{', all valid' if validate else ''}"

    def apply(self) -> str:
        """Plan and apply every stack after those that it depends on."""

        def one(stack: Stack) -> dict[str, int]:
            return self.terraform.deploy(stack).counts

        return counted(in_order(self.stacks, one))

    def apply_planned(self) -> str:
        """Apply the last plan of every stack."""

        def one(stack: Stack) -> dict[str, int]:
            return self.terraform.apply(stack).counts

        return counted(in_order(self.stacks, one))

    def destroy(self) -> str:
        """Destroy every stack before those that it depends on."""

        def one(stack: Stack) -> dict[str, int]:
            return self.terraform.destroy(stack).counts

        return counted(in_order(self.stacks, one, backwards=True))

    def plans(self) -> dict[str, Plan]:
        return all_at_once(self.stacks, self.terraform.plan)

    def resources(self) -> dict[str, list[Resource]]:
        """Stack name -> what its state holds."""
        return all_at_once(self.stacks, self.terraform.resources)


def counted(told: Mapping[str, Mapping[str, int]]) -> str:
    """What the runs of all stacks changed, in words."""
    total = sum((Counter(counts) for counts in told.values()), Counter[str]())
    words = {"add": "added", "change": "changed", "remove": "destroyed"}
    parts = [f"{total[key]} {word}" for key, word in words.items() if total[key]] or ["nothing changed"]
    return f"{', '.join(parts)} in {len(told)} stacks"


def not_empty(plans: Mapping[str, Plan]) -> list[str]:
    """One text for every plan that is not empty, with what it would do."""
    return [f"{name}: the plan is not empty: {_would(plan)}" for name, plan in sorted(plans.items()) if not plan.empty]


def _would(plan: Plan) -> str:
    named = [f"{action} {address}" for address, action in sorted(plan.planned.items())]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more if named else "outputs change"


def by_type(resources: Mapping[str, Sequence[Resource]]) -> dict[str, int]:
    """Type -> number of resources, most frequent first."""
    return dict(Counter(r.type for members in resources.values() for r in members).most_common())
