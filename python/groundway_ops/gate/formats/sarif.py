"""The verdict as SARIF 2.1.0, which code scanning reads: a result a finding, at the line that made the resource."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from groundway_ops.gate.exceptions import Waiver
from groundway_ops.gate.rules import Rule
from groundway_ops.gate.verdict import Finding, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
# Code scanning sorts by a score; these are the middles of its four bands.
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}


def render(verdict: Verdict) -> str:
    rules = list(verdict.rules)
    pairs = [*((f, None) for f in verdict.by_severity), *verdict.excepted]
    run = {
        "tool": {
            "driver": {
                "name": "groundway gate",
                "rules": [_rule(verdict.rules[name]) for name in rules],
                "properties": {"engine": verdict.engine, "policies": verdict.digest},
            }
        },
        "invocations": [
            {
                "executionSuccessful": not verdict.failures,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": failure}} for failure in verdict.failures
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(verdict.rules[f.rule], rules.index(f.rule), f, waiver) for f, waiver in pairs],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    controls = ", ".join(rule.controls)
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("_")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\nMend: {rule.mend}\n\nControls: {controls}",
            "markdown": f"{rule.why}\n\n**Mend:** {rule.mend}\n\n**Controls:** {controls}",
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", *rule.controls],
            "precision": "very-high",
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[
                LEVELS[rule.severity]
            ],
            "security-severity": SCORES[rule.severity],
        },
    }


def _result(rule: Rule, index: int, finding: Finding, waiver: Waiver | None) -> dict[str, Any]:
    what = f"{finding.stack}: {finding.address}"
    result = {
        "ruleId": rule.id,
        "ruleIndex": index,
        "level": LEVELS[rule.severity],
        "message": {"text": f"{what} {finding.message}. It is {finding.shown}. {rule.mend}"},
        "locations": [
            {
                "physicalLocation": _place(finding),
                "logicalLocations": [
                    {"name": finding.address, "fullyQualifiedName": finding.path or what, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"groundwayGate/v1": _fingerprint(finding)},
    }
    if waiver:
        said = f"{waiver.reason} Approved by {waiver.approver}, until {waiver.expires}."
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    return result


def _place(finding: Finding) -> dict[str, Any]:
    """The construct's line if it is known, else the document."""
    file, _, line = finding.source.rpartition(":")
    if file:
        return {"artifactLocation": _artifact(file), "region": {"startLine": int(line)}}
    return {"artifactLocation": _artifact(os.path.relpath(finding.file)), "region": {"startLine": 1}}


def _artifact(file: str) -> dict[str, str]:
    """Below the checkout, from where the command runs; what is elsewhere has an address of its own."""
    if Path(file).is_absolute() or file.startswith(".."):
        return {"uri": Path(file).resolve().as_uri()}
    return {"uri": Path(file).as_posix(), "uriBaseId": "%SRCROOT%"}


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding of another day: without lines, and without the value."""
    said = "\0".join((finding.rule, finding.stack, finding.address, finding.message))
    return hashlib.sha256(said.encode()).hexdigest()
