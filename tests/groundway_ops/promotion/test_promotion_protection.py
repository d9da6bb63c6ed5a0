"""Where something of a protected environment may go, the protection is lifted for that and put back."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "gates"))

from promotion_request import CHECKOUT

from groundway import environment
from groundway_ops.accounts import Account
from groundway_ops.promotion import infrastructure
from groundway_ops.promotion.desk import Desk


@pytest.mark.parametrize(
    ("name", "accepted", "words"),
    [
        ("prod", ["aws_s3_bucket.a"], ["prod", None]),
        ("prod", [], [None]),
        ("dev", ["aws_s3_bucket.a"], [None]),
    ],
)
def test_it_ends_protected(monkeypatch: pytest.MonkeyPatch, name: str, accepted: list[str], words: list[Any]) -> None:
    seen: list[str | None] = []

    def applied(desk: Desk, root: Path, may_go: frozenset[str], unprotect: str | None) -> str:
        assert may_go == frozenset(accepted)
        seen.append(unprotect)
        return "nothing changed"

    monkeypatch.setattr(infrastructure, "_applied", applied)
    desk = Desk(CHECKOUT, Account(environment.load(name, CHECKOUT), {}), lambda _: None)
    infrastructure.apply(desk, CHECKOUT, accepted)
    assert seen == words
