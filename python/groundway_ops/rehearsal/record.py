"""What a rehearsal found: typed, as JSON, and in a few lines for the terminal."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from groundway.errors import InvalidInput
from groundway.service import home

NOT_RUN = "not run"
Scope = Literal["whole", "change"]


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
    """One environment's rehearsal; every breach is one text.

    `scope` is `whole` (a whole life) or `change` (the short one). What was rehearsed: `revision`, the commit, `dirty`
    when files differ from it, and two digests, `sha256:<hex>`, as releases have them: `blueprint` of the code,
    `configuration` of the environment's file. `from` is the commit that was upgraded from and rolled back to, with its
    two digests; all three are None without one. `replacements` went with the upgrade, `replacements_back` with the
    rollback; `accepted` are the addresses that might.
    """

    environment: str
    scope: Scope = "whole"
    revision: str
    dirty: bool = False
    blueprint: str | None = None  # None: written before records had digests
    configuration: str | None = None
    started: str
    resources: int = 0
    types: int = 0
    by_type: dict[str, int] = {}
    phases: list[Phase] = []
    breaches: list[str] = []
    replacements: list[str] = []
    replacements_back: list[str] = []
    accepted: list[str] = []
    from_: str | None = Field(default=None, alias="from")
    from_blueprint: str | None = None
    from_configuration: str | None = None

    @property
    def ok(self) -> bool:
        return not self.breaches and all(phase.ok for phase in self.phases)

    def json_text(self) -> str:
        return self.model_dump_json(indent=2, by_alias=True) + "\n"

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))


def folder() -> Path:
    """Where the records lie, a file an environment."""
    return Path(home()).absolute() / "rehearsals"


def latest(environment: str) -> Record | None:
    """The record of an environment's last rehearsal that ran to its end; None without one.

    Raises `InvalidInput` for a file that is no record.
    """
    path = folder() / f"{environment}.json"
    try:
        return Record.load(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is no record of a rehearsal"
        raise InvalidInput(f"{path}: {why}; `groundway rehearse {environment} --change` writes it anew") from None


def table(record: Record) -> str:
    """Phase, verdict, seconds, what was seen; then what is wrong."""
    width = max((len(phase.name) for phase in record.phases), default=5)
    of = f"{record.resources} resources of {record.types} types"
    lines = [f"{record.environment} at {record.revision[:12]}{'-dirty' if record.dirty else ''}: {of}"]
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
