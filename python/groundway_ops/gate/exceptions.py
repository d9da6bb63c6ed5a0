"""`policies/exceptions.yaml`: what a rule refuses and somebody answers for, for a while."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict, ValidationError

from groundway.environment.document import Document, read
from groundway.errors import InvalidInput
from groundway_ops.gate.rules import Bundle

LONGEST = timedelta(days=90)
ADDRESS = re.compile(r"stack|[a-z][a-z0-9_]*\.\S+")
SENTENCE = re.compile(r"\S+(\s+\S+){3,}")  # four words


class Waiver(BaseModel):
    """One exception, under a name that Python does not use for something else.

    It holds until the end of the day `expires` (UTC). In `stack` and `address`, `*` stands for anything.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rule: str
    stack: str
    address: str
    reason: str
    approver: str
    expires: date

    def __str__(self) -> str:
        return f"{self.rule}, {self.stack}: {self.address}"

    def covers(self, rule: str, stack: str, address: str) -> bool:
        return self.rule == rule and _like(self.stack, stack) and _like(self.address, address)

    def may_reach(self, environment: str) -> bool:
        """Whether a stack of the environment could be meant."""
        start, wild, _ = self.stack.partition("*")
        prefix = f"{environment}-"
        return start.startswith(prefix) or (bool(wild) and prefix.startswith(start))


def load(bundle: Bundle, today: date) -> tuple[Waiver, ...]:
    """The exceptions beside the rules of `bundle`. Raises one `InvalidInput` that lists all that is wrong with them.

    One that has expired is none of that: it is the verdict's to say.
    """
    document = read(bundle.root / "exceptions.yaml")
    entries = document.data or []
    if not isinstance(entries, list):
        raise InvalidInput(f"{document.file} must be a list of exceptions, `- rule: ...`, or []")
    waivers, problems = [], []
    for index, entry in enumerate(entries):
        try:
            waivers.append(Waiver.model_validate_json(json.dumps(entry)))
        except ValidationError as e:
            problems += [_line(document, index, ".".join(map(str, p["loc"])), p["msg"]) for p in e.errors()]
        else:
            problems += [_line(document, index, *p) for p in _problems(waivers[-1], bundle, today)]
    if problems:
        raise InvalidInput("\n".join(problems))
    return tuple(waivers)


def protected(bundle: Bundle) -> frozenset[str]:
    """The environments in which a rule of severity critical has no exception."""
    environments = bundle.data.get("allowed", {}).get("environments", {})
    return frozenset(name for name, said in environments.items() if said.get("protected") is not False)


def _problems(waiver: Waiver, bundle: Bundle, today: date) -> Iterator[tuple[str, str]]:
    rule = bundle.rules.get(waiver.rule)
    if rule is None:
        near = get_close_matches(waiver.rule, bundle.rules, n=1)
        yield "rule", f"there is no such rule; {f'did you mean {near[0]}?' if near else 'policies/rules.yaml has all'}"
    elif rule.severity == "critical" and (where := sorted(filter(waiver.may_reach, protected(bundle)))):
        yield (
            "rule",
            f"its severity is critical, and {', '.join(where)} is protected (policies/allowed.yaml): there it has no "
            "exception, so mend what it finds, or let `stack` name another environment",
        )
    if not any(waiver.may_reach(name) for name in bundle.data.get("allowed", {}).get("environments", {})):
        yield "stack", "begins with no environment of policies/allowed.yaml: write one such as dev-ml"
    if not ADDRESS.fullmatch(waiver.address):
        yield "address", "must name a resource as Terraform does, such as aws_s3_bucket.scratch, or be `stack`"
    if not SENTENCE.fullmatch(waiver.reason.strip()):
        yield "reason", "is no sentence: say why this may be, so that others can judge it"
    if not waiver.approver.strip():
        yield "approver", "is empty: name who answers for it"
    if waiver.expires > today + LONGEST:
        yield "expires", f"is over {LONGEST.days} days ahead: write {today + LONGEST} or earlier, and ask again then"


def _line(document: Document, index: int, key: str, said: str) -> str:
    entry = document.data[index]
    found = entry.get(key) if isinstance(entry, dict) else entry
    where = f"{document.file}:{document.line((index, key))}: entry {index + 1}"
    return f"{where}: {key or 'it'}: {found!r}: {said[:1].lower()}{said[1:]}"


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
