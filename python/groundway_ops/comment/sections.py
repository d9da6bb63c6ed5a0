"""What the comment is made of. A section that cannot be made says why, so that it is not taken for a good one."""

import os
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

from groundway import release
from groundway.errors import GroundwayError
from groundway_ops.cloud import GROUNDWAY
from groundway_ops.comment.change import Change
from groundway_ops.gate import documents
from groundway_ops.gate import price as price_of
from groundway_ops.gate.check import unprotect
from groundway_ops.gate.formats import render
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict
from groundway_ops.markdown import code, plain

MOST = 60_000  # characters; GitHub takes 65,536 in a comment


def checks(change: Change) -> str:
    if not change.checks:
        return ""
    lines = [f"| {plain(name)} | {'passed' if went == 'passed' else f'**{went}**'} |" for name, went in change.checks]
    return "\n".join(["| check | |", "|---|---|", *lines])


def policies(change: Change) -> str:
    """The verdict on the stacks of each environment, those that the app itself refused among them."""
    return _each(change, "Policies", lambda name: _judged(change, name))


def _judged(change: Change, name: str) -> str:
    folder = change.stacks(name)
    change.say(f"{name}: policies")
    stacks = documents.stacks(folder)
    judged = [*stacks, *price_of.estimates(stacks, change.root)]
    return _verdict(Gate(change.root / "policies", unprotect()).judge(judged), name)


def price(change: Change) -> str:
    """What `groundway cost estimate` says of each environment; nothing where there is no such command."""
    if not entry_points(group="groundway.commands", name="cost"):
        return ""
    return _each(change, "Price", lambda name: _estimate(change, name))


def _estimate(change: Change, name: str) -> str:
    env = {**os.environ, "CDKTF_OUTDIR": str(change.stacks(name).parent)}
    change.say(f"{name}: price")
    command = [GROUNDWAY, "cost", "estimate", name, "--format", "markdown"]
    done = subprocess.run(command, cwd=change.root, env=env, capture_output=True, text=True)
    if not done.stdout.strip():
        raise GroundwayError(done.stderr.strip() or "groundway cost estimate said nothing")
    return _lower(done.stdout)


def rehearsal(change: Change) -> str:
    """The last rehearsal of each environment that was one of this very code."""
    return _each(change, "Rehearsal", lambda name: _rehearsed(change, name))


def _rehearsed(change: Change, name: str) -> str:
    from groundway_ops.rehearsal.record import latest

    record = latest(name)
    now = release.blueprint(change.root), release.configuration(change.root, name)
    if record is None or (record.blueprint, record.configuration) != now:
        return ""
    of = f" from {code(record.from_[:12])} and back" if record.from_ else ""
    lines = [f"### Rehearsal of {name}{of}: {'passed' if record.ok else '**broken**'}", ""]
    lines += ["| phase | | seconds | seen |", "|---|---|---|---|"]
    for phase in record.phases:
        seen = plain((phase.detail.splitlines() or [""])[0])
        verdict = phase.verdict if phase.verdict == "ok" else f"**{phase.verdict}**"
        lines.append(f"| {phase.name} | {verdict} | {phase.seconds:.0f} | {seen} |")
    lines += ["", *(f"- {code(text)}" for text in [*record.breaches, *record.replacements])]
    return "\n".join(lines)


def plan(change: Change) -> str:
    """Terraform's plans of the cloud that the variables of the shell lead to, and the policies' verdict on them."""
    return _each(change, "Plan", lambda name: _planned(change, name))


def _planned(change: Change, name: str) -> str:
    from groundway_ops.comment.plan import plans, summary

    stacks = documents.stacks(change.stacks(name))
    planned = plans(name, change.out(name), change.work / f"{name}-plans", change.say)
    made = [documents.plan(p.file, stacks) for p in planned if p.file and p.changes]
    blocks = [f"### Plan of {name}", summary(planned)]
    if made:
        judged = [*stacks, *made, *price_of.estimates(stacks, change.root)]
        verdict = Gate(change.root / "policies", unprotect()).judge(judged)
        blocks.append(f"The policies pass {len(made)} plans." if verdict.passed else _verdict(verdict, name))
    return "\n\n".join(blocks)


SECTIONS: dict[str, Callable[[Change], str]] = {
    "checks": checks,
    "policies": policies,
    "price": price,
    "rehearsal": rehearsal,
    "plan": plan,
}


def text(change: Change, names: Sequence[str]) -> str:
    """The sections `names`, one after the other; each has its share of the room that a comment has."""
    share = MOST // len(names)
    made = [shortened(SECTIONS[name](change), share) for name in names]
    return "\n\n".join(filter(None, made)) + "\n"


def shortened(text: str, most: int) -> str:
    """Whole lines only, and nothing that stays open."""
    if len(text) <= most:
        return text
    kept = text[: text.rindex("\n", 0, most)] if "\n" in text[:most] else text[:most]
    close = "\n\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}{close}\n\n*The rest does not fit into a comment.*"


def _each(change: Change, title: str, make: Callable[[str], str]) -> str:
    made = [_or_why(f"{title} of {name}", lambda name=name: make(name)) for name in change.names]  # type: ignore[misc]
    return "\n\n".join(filter(None, made))


def _or_why(title: str, make: Callable[[], str]) -> str:
    try:
        return make().strip()
    except GroundwayError as e:
        return f"### {title}: **not known**\n\n{code(e.message[:600])}"


def _verdict(verdict: Verdict, name: str) -> str:
    return _lower(render("markdown", verdict)).replace("### Policies:", f"### Policies of {name}:", 1)


def _lower(markdown: str) -> str:
    """Headings one level down: the comment has a title of its own."""
    return "\n".join(f"#{line}" if line.startswith(("# ", "## ", "### ")) else line for line in markdown.splitlines())
