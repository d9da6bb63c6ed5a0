"""What the comment is made of. A section that cannot be made says why, so that it is not taken for a good one."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory

from groundway import release
from groundway.errors import GroundwayError
from groundway_ops.cloud import GROUNDWAY
from groundway_ops.gate import documents
from groundway_ops.gate.check import unprotect
from groundway_ops.gate.documents import Document
from groundway_ops.gate.formats import render
from groundway_ops.gate.gate import Gate
from groundway_ops.markdown import code, plain

MOST = 60_000  # characters; GitHub takes 65,536 in a comment


@dataclass(frozen=True)
class Change:
    """What is told about: the environments `names` of the checkout at `root`, and how its checks went."""

    root: Path
    names: Sequence[str]
    checks: Sequence[tuple[str, str]]
    say: Callable[[str], None]

    @property
    def out(self) -> Path:
        """Where cdktf synthesized to."""
        given = os.environ.get("CDKTF_OUTDIR")
        return Path(given) if given else self.root / "cdktf.out"

    def stacks(self) -> list[Document]:
        """What was synthesized last; what the app refused lies beside it, and is judged as well."""
        refused = not (self.out / "stacks").exists() and (self.out / "refused").exists()
        return documents.stacks(self.out / ("refused" if refused else "stacks"), tuple(self.names))


def checks(change: Change) -> str:
    if not change.checks:
        return ""
    lines = [f"| {plain(name)} | {'passed' if went == 'passed' else f'**{went}**'} |" for name, went in change.checks]
    return "\n".join(["| check | |", "|---|---|", *lines])


def policies(change: Change) -> str:
    change.say("policies")
    return _lower(render("markdown", Gate(change.root / "policies", unprotect()).judge(change.stacks())))


def price(change: Change) -> str:
    """What `groundway cost estimate` says of each environment."""
    if not entry_points(group="groundway.commands", name="cost"):
        return ""
    return "\n\n".join(_each(change, "Price", lambda name: _estimate(change, name)))


def _estimate(change: Change, name: str) -> str:
    change.say(f"price of {name}")
    command = [GROUNDWAY, "cost", "estimate", name, "--format", "markdown"]
    done = subprocess.run(command, cwd=change.root, capture_output=True, text=True)
    if not done.stdout.strip():
        raise GroundwayError(done.stderr.strip() or "groundway cost estimate said nothing")
    return _lower(done.stdout)


def rehearsal(change: Change) -> str:
    """The last rehearsal of each environment that was one of this very code."""
    return "\n\n".join(_each(change, "Rehearsal", lambda name: _rehearsed(change, name)))


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
    return "\n".join(lines).rstrip()


def plan(change: Change) -> str:
    """Terraform's plans of the cloud that the variables of the shell lead to, and the policies' verdict on them."""
    return "\n\n".join(_each(change, "Plan", lambda name: _planned(change, name)))


def _planned(change: Change, name: str) -> str:
    from groundway_ops.comment.plan import plans, summary

    with TemporaryDirectory(prefix="groundway-") as work:
        planned = plans(name, change.out, Path(work), change.say)
        stacks = documents.stacks(change.out / "stacks", (name,))
        made = [documents.plan(p.file, stacks) for p in planned if p.file and p.changes]
        verdict = Gate(change.root / "policies", unprotect()).judge([*stacks, *made])
    said = f"The policies pass {len(made)} plans." if verdict.passed else _lower(render("markdown", verdict))
    return "\n\n".join([f"### Plan of {name}", summary(planned), said if made else "Nothing changes."])


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
    made = [shortened(_or_why(name, lambda name=name: SECTIONS[name](change)), share) for name in names]  # type: ignore[misc]
    return "\n\n".join(filter(None, made)) + "\n"


def shortened(text: str, most: int) -> str:
    """Whole lines only, and nothing that stays open."""
    if len(text) <= most:
        return text
    kept = text[: text.rindex("\n", 0, most)] if "\n" in text[:most] else text[:most]
    close = "\n\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}{close}\n\n*The rest does not fit into a comment.*"


def _each(change: Change, title: str, make: Callable[[str], str]) -> list[str]:
    made = [_or_why(f"{title} of {name}", lambda name=name: make(name)) for name in change.names]  # type: ignore[misc]
    return list(filter(None, made))


def _or_why(title: str, make: Callable[[], str]) -> str:
    try:
        return make().strip()
    except GroundwayError as e:
        return f"### {title[0].upper()}{title[1:]}: not known\n\n{code(e.message[:600])}"


def _lower(markdown: str) -> str:
    """Headings one level down: the comment has a title of its own."""
    return "\n".join(f"#{line}" if line.startswith(("# ", "## ", "### ")) else line for line in markdown.splitlines())
