"""What a gate is asked, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from groundway.environment import Environment
from groundway.release import Release
from groundway_ops.accounts import Account
from groundway_ops.rehearsal.checkout import Checkout


def _one_line(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


class Result(BaseModel):
    """One gate's verdict. `reason` is one line; `evidence` is JSON, without secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: str
    passed: bool
    reason: Annotated[str, BeforeValidator(_one_line)]
    evidence: dict[str, Any] = {}


@dataclass(frozen=True, eq=False)  # a request is one evaluation: what gates share is kept for it alone
class Request:
    """A release that would move on.

    `root` holds the candidate's files; `repository` is the git checkout, where that is another directory. `work` is for
    stacks, plans and logs. `candidate` is what the target would pin; `origin` what the source pins and runs; `current`
    what the target pins now, if it does. `accepted` are addresses of stateful resources that may go. `now` is UTC.
    `in_source` and `in_target` are the accounts of the two environments: each gate asks AWS in the right one.
    """

    source: Environment
    target: Environment
    root: Path
    work: Path
    candidate: Release
    origin: Release
    current: Release | None
    requester: str
    reason: str
    accepted: frozenset[str]
    now: datetime
    in_source: Account
    in_target: Account
    report: Callable[[str], None]
    repository: Path | None = None

    @property
    def history(self) -> Checkout:
        """The git checkout."""
        return Checkout(self.repository or self.root)


Gate = Callable[[Request], Result]
