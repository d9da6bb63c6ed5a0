"""The source is clean: it runs what it pins, and its resources are as its stacks say."""

from typing import Any

from groundway.errors import GroundwayError
from groundway.release import Release, deployed, pinned
from groundway.release.pin import differing
from groundway_ops.promotion.gates.gate import Request, Result
from groundway_ops.promotion.gates.planned import synthesize
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.deploy import not_empty
from groundway_ops.rehearsal.order import all_at_once
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.terraform import Plan, Terraform

NAME = "drift"
# Nothing is applied, and whoever only reads may not lock.
UNLOCKED = {"TF_CLI_ARGS_plan": "-lock=false"}


def drift(request: Request) -> Result:
    """Passes when the source runs what its release.yaml pins, and nothing of its stacks was changed otherwise."""
    name = request.source.name
    with request.in_source.entered():
        runs = deployed(name)
    evidence: dict[str, Any] = {
        "pinned": request.origin.name,
        "runs": runs.release.name if runs else None,
        "subject": request.origin.subject,
    }
    if problem := _other(request, runs.release if runs else None):
        return Result(gate=NAME, passed=False, reason=problem, evidence=evidence)
    if differences := differing(request.root, request.origin):
        reason = (
            f"{name} cannot be looked at from here: {' and '.join(differences)}; do this in a checkout of it: "
            f"git worktree add DIR {request.origin.revision[:12]}"
        )
        return Result(gate=NAME, passed=False, reason=reason, evidence=evidence)
    plans = _plans(request)
    drifted = not_empty(plans)
    evidence["plans"] = {stack: "empty" if plan.empty else plan.planned for stack, plan in sorted(plans.items())}
    reason = f"{name} drifted: {'; '.join(drifted)}. Bring it back: groundway release deploy {name}"
    clean = f"{name} runs {request.origin.name}, as it pins; {len(plans)} plans are empty"
    return Result(gate=NAME, passed=not drifted, reason=reason if drifted else clean, evidence=evidence)


def _other(request: Request, runs: Release | None) -> str | None:
    """How what runs, what is pinned and what would move on differ."""
    name, mend = request.source.name, f"groundway release deploy {request.source.name}"
    here = pinned(request.root, name)
    if here is None or here.subject != request.origin.subject:
        return f"environments/{name}/release.yaml pins {here.name if here else 'nothing'}, not {request.origin.name}"
    if runs is None:
        return f"no release was deployed in {name} yet: {mend}"
    if runs.subject != here.subject:
        differences = _differences(runs, here)
        return f"{name} runs {runs.name} and pins {here.name}, which differ in {', '.join(differences)}: {mend}"
    return None


def _differences(runs: Release, here: Release) -> list[str]:
    """What of two releases differs, model by model."""
    kept = ("blueprint", "configuration", "policies", "images", "sbom")
    models = sorted(runs.models.keys() | here.models.keys())
    return [
        *(f"model {model}" for model in models if runs.models.get(model) != here.models.get(model)),
        *(key for key in kept if getattr(runs, key) != getattr(here, key)),
    ]


def _plans(request: Request) -> dict[str, Plan]:
    name, processes = request.source.name, Processes()
    request.report(f"drift: planning {name}, which must change nothing")
    env = {**request.in_source.variables, **UNLOCKED}
    terraform = Terraform(env, processes, request.work / "logs" / name, request.report)
    try:
        stacks = synthesize(Checkout(request.root), request.in_source, request.work / "source", processes, None)
        if not stacks:
            raise GroundwayError(f"{name} has no stacks")
        all_at_once(stacks, terraform.init)
        return all_at_once(stacks, terraform.plan)
    finally:
        processes.stop()
