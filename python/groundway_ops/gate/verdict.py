"""What the gate says: findings, and failures to look. Either refuses."""

from dataclasses import dataclass, field
from typing import Any

from groundway_ops.gate.rules import Rule


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a resource breaks. `address` is "stack" for a stack as a whole; `source` is file:line, or ""."""

    stack: str
    address: str
    rule: str
    message: str
    path: str = ""
    source: str = ""
    value: Any = field(default=None, compare=False)
    plan: bool = False


@dataclass(frozen=True)
class Judged:
    """One document that was judged, and how many of its resources were."""

    stack: str
    resources: int
    plan: bool = False


@dataclass(frozen=True)
class Verdict:
    """`failures` say where the gate was blind: what it could not read, evaluate, cover. They refuse as findings do."""

    engine: str
    digest: str
    rules: dict[str, Rule] = field(repr=False)
    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, Any], ...] = ()
    failures: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.findings and not self.failures

    @property
    def resources(self) -> int:
        return sum(j.resources for j in self.judged)
