"""What the user sees when something is wrong: it becomes a Terraform diagnostic."""

from __future__ import annotations

import re
from typing import Any

Path = tuple[str | int, ...]


class Problem(Exception):
    """An error diagnostic: a one-line summary, how to mend it, and the attribute it is about."""

    def __init__(self, summary: str, detail: str = "", path: Path = ()) -> None:
        super().__init__(f"{summary}: {detail}" if detail else summary)
        self.summary, self.detail, self.path = summary, detail, path


class Partial(Exception):
    """A resource was created but not completed: Terraform must record it, and taints it."""

    def __init__(self, state: dict[str, Any], private: dict[str, Any], cause: Exception) -> None:
        super().__init__(str(cause))
        self.state, self.private, self.cause = state, private, cause


def snake(member: str) -> str:
    """An API's member as Terraform writes names: `MaxSize` and `maxSize` as `max_size`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", member).lower()


def dotted(path: Path) -> str:
    """`("rule", 0, "status")` as `rule[0].status`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
