"""The target's stacks, synthesized ahead of its pin and planned against its real state: once for all gates."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from groundway.errors import GroundwayError
from groundway.release.pin import AHEAD, differing
from groundway_ops.accounts import Account
from groundway_ops.gate.check import UNPROTECT
from groundway_ops.promotion.gates.gate import Request
from groundway_ops.rehearsal.checkout import Checkout, Stack
from groundway_ops.rehearsal.order import all_at_once
from groundway_ops.rehearsal.plans import Change, changes
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.terraform import Terraform


@dataclass
class Planned:
    """What became of it, by stack: `plans` are files of JSON; `waiting` and `failed` say why there is none.

    A stack waits when it holds nothing yet and needs another that is still to be deployed: it can lose nothing.
    `problem` is why nothing could be planned at all; `refused` holds the stacks if the policies were the reason.
    `unprotected` is the environment whose protection was lifted, since something stateful is accepted to go.
    """

    out: Path
    unprotected: str | None = None
    stacks: list[Stack] = field(default_factory=list)
    plans: dict[str, Path] = field(default_factory=dict)
    changes: dict[str, dict[str, Change]] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    refused: Path | None = None


def synthesize(checkout: Checkout, account: Account, out: Path, processes: Processes, word: str | None) -> list[Stack]:
    """The stacks of the account's environment, whatever is pinned; `word` lifts its protection, nothing else does."""
    shutil.rmtree(out, ignore_errors=True)
    kept = {name: value for name, value in account.variables.items() if name != UNPROTECT}
    env = {**kept, "GROUNDWAY_ENVIRONMENT": account.environment.name, AHEAD: account.environment.name}
    return checkout.synthesize(out, env, processes, word)


@lru_cache(maxsize=1)
def planned(request: Request) -> Planned:
    """Synthesize and plan; asked again for the same request, what was found then."""
    word = request.target.name if request.accepted and request.target.protection else None
    found = Planned(request.work / "target", word)
    processes = Processes()
    try:
        _plan(request, found, processes)
    except GroundwayError as e:
        found.problem = e.message
        refused = found.out / "refused"
        found.refused = refused if refused.is_dir() else None
    finally:
        processes.stop()
    return found


def _plan(request: Request, found: Planned, processes: Processes) -> None:
    if differences := differing(request.root, request.candidate):
        revision = request.candidate.revision[:12]
        raise GroundwayError(
            f"{' and '.join(differences)}: do this in a checkout of it, git worktree add DIR {revision}"
        )
    request.report(f"plan: synthesizing {request.target.name}")
    found.stacks = synthesize(Checkout(request.root), request.in_target, found.out, processes, found.unprotected)
    terraform = Terraform(request.in_target.variables, processes, request.work / "logs", request.report)
    all_at_once(found.stacks, terraform.init)
    request.report(f"plan: planning {len(found.stacks)} stacks against what {request.target.name} holds")
    for stack, problem in all_at_once(found.stacks, _planner(terraform, found)).items():
        if problem:
            found.failed[stack] = problem
    _excuse(found, terraform)


def _planner(terraform: Terraform, found: Planned) -> Callable[[Stack], str | None]:
    """Plans one stack and keeps the plan; says what went wrong."""

    def one(stack: Stack) -> str | None:
        try:
            terraform.plan(stack)
            text = terraform.shown(stack)
        except GroundwayError as e:
            return e.message
        file = found.out / f"{stack.name}.plan.json"
        file.write_text(text, encoding="utf-8")
        found.plans[stack.name] = file
        found.changes[stack.name] = changes(json.loads(text))
        return None

    return one


def _excuse(found: Planned, terraform: Terraform) -> None:
    """A stack that holds nothing may wait for those before it that are still to be deployed."""
    for stack in found.stacks:
        before = [d for d in stack.dependencies if d in found.waiting or found.changes.get(d)]
        if stack.name in found.failed and before and not terraform.resources(stack):
            del found.failed[stack.name]
            found.waiting[stack.name] = f"it needs what {', '.join(sorted(before))} will hold, and holds nothing itself"
