"""The verdict as JSON: what scripts read, and what a later verdict is compared with. `Record` is its schema."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from groundway.errors import InvalidInput
from groundway_ops.gate.exceptions import Waiver
from groundway_ops.gate.rules import Severity
from groundway_ops.gate.verdict import Finding, Verdict


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Found(_Part):
    """A finding. `value` is JSON text, cut to 200 characters; `source` is file:line of the construct, or empty."""

    rule: str
    severity: Severity
    stack: str
    address: str
    path: str
    source: str
    message: str
    value: str
    plan: bool

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same finding in another verdict: lines and values move."""
        return self.rule, self.stack, self.address, self.message


class Spared(_Part):
    """A finding that is excepted, and by what."""

    finding: Found
    reason: str
    approver: str
    expires: date


class Stack(_Part):
    stack: str
    resources: int
    plan: bool


class Record(_Part):
    """`failures` say where the gate was blind. `passed`: there are none, and no findings. Only fields are added."""

    version: Literal[1] = 1
    passed: bool
    engine: str
    digest: str
    seconds: float
    rules: tuple[str, ...]
    judged: tuple[Stack, ...]
    failures: tuple[str, ...]
    findings: tuple[Found, ...]
    excepted: tuple[Spared, ...]


def record(verdict: Verdict) -> Record:
    return Record(
        passed=verdict.passed,
        engine=verdict.engine,
        digest=verdict.digest,
        seconds=round(verdict.seconds, 3),
        rules=tuple(verdict.rules),
        judged=tuple(Stack(stack=j.stack, resources=j.resources, plan=j.plan) for j in verdict.judged),
        failures=verdict.failures,
        findings=tuple(_found(verdict, finding) for finding in verdict.by_severity),
        excepted=tuple(_spared(verdict, verdict.excepted)),
    )


def render(verdict: Verdict) -> str:
    return record(verdict).model_dump_json(indent=2) + "\n"


def read(file: Path) -> Record:
    """What `render` wrote. Raises `InvalidInput`."""
    try:
        return Record.model_validate_json(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise InvalidInput(f"{file} cannot be read: {e.strerror}") from None
    except (UnicodeDecodeError, ValidationError):
        raise InvalidInput(f"{file} is no verdict: write one with groundway gate --format json={file}") from None


def _found(verdict: Verdict, finding: Finding) -> Found:
    return Found(
        rule=finding.rule,
        severity=verdict.rules[finding.rule].severity,
        stack=finding.stack,
        address=finding.address,
        path=finding.path,
        source=finding.source,
        message=finding.message,
        value=finding.shown,
        plan=finding.plan,
    )


def _spared(verdict: Verdict, excepted: Iterable[tuple[Finding, Waiver]]) -> Iterable[Spared]:
    for finding, waiver in excepted:
        yield Spared(
            finding=_found(verdict, finding), reason=waiver.reason, approver=waiver.approver, expires=waiver.expires
        )
