"""The target's stacks and plans keep the policies, and these are the ones that the release names."""

import json
from typing import Any

from groundway.errors import GroundwayError
from groundway_ops.gate import documents, price
from groundway_ops.gate.documents import Document
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Excepted, Finding, Verdict
from groundway_ops.promotion.gates.gate import Request, Result
from groundway_ops.promotion.gates.planned import Planned, planned

NAME = "policies"


def policies(request: Request) -> Result:
    """Passes when the gate passes the stacks and the plans, by the very policies that the candidate pins."""
    found = planned(request)
    if not found.stacks and not found.refused:
        raise GroundwayError(found.problem or "there are no stacks to judge")
    gate = Gate(request.root / "policies", found.unprotected, request.now.date())
    wanted = judged(found)
    verdict = gate.judge([*wanted, *price.estimates(wanted, request.root)])
    problems = _problems(verdict)
    if verdict.digest != request.candidate.policies:
        problems.append(
            f"the release was made under the policies {request.candidate.policies}, and these are {verdict.digest}: "
            "make it again with these"
        )
    plans = sum(j.plan for j in verdict.judged)
    resources = sum(j.resources for j in verdict.judged if not j.plan)
    passed = f"{resources} resources and {plans} plans keep {len(verdict.rules)} rules"
    passed += f", {len(verdict.excepted)} excepted" if verdict.excepted else ""
    return Result(
        gate=NAME,
        passed=not problems,
        reason="; ".join(problems) or passed,
        evidence={
            "digest": verdict.digest,
            "engine": verdict.engine,
            "rules": len(verdict.rules),
            "resources": resources,
            "plans": plans,
            "findings": [_finding(f, verdict) for f in verdict.by_severity],
            "failures": list(verdict.failures),
            "excepted": [_excepted(e) for e in verdict.excepted],
            "unprotected": found.unprotected,
        },
    )


def judged(found: Planned) -> list[Document]:
    """The stacks and their plans; of those that the app put aside, the stacks."""
    if found.refused:
        return [documents.stack(file) for file in sorted(found.refused.glob("*/cdk.tf.json"))]
    stacks = documents.synthesized(found.out)
    return [*stacks, *(_plan(stack, found) for stack in stacks if stack.stack in found.plans)]


def _plan(stack: Document, found: Planned) -> Document:
    file = found.plans[stack.stack]
    content = json.loads(file.read_text(encoding="utf-8"))
    return Document(stack.stack, file, content, plan=True, paths=stack.paths, sources=stack.sources)


def _problems(verdict: Verdict) -> list[str]:
    problems = []
    if findings := verdict.by_severity:
        first = findings[0]
        more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
        problems.append(f"{first.rule}: {first.stack}: {first.address}: {first.message}{more}")
    if verdict.failures:
        more = f" and {len(verdict.failures) - 1} more" if len(verdict.failures) > 1 else ""
        problems.append(f"{verdict.failures[0]}{more}")
    return problems


def _finding(finding: Finding, verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": verdict.rules[finding.rule].severity,
        "stack": finding.stack,
        "address": finding.address,
        "message": finding.message,
        "source": finding.source,
        "plan": finding.plan,
    }


def _excepted(excepted: Excepted) -> dict[str, str]:
    finding, waiver = excepted
    return {
        "rule": finding.rule,
        "stack": finding.stack,
        "address": finding.address,
        "reason": waiver.reason,
        "approver": waiver.approver,
        "expires": waiver.expires.isoformat(),
    }
