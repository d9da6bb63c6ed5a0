"""The verdict as JUnit XML, which CI shows as tests: a case a rule and stack, and one for whether all was looked at."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from groundway_ops.gate.rules import Rule
from groundway_ops.gate.verdict import Excepted, Finding, Verdict


def render(verdict: Verdict) -> str:
    root = ET.Element("testsuites", name="groundway gate", time=f"{verdict.seconds:.3f}")
    _looked(root, verdict)
    for stack in dict.fromkeys(j.stack for j in verdict.judged):
        suite = ET.SubElement(root, "testsuite", name=stack)
        for rule in verdict.rules.values():
            _case(
                suite,
                rule,
                [f for f in verdict.findings if (f.stack, f.rule) == (stack, rule.id)],
                [e for e in verdict.excepted if (e[0].stack, e[0].rule) == (stack, rule.id)],
            )
    for suite in root:
        _count(suite, suite)
    _count(root, root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _looked(root: ET.Element, verdict: Verdict) -> None:
    suite = ET.SubElement(root, "testsuite", name="gate")
    case = ET.SubElement(suite, "testcase", classname="gate", name="looked_at_everything")
    if verdict.failures:
        said = f"{len(verdict.failures)} things were not looked at"
        ET.SubElement(case, "error", message=said, type="blind").text = "\n".join(verdict.failures)


def _case(suite: ET.Element, rule: Rule, findings: list[Finding], excepted: Iterable[Excepted]) -> None:
    case = ET.SubElement(suite, "testcase", classname=suite.attrib["name"], name=rule.id)
    if findings:
        failure = ET.SubElement(case, "failure", message=rule.title, type=rule.severity)
        failure.text = "\n".join([*map(_line, findings), f"mend: {rule.mend}"])
    spared = [f"{_line(f)}\nexcepted until {w.expires} by {w.approver}: {w.reason}" for f, w in excepted]
    if spared and not findings:
        ET.SubElement(case, "skipped", message="\n".join(spared))
    elif spared:
        ET.SubElement(case, "system-out").text = "\n".join(spared)


def _line(finding: Finding) -> str:
    where = f" ({finding.source})" if finding.source else ""
    return f"{finding.address}{where} {finding.message}; is {finding.shown}"


def _count(element: ET.Element, inside: ET.Element) -> None:
    counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    element.attrib |= {name: str(sum(1 for _ in inside.iter(tag))) for name, tag in counts.items()}
