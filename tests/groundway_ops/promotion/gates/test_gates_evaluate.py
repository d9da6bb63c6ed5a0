"""All gates are evaluated; one that raises has failed, and keeps none from being evaluated."""

import pytest
from promotion_request import Ask

from groundway.errors import Unavailable
from groundway_ops.promotion import gates
from groundway_ops.promotion.gates import GATES, Request, Result, evaluate

TEN = ["plan", "policies", "price", "rehearsal", "model", "drift", "soak", "provenance", "approvals", "freeze"]


def test_there_are_ten_gates_in_this_order() -> None:
    assert list(GATES) == TEN


def test_a_gate_that_raises_has_failed_and_the_others_are_evaluated(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(request: Request) -> Result:
        raise Unavailable("AWS cannot be asked.\nSet credentials.")

    def broken(request: Request) -> Result:
        return Result(gate="broken", passed=bool(1 / 0), reason="")

    def fine(request: Request) -> Result:
        return Result(gate="fine", passed=True, reason="two\n lines")

    monkeypatch.setattr(gates, "GATES", {"unavailable": unavailable, "broken": broken, "fine": fine})
    said: list[str] = []
    results = evaluate(ask(report=said.append))
    assert [(r.gate, r.passed, r.reason) for r in results] == [
        ("unavailable", False, "could not be judged: AWS cannot be asked."),
        ("broken", False, "could not be judged: ZeroDivisionError: division by zero"),
        ("fine", True, "two lines"),
    ]
    assert results[0].evidence == {"error": "AWS cannot be asked.\nSet credentials."}
    assert said[-1] == "fine: passed: two lines"


def test_to_interrupt_is_no_verdict(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(request: Request) -> Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(gates, "GATES", {"interrupted": interrupted})
    with pytest.raises(KeyboardInterrupt):
        evaluate(ask())
