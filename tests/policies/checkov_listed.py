"""`policies/checkov.yaml`: the checks of Checkov that may fail, where, and why."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from checkov_run import Finding
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Listed(BaseModel):
    """`where`: patterns of construct paths."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str = Field(pattern=r"^CKV2?_\w+_\d+$")
    title: str
    where: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(min_length=60)

    def covers(self, finding: Finding) -> bool:
        return any(self.matches(pattern, finding) for pattern in self.where)

    def matches(self, pattern: str, finding: Finding) -> bool:
        return (self.check, self.title) == (finding.check, finding.title) and fnmatchcase(finding.path, pattern)


def load(file: Path) -> tuple[Listed, ...]:
    return TypeAdapter(tuple[Listed, ...]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))


def unlisted(failed: Iterable[Finding], listed: Iterable[Listed]) -> list[Finding]:
    """What failed and is excused by nothing."""
    listed = tuple(listed)
    return [f for f in failed if not any(entry.covers(f) for entry in listed)]


def stale(failed: Iterable[Finding], listed: Iterable[Listed]) -> list[str]:
    """Patterns that excuse nothing any more."""
    failed = tuple(failed)
    return [
        f"{entry.check}: {pattern}"
        for entry in listed
        for pattern in entry.where
        if not any(entry.matches(pattern, f) for f in failed)
    ]
