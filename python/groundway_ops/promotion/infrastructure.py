"""Terraform on the stacks of a release: what a `cdktf deploy` would do, and nothing stateful goes unasked."""

from collections.abc import Iterable
from pathlib import Path

from groundway.errors import Refused
from groundway.release import Release
from groundway_ops.promotion.desk import Desk
from groundway_ops.rehearsal.checkout import Checkout, Stack
from groundway_ops.rehearsal.deploy import Stacks, counted
from groundway_ops.rehearsal.order import in_order
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.terraform import Terraform
from groundway_ops.rehearsal.transition import lost


def apply(desk: Desk, root: Path, accepted: Iterable[str] = ()) -> str:
    """Plan and apply every stack of the environment in the checkout `root`, in order; returns what was changed.

    Where something of a protected environment is accepted to go, the protection is lifted for that, and put back.
    Raises `Refused` before a stack is touched from which something stateful would go that was not accepted.
    """
    may_go = frozenset(accepted)
    if may_go and desk.environment.protection:
        desk.report(_applied(desk, root, may_go, unprotect=desk.name))
        desk.report(f"protecting {desk.name} again")
    return _applied(desk, root, may_go, unprotect=None)


def _applied(desk: Desk, root: Path, accepted: frozenset[str], unprotect: str | None) -> str:
    processes = Processes()
    env = desk.account.variables
    try:
        synthesized = Checkout(root).synthesize(desk.directory / "stacks", env, processes, unprotect)
        terraform = Terraform(env, processes, desk.directory / "logs", desk.report)
        stacks = Stacks(synthesized, terraform)
        stacks.prepare(validate=False)

        def one(stack: Stack) -> dict[str, int]:
            plan = terraform.plan(stack)
            if {"replace", "delete"} & set(plan.planned.values()):
                _guard(stack, terraform, accepted)
            return terraform.apply(stack, of=len(plan.planned)).counts

        return counted(in_order(synthesized, one))
    finally:
        processes.stop()


def same(release: Release, running: Release | None) -> bool:
    """Whether what runs was deployed from the same code and configuration."""
    return running is not None and (running.blueprint, running.configuration) == (
        release.blueprint,
        release.configuration,
    )


def _guard(stack: Stack, terraform: Terraform, accepted: frozenset[str]) -> None:
    losses = [one for one in lost(stack.name, terraform.changes(stack).values()) if one.stateful]
    if refused := [one for one in losses if one.address not in accepted]:
        raise Refused("\n".join(f"{one.text}; it is stateful (--accept {one.address} accepts it)" for one in refused))
