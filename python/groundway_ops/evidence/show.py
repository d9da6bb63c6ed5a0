"""What an auditor gets: who did what, when, why, and with which results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from groundway_ops.evidence.entry import Entry


def about(entries: Sequence[Entry], release: str) -> list[Entry]:
    """Those about a release, or that name it in their details, as release or environment/release."""
    return [e for e in entries if e.event.release == release or _names(e.event.details, release)]


def _names(value: Any, release: str) -> bool:
    if isinstance(value, dict):
        return any(_names(one, release) for one in value.values())
    if isinstance(value, list):
        return any(_names(one, release) for one in value)
    return isinstance(value, str) and value.rpartition("/")[2] == release


def document(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [{"index": e.index, "leaf": e.leaf, **e.event.model_dump(mode="json")} for e in entries]


def text(entries: Sequence[Entry]) -> str:
    return "".join(f"{line}\n" for entry in entries for line in _lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    event = entry.event
    yield f"{entry.index:>4}  {event.time:%F %T}  {event.kind}" + (f"  {event.release}" if event.release else "")
    yield f"      by {event.by}"
    if event.reason:
        yield f"      why: {event.reason}"
    for name, value in event.details.items():
        yield f"      {name}: {_value(value)}"


def markdown(environment: str, entries: Sequence[Entry]) -> str:
    head = ["| # | time (UTC) | what | release | who | why | results |", "|---|---|---|---|---|---|---|"]
    return "\n".join([f"# Evidence of {environment}", "", *head, *map(_row, entries)]) + "\n"


def _row(entry: Entry) -> str:
    event = entry.event
    results = "<br>".join(f"{name}: {_value(value)}" for name, value in event.details.items())
    cells = (entry.index, f"{event.time:%F %T}", event.kind, event.release or "", event.by, event.reason, results)
    return f"| {' | '.join(_cell(str(cell)) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>")


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
