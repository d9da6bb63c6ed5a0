"""What every operation works with: the checkout, the environment's account, its evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from groundway import environment as environments
from groundway import lineage
from groundway.environment import Environment
from groundway.errors import InvalidInput
from groundway.release import Release
from groundway.service import home
from groundway_ops import accounts
from groundway_ops.accounts import Account
from groundway_ops.evidence import Entry, Event, Kind, Log, open_log
from groundway_ops.promotion.journal import Journal

Report = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """One environment, as an operation sees it. AWS is asked in `account`; `report` hears how far it is."""

    root: Path
    account: Account
    report: Report

    @classmethod
    def of(cls, environment: str, report: Report, root: Path | None = None) -> "Desk":
        """Raises `InvalidInput` for an environment that there is not, `Unavailable` when its account is not reached."""
        checkout = environments.checkout(root)
        return cls(checkout, accounts.of(environments.load(environment, checkout)), report)

    @property
    def environment(self) -> Environment:
        return self.account.environment

    @property
    def name(self) -> str:
        return self.environment.name

    @cached_property
    def log(self) -> Log:
        with self.account.entered():
            return open_log(self.environment)

    @cached_property
    def caller(self) -> str:
        return self.account.caller()

    @property
    def directory(self) -> Path:
        """Where an operation keeps what it works on."""
        return home() / "releases" / self.name

    def configuration(self) -> str:
        """The text of environment.yaml."""
        return (self.root / "environments" / self.name / "environment.yaml").read_text(encoding="utf-8")

    def tell(self, journal: Journal, kind: Kind, part: str = "", reason: str | None = None, **details: Any) -> Entry:
        """Add an event of the operation to the evidence, once however often it is told."""
        event = Event(
            id=f"{journal.id}:{kind}{f':{part}' if part else ''}",
            kind=kind,
            environment=self.name,
            time=datetime.now(UTC),
            by=journal.by,
            release=journal.release.name,
            reason=journal.reason if reason is None else reason,
            details=details,
        )
        with self.account.entered():
            return self.log.append(event)

    def entries(self, *kinds: Kind) -> list[Entry]:
        """The evidence of these kinds, oldest first."""
        with self.account.entered():
            return [e for e in self.log.entries() if e.event.kind in kinds]


def contents(release: Release, configuration: str) -> dict[str, Any]:
    """A release as evidence holds it: whole, so that one can come back to it with nothing else but the code."""
    return {"release": release.model_dump(mode="json", exclude_none=True), "configuration": configuration}


def commit(root: Path) -> str:
    """The commit of the checkout. Raises `InvalidInput` where the blueprint differs from it, or without git."""
    import subprocess

    from groundway.release.blueprint import FILES, FOLDERS

    found = lineage.git(root)
    if found.revision is None:
        raise InvalidInput(f"{root} is no git checkout: a release names the commit that it can be made from again")
    asked = ["git", "-C", str(root), "status", "--porcelain", "--", *FOLDERS, *FILES]
    if changed := subprocess.run(asked, capture_output=True, text=True).stdout.splitlines():
        raise InvalidInput(
            f"{len(changed)} files of the blueprint are not committed ({changed[0].strip()}): a release can be made "
            "again from its commit only. Commit first."
        )
    return found.revision
