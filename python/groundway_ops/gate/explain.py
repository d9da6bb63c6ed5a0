"""`groundway gate --explain RULE`: what a rule wants and why, what shows it, and what it judges here."""

import json
import re
import textwrap
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from groundway.errors import InvalidInput
from groundway_ops.gate import documents, exceptions, rules
from groundway_ops.gate.documents import Document
from groundway_ops.gate.rules import Bundle, Rule

EXAMPLES = re.compile(r'"(pass|fail)": \{([^{}]*)\}')
NAME = re.compile(r'"([^"]+)"')


def explanation(policies: Path, name: str, stacks: Path, as_json: bool = False) -> str:
    """All of that as text. Raises `InvalidInput` for a rule that there is not."""
    bundle = rules.load(policies)
    if name not in bundle.rules:
        near = get_close_matches(name, bundle.rules, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"{policies / 'rules.yaml'} lists all of them"
        raise InvalidInput(f"there is no rule {name!r}; {hint}")
    rule = bundle.rules[name]
    waivers = exceptions.load(bundle, datetime.now(UTC).date())
    said = {
        **rule.model_dump(mode="json", exclude={"breaks"}),
        "file": str(policies / "terraform" / f"{name}.rego"),
        "examples": examples(bundle, rule),
        "judges": judges(rule, stacks),
        "exceptions": [waiver.model_dump(mode="json") for waiver in waivers if waiver.rule == name],
    }
    return json.dumps(said, indent=2) + "\n" if as_json else _text(said)


def examples(bundle: Bundle, rule: Rule) -> dict[str, list[str]]:
    """The resources that the examples beside the rule let pass and fail, by what they show."""
    found: dict[str, list[str]] = {"pass": [], "fail": []}
    for verdict, names in EXAMPLES.findall(bundle.examples[f"{rule.id}_test.rego"]):
        found[verdict] += [name for name in NAME.findall(names) if name not in found[verdict]]
    return found


def judges(rule: Rule, folder: Path) -> dict[str, int]:
    """Stack to how many things the rule judges in it, of the stacks that are there."""
    if not any(folder.glob("*/cdk.tf.json")):
        return {}
    counted = {document.stack: _count(rule, document) for document in documents.stacks(folder)}
    return {stack: number for stack, number in counted.items() if number}


def _count(rule: Rule, document: Document) -> int:
    resources = sum(1 for a in document.addresses if "*" in rule.types or a.partition(".")[0] in rule.types)
    return resources + ("stack" in rule.types)


def _text(said: dict[str, Any]) -> str:
    judged = ", ".join(f"{stack} {number}" for stack, number in said["judges"].items())
    rows = {
        "why": said["why"],
        "mend": said["mend"],
        "controls": ", ".join(said["controls"]),
        "judges": ", ".join(said["types"]),
        "here": judged or "nothing in the stacks that are there",
        "passes": ", ".join(said["examples"]["pass"]),
        "fails": ", ".join(said["examples"]["fail"]),
        "written": said["file"],
        "excepted": "\n".join(
            f"{w['stack']}: {w['address']} until {w['expires']}, approved by {w['approver']}: {w['reason']}"
            for w in said["exceptions"]
        ),
    }
    lines = [f"{said['id']} ({said['severity']}): {said['title']}", ""]
    for name, text in rows.items():
        for line in text.splitlines():
            lines += textwrap.wrap(
                line,
                110,
                initial_indent=f"{name:<10}",
                subsequent_indent=" " * 10,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"
