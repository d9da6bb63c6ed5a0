"""The price: what the target would cost, against its budget, and against what it pins now by that one's own commit."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from promotion_evidence import keep_evidence
from promotion_request import NOW, Ask, promoting, release
from small_checkout import SmallCheckout, sound

from groundway import environment
from groundway.errors import GroundwayError
from groundway.release import Release, blueprint, configuration
from groundway_ops.accounts import Account
from groundway_ops.evidence import Event, open_log
from groundway_ops.promotion.gates import Request, Result, price
from groundway_ops.promotion.gates.planned import Planned, synthesize
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.processes import Processes

Judged = Callable[..., Result]


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    (tmp_path / "checkout").mkdir()
    made = SmallCheckout(tmp_path / "checkout", tmp_path / "home")
    made.commit(sound())
    return made


def pinned(checkout: SmallCheckout, **changes: Any) -> Release:
    """A release of staging, of the checkout as it is committed."""
    content = {
        "revision": checkout.git("rev-parse", "HEAD"),
        "blueprint": blueprint(checkout.root),
        "configuration": configuration(checkout.root, "staging"),
    }
    return release("staging", **{**content, **changes})


def keys(number: int) -> dict[str, Any]:
    """Sound stacks with so many keys more, which cost a dollar each, and their requests."""
    resources = sound()
    resources["first"]["aws_kms_key"] = {f"k{i}": {"description": "k"} for i in range(number)}
    return resources


@pytest.fixture
def judged(checkout: SmallCheckout, aws: dict[str, Account], ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Judged:
    def only_synthesized(request: Request) -> Planned:  # no plan is looked at for a price
        found = Planned(request.work / "target")
        found.stacks = synthesize(Checkout(request.root), request.in_target, found.out, Processes(), None)
        return found

    monkeypatch.setattr(price, "planned", only_synthesized)

    def one(current: Release | None = None, budget: int = 100_000, most: int | None = None) -> Result:
        target = promoting(
            environment.load("staging", checkout.root), monthly_increase_usd=None if most is None else Decimal(most)
        )
        target = target.model_copy(update={"budget": target.budget.model_copy(update={"monthly_usd": Decimal(budget)})})
        root = {"root": checkout.root, "in_target": aws["staging"]}
        return price.price(ask(target=target, current=current, candidate=pinned(checkout), **root))

    return one


def test_before_a_first_release_all_of_it_is_new(judged: Judged) -> None:
    result = judged()
    assert result.passed
    assert result.evidence["now usd"] is None
    assert result.evidence["increase usd"] == result.evidence["monthly usd"]["expected"]
    assert "all of it new; the budget is $100,000.00" in result.reason
    assert judged(most=1).passed  # nothing was there to which it adds
    over = judged(budget=1)
    assert not over.passed
    assert over.reason.endswith("over budget.monthly_usd")


def test_what_a_change_adds_is_held_to_the_limit_of_a_promotion(checkout: SmallCheckout, judged: Judged) -> None:
    checkout.commit(keys(1))
    current = pinned(checkout)
    checkout.commit(keys(4))
    added = judged(current, most=10)
    assert added.passed, added.reason
    assert Decimal(3) <= Decimal(added.evidence["increase usd"]) < Decimal(6)  # and requests
    assert any("aws_kms_key.k3" in line for line in added.evidence["largest"])
    assert f"against {current.name}" in added.reason
    refused = judged(current, most=2)
    assert not refused.passed
    assert "is more than promotion.monthly_increase_usd, $2.00" in refused.reason
    assert judged(current).passed


def test_what_becomes_cheaper_is_no_increase(checkout: SmallCheckout, judged: Judged) -> None:
    checkout.commit(keys(4))
    current = pinned(checkout)
    checkout.commit(keys(1))
    result = judged(current, most=1)
    assert result.passed
    assert Decimal(result.evidence["increase usd"]) <= Decimal(-3)


def test_a_commit_that_does_not_hold_what_is_pinned_cannot_be_priced(checkout: SmallCheckout, judged: Judged) -> None:
    current = pinned(checkout, blueprint="sha256:" + 64 * "1")
    with pytest.raises(GroundwayError, match="does not hold the code that r-"):
        judged(current)


def test_a_configuration_that_git_does_not_have_is_taken_from_the_evidence(
    checkout: SmallCheckout, aws: dict[str, Account], judged: Judged
) -> None:
    file = checkout.root / "environments" / "staging" / "environment.yaml"
    committed = file.read_text()
    file.write_text(committed + "# as it was promoted, and never committed\n")
    current = pinned(checkout)
    text = file.read_text()
    file.write_text(committed)
    with pytest.raises(GroundwayError, match="keeps no evidence"):
        judged(current)
    keep_evidence(aws["staging"])
    event = Event(
        id="promotion/1",
        kind="promotion",
        environment="staging",
        time=NOW,
        by="tests",
        release=current.name,
        details={"release": current.model_dump(mode="json", exclude_none=True), "configuration": text},
    )
    with aws["staging"].entered():
        open_log(aws["staging"].environment).append(event)
    result = judged(current)
    assert result.passed
    assert Decimal(result.evidence["increase usd"]) == 0
