"""The verdict for who sits in front of it: where the gate was blind, what was found, what is excepted, a summary."""

from collections.abc import Iterator, Sized
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from groundway_ops.gate.rules import Severity
from groundway_ops.gate.verdict import Finding, Verdict

COLOURS: dict[Severity, str] = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def render(verdict: Verdict, colour: bool = False) -> str:
    """Lines as long as they are: they break where the terminal is, and a script finds them whole."""
    said = StringIO()
    console = Console(file=said, force_terminal=colour, no_color=not colour, soft_wrap=True, highlight=False)
    for line in (*_failures(verdict), *_findings(verdict), *_excepted(verdict), summary(verdict)):
        console.print(line)
    return said.getvalue()


def summary(verdict: Verdict) -> Text:
    counted = [
        f"{verdict.resources} resources in {_count(verdict.judged, 'stack')}",
        f"{len(verdict.rules)} rules",
        _count(verdict.findings, "finding"),
        f"{len(verdict.excepted)} excepted",
        *([f"{len(verdict.failures)} not looked at"] if verdict.failures else []),
        f"{verdict.seconds:.1f} s",
        verdict.engine,
        verdict.digest[:19],
    ]
    return Text.assemble(
        ("passed", "bold green") if verdict.passed else ("REFUSED", "bold red"), ": ", ", ".join(counted)
    )


def _failures(verdict: Verdict) -> Iterator[Text]:
    if not verdict.failures:
        return
    yield Text("THE GATE WAS BLIND: what was not looked at was not passed", style="bold white on red")
    for failure in verdict.failures:
        yield Text(f"  {failure}")
    yield Text()


def _findings(verdict: Verdict) -> Iterator[Text]:
    for rule, found in groupby(verdict.by_severity, key=lambda f: verdict.rules[f.rule]):
        yield Text.assemble((rule.severity, COLOURS[rule.severity]), "  ", (rule.id, "bold"), f"  {rule.title}")
        for finding in found:
            yield from _finding(finding)
        yield Text.assemble(("  mend: ", "bold"), rule.mend)
        yield Text()


def _finding(finding: Finding) -> Iterator[Text]:
    plan = " (plan)" if finding.plan else ""
    yield Text(f"  {finding.stack}: {finding.address}{plan} {finding.message}")
    if where := ", ".join(filter(None, (finding.source, finding.path))):
        yield Text(f"    at {where}", style="dim")
    yield Text(f"    is {finding.shown}", style="dim")


def _excepted(verdict: Verdict) -> Iterator[Text]:
    for finding, waiver in verdict.excepted:
        yield Text.assemble(("excepted", "magenta"), f"  {finding.rule}  {finding.stack}: {finding.address}")
        yield Text(f"  until {waiver.expires}, approved by {waiver.approver}: {waiver.reason}")
    if verdict.excepted:
        yield Text()


def _count(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
