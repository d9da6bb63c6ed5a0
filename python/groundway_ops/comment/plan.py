"""What Terraform would change, stack by stack: addresses and names of attributes, and never a value."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from groundway.errors import GroundwayError, Refused
from groundway_ops.markdown import code
from groundway_ops.rehearsal.checkout import Stack, stacks_in
from groundway_ops.rehearsal.order import all_at_once
from groundway_ops.rehearsal.plans import Change, changes
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.terraform import PLAN, Terraform

ARGUMENTS = "TF_CLI_ARGS_plan"
SHOWN = 60  # changes of an environment that are named


@dataclass(frozen=True)
class Planned:
    """The plan of one stack: its changes and the file with all of it, or the `problem` why there is none."""

    stack: str
    changes: list[Change] = field(default_factory=list)
    file: Path | None = None
    problem: str = ""


def plans(environment: str, out: Path, work: Path, say: Callable[[str], None]) -> list[Planned]:
    """Plan the stacks of an environment that were synthesized into `out`; the plans as JSON go to `work`.

    Nothing is locked and nothing is written but there: the cloud is only asked. Raises `Refused` for stacks
    that the policies refused.
    """
    if not (out / "manifest.json").exists():
        raise Refused(f"{environment} is not planned: the policies refuse its stacks")
    wanted = [s for s in stacks_in(out) if s.name.startswith(f"{environment}-")]
    work.mkdir(parents=True, exist_ok=True)
    unlocked = f"{os.environ.get(ARGUMENTS, '')} -lock=false".strip()
    processes = Processes()
    terraform = Terraform({**os.environ, ARGUMENTS: unlocked}, processes, work / "logs", say)

    def one(stack: Stack) -> Planned:
        say(f"{stack.name}: plan")
        try:
            terraform.init(stack)
            terraform.plan(stack)
            return _shown(stack, terraform, work)
        except GroundwayError as e:
            return Planned(stack.name, problem=e.message)
        finally:
            (stack.directory / PLAN).unlink(missing_ok=True)  # it holds values

    try:
        return [planned for _, planned in sorted(all_at_once(wanted, one).items())]
    finally:
        processes.stop()


def _shown(stack: Stack, terraform: Terraform, work: Path) -> Planned:
    document = terraform.shown(stack)
    file = work / f"{stack.name}.json"
    file.write_text(document, encoding="utf-8")
    return Planned(stack.name, sorted(changes(json.loads(document)).values(), key=lambda c: c.address), file)


def summary(planned: list[Planned]) -> str:
    """A table of numbers, then what goes, then what else changes, folded."""
    lines = ["| stack | create | change | replace | destroy |", "|---|---|---|---|---|"]
    for one in planned:
        if one.problem:
            lines.append(f"| {one.stack} | not planned | | | |")
            continue
        count = Counter(_action(c) for c in one.changes)
        lines.append(
            "| " + " | ".join([one.stack, *(str(count[a]) for a in ("create", "change", "replace", "destroy"))]) + " |"
        )
    blocks = ["\n".join(lines)]
    blocks += [f"{one.stack} could not be planned: {code(one.problem[:600])}" for one in planned if one.problem]
    everything = [(one.stack, change) for one in planned for change in one.changes]
    gone = [(s, c) for s, c in everything if c.replaces or c.destroys]
    if gone:
        blocks.append("\n".join(["**Replaced or destroyed:**", "", *_listed(gone)]))
    if rest := [(s, c) for s, c in everything if not (c.replaces or c.destroys)]:
        blocks.append(
            "\n".join(["<details><summary>Created and changed</summary>", "", *_listed(rest), "", "</details>"])
        )
    return "\n\n".join(blocks)


def _listed(some: list[tuple[str, Change]]) -> list[str]:
    lines = [f"- {_action(c)} {code(f'{stack}: {c.address}')}{_why(c)}" for stack, c in some[:SHOWN]]
    return lines if len(some) <= SHOWN else [*lines, f"- and {len(some) - SHOWN} more"]


def _why(change: Change) -> str:
    if change.because:
        return f" because of {', '.join(map(code, change.because))}"
    changed = sorted(change.attributes) if _action(change) == "change" else []
    return f": {', '.join(map(code, changed))}" if changed else ""


def _action(change: Change) -> str:
    if change.replaces:
        return "replace"
    if change.destroys:
        return "destroy"
    return "create" if change.creates else "change"
