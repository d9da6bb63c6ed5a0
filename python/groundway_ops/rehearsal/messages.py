"""What Terraform says with `-json`: one message a line, read as it comes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


def read(lines: Iterable[str]) -> Iterator[Message]:
    """The messages among the lines; whatever else a program printed is passed over."""
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict) and "type" in message:
            yield message


@dataclass
class Told:
    """What a run told: planned actions by address, how many changes are complete, errors, the summary's counts."""

    planned: dict[str, str] = field(default_factory=dict)
    started: int = 0
    complete: int = 0
    errors: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, message: Message) -> None:
        """Take note of one message."""
        kind = message["type"]
        if kind == "planned_change":
            change = message["change"]
            if change["action"] not in ("noop", "read"):
                self.planned[change["resource"]["addr"]] = change["action"]
        elif kind in ("apply_start", "apply_complete") and message["hook"]["action"] != "read":
            self.started += kind == "apply_start"
            self.complete += kind == "apply_complete"
        elif kind == "diagnostic" and message["diagnostic"]["severity"] == "error":
            self.errors.append(diagnostic(message["diagnostic"]))
        elif kind == "change_summary":
            self.counts = {k: message["changes"][k] for k in ("add", "change", "remove")}


def diagnostic(said: Message) -> str:
    """An error in one line, with the address that it is about."""
    where = f"{said['address']}: " if said.get("address") else ""
    detail = " ".join(said.get("detail", "").split())
    return f"{where}{said['summary']}" + (f": {detail}" if detail else "")
