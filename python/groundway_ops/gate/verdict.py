"""What the gate says: findings, and failures to look. Either refuses."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, get_args

from groundway_ops.gate.exceptions import Waiver
from groundway_ops.gate.rules import Rule, Severity

# What would move a cursor, colour a terminal, turn a line around, or cannot be written.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
SHOWN = 200  # characters of a value, at most: what is found may be long, and is in stacks and logs of many readers


def printable(text: str) -> str:
    """What comes out of a stack as it may be shown to anybody, on one line."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a resource breaks. `address` is "stack" for a stack as a whole; `source` is file:line, or "".

    `file` is the document that it was found in.
    """

    stack: str
    address: str
    rule: str
    message: str
    path: str = ""
    source: str = ""
    value: Any = field(default=None, compare=False)
    plan: bool = False
    file: str = field(default="", compare=False)

    @property
    def shown(self) -> str:
        """The value as JSON, cut to what a reader needs."""
        text = printable(json.dumps(self.value, ensure_ascii=False))
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


Excepted = tuple[Finding, Waiver]


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
    excepted: tuple[Excepted, ...] = ()
    failures: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.findings and not self.failures

    @property
    def by_severity(self) -> list[Finding]:
        """The findings, the gravest first, those of a rule together."""
        order = get_args(Severity)
        return sorted(self.findings, key=lambda f: (order.index(self.rules[f.rule].severity), f.rule, f))

    @property
    def resources(self) -> int:
        return sum(j.resources for j in self.judged)
