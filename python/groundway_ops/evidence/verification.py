"""What looking through the whole log found."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verification:
    """`signed`: how many of the `entries` the newest checkpoint is over. `notes` are no sign of tampering."""

    entries: int
    checkpoints: int
    signed: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems

    def document(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "entries": self.entries,
            "checkpoints": self.checkpoints,
            "signed": self.signed,
            "problems": list(self.problems),
            "notes": list(self.notes),
        }
