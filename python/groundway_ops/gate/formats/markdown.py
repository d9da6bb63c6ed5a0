"""The verdict as a comment on a change, in Markdown. Beside an earlier verdict, it says only what is different."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from groundway_ops.gate.formats.record import Found, Record, Spared, read, record
from groundway_ops.gate.verdict import Verdict
from groundway_ops.markdown import code, plain

MOST = 50  # of a kind: a comment has an end, and so has its reader


def render(verdict: Verdict, baseline: Path | None = None) -> str:
    """With `baseline`, a file that `--format json` wrote: new findings, mended ones, new exceptions, and how many stay.

    What the gate was blind to is always said.
    """
    now = record(verdict)
    blocks = [_heading(now), _list("Not looked at, and so not passed", now.failures, plain)]
    blocks += _changes(verdict, now, read(baseline)) if baseline else _whole(verdict, now)
    return "\n\n".join(filter(None, [*blocks, _footer(now)])) + "\n"


def _whole(verdict: Verdict, now: Record) -> list[str]:
    return [
        _list("Findings", now.findings, lambda f: _finding(verdict, f)),
        _list("Excepted", now.excepted, _spared),
    ]


def _changes(verdict: Verdict, now: Record, before: Record) -> list[str]:
    new = [f for f in now.findings if f.key not in {b.key for b in before.findings}]
    gone = [b for b in before.findings if b.key not in _keys(now)]
    excepted = [s for s in now.excepted if _grant(s) not in set(map(_grant, before.excepted))]
    ended = [s for s in before.excepted if _grant(s) not in set(map(_grant, now.excepted))]
    stay = len(now.findings) - len(new)
    unlooked = {j.stack for j in before.judged} - {j.stack for j in now.judged}
    blocks = [
        _list("New findings", new, lambda f: _finding(verdict, f)),
        _list("Mended", [f for f in gone if f.stack not in unlooked], _brief),
        _list("New exceptions", excepted, _spared),
        _list("Exceptions that ended", [s for s in ended if s.finding.stack not in unlooked], _spared),
        f"Judged before and not now: {', '.join(map(code, sorted(unlooked)))}." if unlooked else "",
    ]
    unchanged = f"{stay} {'finding is' if stay == 1 else 'findings are'} as before."
    return [*blocks, unchanged if stay or any(blocks) else "Nothing has changed."]


def _keys(now: Record) -> set[tuple[str, str, str, str]]:
    """Findings that are still there. One that is excepted now is not mended."""
    return {f.key for f in now.findings} | {s.finding.key for s in now.excepted}


def _grant(spared: Spared) -> tuple[Any, ...]:
    return *spared.finding.key, spared.approver, spared.expires


def _heading(now: Record) -> str:
    return f"## Policies: {'passed' if now.passed else '**refused**'}"


def _footer(now: Record) -> str:
    resources = sum(j.resources for j in now.judged)
    return (
        f"<sub>{resources} resources, {len(now.judged)} stacks, {len(now.rules)} rules, "
        f"{len(now.excepted)} excepted. {now.engine}, `{now.digest[:19]}`.</sub>"
    )


def _list(title: str, items: Sequence[Any], line: Callable[[Any], str]) -> str:
    if not items:
        return ""
    lines = [f"- {line(item)}" for item in items[:MOST]]
    if len(items) > MOST:
        lines.append(f"- and {len(items) - MOST} more")
    return "\n".join([f"### {title} ({len(items)})", "", *lines])


def _finding(verdict: Verdict, found: Found) -> str:
    where = f"  \n  at {code(found.source)}" if found.source else ""
    rule = verdict.rules[found.rule]
    return f"{_brief(found)} {plain(found.message)}{where}  \n  is {code(found.value)}  \n  mend: {plain(rule.mend)}"


def _brief(found: Found) -> str:
    return f"**{found.severity}** {code(found.rule)}: {code(f'{found.stack}: {found.address}')}"


def _spared(spared: Spared) -> str:
    said = f"until {spared.expires}, approved by {plain(spared.approver)}: {plain(spared.reason)}"
    return f"{_brief(spared.finding)} {said}"
