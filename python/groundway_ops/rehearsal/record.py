"""What a rehearsal found: typed, as JSON, and in a few lines for the terminal."""

import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

NOT_RUN = "not run"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Phase(_Part):
    """One phase: whether it went as it must, how long it took, what was seen."""

    name: str
    ok: bool
    seconds: float
    detail: str

    @property
    def verdict(self) -> str:
        """`ok`, `BREACH`, or `not run`: such a phase did not pass, but found nothing either."""
        if self.detail.startswith(NOT_RUN):
            return NOT_RUN
        return "ok" if self.ok else "BREACH"


class Record(_Part):
    """One environment's rehearsal. `from` is the commit that was upgraded from; every breach is one text."""

    environment: str
    revision: str
    started: str
    resources: int = 0
    types: int = 0
    by_type: dict[str, int] = {}
    phases: list[Phase] = []
    breaches: list[str] = []
    replacements: list[str] = []
    from_: str | None = Field(default=None, alias="from")

    @property
    def ok(self) -> bool:
        return not self.breaches and all(phase.ok for phase in self.phases)

    def json_text(self) -> str:
        return self.model_dump_json(indent=2, by_alias=True) + "\n"

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))


def table(record: Record) -> str:
    """Phase, verdict, seconds, what was seen; then what is wrong."""
    width = max((len(phase.name) for phase in record.phases), default=5)
    lines = [f"{record.environment} at {record.revision[:12]}: {record.resources} resources of {record.types} types"]
    lines.append(f"  {'phase':<{width}}  verdict  seconds  seen")
    for phase in record.phases:
        first, *rest = phase.detail.splitlines() or [""]
        lines.append(f"  {phase.name:<{width}}  {phase.verdict:<7}  {phase.seconds:>7.1f}  {first}")
        lines += [f"  {'':<{width}}  {'':<7}  {'':>7}  {line}" for line in rest]
    lines.append(f"  {'all':<{width}}  {'':<7}  {sum(p.seconds for p in record.phases):>7.1f}")
    lines += [f"  BREACH {breach}" for breach in record.breaches]
    return "\n".join(lines)


def write_whole(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
    return path
