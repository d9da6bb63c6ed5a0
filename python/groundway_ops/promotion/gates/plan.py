"""What Terraform would do in the target: nothing stateful goes that nobody accepted."""

import re
from collections import Counter
from collections.abc import Iterable

from groundway_ops.promotion.gates.gate import Request, Result
from groundway_ops.promotion.gates.planned import Planned, planned
from groundway_ops.rehearsal.plans import Change
from groundway_ops.rehearsal.transition import Loss, lost

NAME = "plan"
PROTECTED = re.compile(r"Resource (\S+) has lifecycle\.prevent_destroy")


def plan(request: Request) -> Result:
    """Passes when every stack was planned, or has nothing to lose, and what would be lost is not stateful or accepted.

    An accepted address that no plan would lose fails: it was meant for another change, or is misspelt.
    """
    found = planned(request)
    if found.problem:
        reason = f"{request.target.name} could not be planned: {found.problem}"
        return Result(gate=NAME, passed=False, reason=_short(reason), evidence={"error": found.problem})
    losses = [loss for stack, changes in sorted(found.changes.items()) for loss in lost(stack, changes.values())]
    problems = [*_unplanned(found), *_unaccepted(losses, request.accepted), *_unknown(losses, request.accepted)]
    counts = sum((counted(changes.values()) for changes in found.changes.values()), Counter[str]())
    evidence = {
        "stacks": {name: dict(counted(changes.values())) for name, changes in sorted(found.changes.items())},
        "lost": [loss.text for loss in losses],
        "stateful": [loss.text for loss in losses if loss.stateful],
        "accepted": sorted(request.accepted),
        "unprotected": found.unprotected,
        "not planned": found.waiting,
        "failed": found.failed,
    }
    said = "; ".join(problems) or _summary(found, counts, losses)
    return Result(gate=NAME, passed=not problems, reason=said, evidence=evidence)


def counted(changes: Iterable[Change]) -> Counter[str]:
    """How many resources are added, changed, replaced, destroyed."""
    return Counter(
        "added" if c.creates else "replaced" if c.replaces else "destroyed" if c.destroys else "changed"
        for c in changes
    )


def _unplanned(found: Planned) -> list[str]:
    problems = []
    for stack, said in sorted(found.failed.items()):
        if addresses := list(dict.fromkeys(PROTECTED.findall(said))):
            accept = " ".join(f"--accept {address}" for address in addresses)
            problems.append(f"{stack}: {', '.join(addresses)} would go, and is protected ({accept} accepts it)")
        else:
            problems.append(_short(said))
    return problems


def _unaccepted(losses: list[Loss], accepted: frozenset[str]) -> list[str]:
    return [
        f"{loss.text}; it is stateful (--accept {loss.address} accepts it)"
        for loss in losses
        if loss.stateful and loss.address not in accepted
    ]


def _unknown(losses: list[Loss], accepted: frozenset[str]) -> list[str]:
    surplus = sorted(accepted - {loss.address for loss in losses if loss.stateful})
    return [
        f"--accept {address}: no plan replaces or destroys anything stateful of that address" for address in surplus
    ]


def _summary(found: Planned, counts: Counter[str], losses: list[Loss]) -> str:
    words = [f"{counts[key]} {key}" for key in ("added", "changed", "replaced", "destroyed") if counts[key]]
    said = f"{', '.join(words) or 'nothing changes'} in {len(found.plans)} stacks"
    stateful = sum(loss.stateful for loss in losses)
    said += f"; {stateful} stateful, all accepted" if stateful else "; nothing stateful goes"
    if found.waiting:
        said += f"; not planned, as they hold nothing yet: {', '.join(sorted(found.waiting))}"
    return said


def _short(said: str, most: int = 400) -> str:
    return said if len(said) <= most else f"{said[:most]} ..."
