"""Mutants that the rules ask for: every break of every rule, somewhere in the stacks of all environments."""

from collections.abc import Iterator
from typing import Any

from mutants.mutant import Content, Mutant, one_of, with_resource
from mutants.path import Change, NoSuchPlace, appending, change, removing, setting

from groundway_ops.gate.documents import Document
from groundway_ops.gate.rules import Rule

KEYS = {"type", "at", "set", "remove", "append", "drop", "insert", "in"}


def declared(rule: Rule, documents: list[Document]) -> Iterator[Mutant]:
    """For each break one mutant, of a resource or stack, in whichever environment, that can be broken so."""
    for broken in rule.breaks:
        if unknown := broken.keys() - KEYS:
            raise ValueError(f"{rule.id}: a break has {sorted(unknown)}; it may have {sorted(KEYS)}")
        found = {m.what + m.stack: m for d in documents for m in _all(rule, broken, d) if _differs(m, d)}
        if found:
            yield found[one_of(sorted(found), f"{rule.id}{broken}")]


def _differs(mutant: Mutant, document: Document) -> bool:
    try:
        return mutant.mutate(document.content) != document.content
    except NoSuchPlace:
        return False


def _all(rule: Rule, broken: dict[str, Any], document: Document) -> Iterator[Mutant]:
    if "insert" in broken:
        [(type, values)] = broken["insert"].items()
        yield _mutant(document, rule, f"a new {type} {values}", type, "mutant", lambda _: values)
    elif broken.get("in") == "stack":
        what = f"{broken['at']} {_said(broken)}"
        yield Mutant(document.stack, what, rule.id, lambda c: change(c, broken["at"], _change(broken)))
    else:
        for name in document.content["resource"].get(broken["type"], {}):
            yield _resource(rule, broken, document, name)


def _resource(rule: Rule, broken: dict[str, Any], document: Document, name: str) -> Mutant:
    type = broken["type"]
    address = f"{type}.{name}"
    if broken.get("drop"):
        return _mutant(document, rule, f"{address} taken away", type, name, lambda _: None)
    at = broken.get("at") or broken["remove"]
    alter = _change(broken)
    what = f"{address} {at} {_said(broken)}"
    return _mutant(document, rule, what, type, name, lambda values: change(values, at, alter))


def _mutant(document: Document, rule: Rule, what: str, type: str, name: str, alter: Any) -> Mutant:
    def mutate(content: Content) -> Content:
        return with_resource(content, type, name, alter(content["resource"].get(type, {}).get(name)))

    return Mutant(document.stack, what, rule.id, mutate)


def _change(broken: dict[str, Any]) -> Change:
    if "set" in broken:
        return setting(broken["set"])
    return appending(broken["append"]) if "append" in broken else removing


def _said(broken: dict[str, Any]) -> str:
    if "set" in broken:
        return f"set to {broken['set']!r}"
    return f"with {broken['append']!r} more" if "append" in broken else "removed"
