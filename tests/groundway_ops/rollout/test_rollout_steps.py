"""A rollout step by step: what ends it well, what ends it, and what killing it leaves."""

import re
from dataclasses import replace

import pytest
from memory_target import GOOD, MemoryTarget, pin, well

from groundway.environment.promotion import Rollout
from groundway.errors import Refused, Unavailable
from groundway_ops.rollout import Outcome, rollout

OLD, NEW, OTHER = pin(1), pin(2), pin(3)
RULES = Rollout(steps=(10, 50, 100), requests=100, seconds=600)


class Killed(BaseException):
    """As if the process ended here."""


def run(target: MemoryTarget, new=NEW, rules: Rollout = RULES) -> Outcome:
    return rollout(target, new, rules, print, sleep=target.sleep, clock=target.clock)


def served(target: MemoryTarget) -> list[tuple[str, float]]:
    return [(v.version, v.percent) for v in target.variants()]


@pytest.fixture
def target() -> MemoryTarget:
    target = MemoryTarget(OLD)
    target.time = 100  # the old version has answered for a while
    return target


def test_a_good_version_takes_over_step_by_step(target: MemoryTarget) -> None:
    outcome = run(target)
    assert (outcome.finished, outcome.version, outcome.replaced) == (True, "2", "1")
    assert [c for c in target.calls if c not in ("observe", "variants")] == [
        "start",
        "shift 10",
        "shift 50",
        "shift 100",
        "finish",
    ]
    assert served(target) == [("2", 100)]
    for step in outcome.steps:
        assert step.new.requests >= 100
        assert step.old is not None
        assert step.old.requests >= 20
    calls = len(target.calls)
    again = run(target)
    assert (again.finished, again.reason) == (True, "it was served already")
    assert target.calls[calls:] == ["variants"]


def test_blue_green_is_one_step_that_is_compared_with_what_came_before(target: MemoryTarget) -> None:
    rules = RULES.model_copy(update={"steps": (100,)})
    target.behaves[2] = lambda n: replace(well(n), latency_p95=0.2)
    assert "10.0 times" in run(target, rules=rules).reason
    target.behaves.clear()
    assert run(target, rules=rules).finished


def test_the_first_version_answers_everything_at_once() -> None:
    target = MemoryTarget(None)
    outcome = run(target)
    assert (outcome.finished, outcome.replaced, outcome.steps) == (True, None, ())
    assert served(target) == [("2", 100)]


@pytest.mark.parametrize(
    ("behaves", "why"),
    [
        (lambda n: replace(well(n), errors=n // 10), "requests failed; 1.00% may"),
        (lambda n: replace(well(n), latency_p95=0.05), r"2\.5 times the 20\.0 ms"),
        (lambda n: replace(well(n), scores=[s / 2 for s in GOOD]), "population stability index"),
        (lambda n: replace(well(n), rejected=n // 2), r"rejected 5\d\.\d\d% of its requests, .* 0\.00%"),
    ],
)
def test_the_first_breach_takes_it_back(target: MemoryTarget, behaves, why: str) -> None:
    target.behaves[2] = behaves
    outcome = run(target)
    assert not outcome.finished
    assert re.search(why, outcome.reason), outcome.reason
    assert len(outcome.steps) == 1
    assert outcome.steps[0].breach == outcome.reason
    assert served(target) == [("1", 100)]


def test_a_breach_in_the_last_step_takes_it_back_too(target: MemoryTarget) -> None:
    def late(requests: int):
        return replace(well(requests), errors=0 if target.percent < 100 else requests)

    target.behaves[2] = late
    outcome = run(target)
    assert (outcome.finished, [s.percent for s in outcome.steps]) == (False, [10, 50, 100])
    assert served(target) == [("1", 100)]


def test_many_errors_are_not_waited_for(target: MemoryTarget) -> None:
    target.behaves[2] = lambda n: replace(well(n), errors=n)
    run(target)
    assert target.time - 100 < 10  # two errors are too many for a hundred requests


def test_a_version_that_nobody_asks_is_taken_back(target: MemoryTarget) -> None:
    target.rate = 0
    outcome = run(target)
    assert "answered 0 of 100 requests in 600 s at 10 %: it cannot be judged" in outcome.reason
    assert served(target) == [("1", 100)]
    assert 600 <= target.time - 100 < 700


def test_what_is_refused_is_an_outcome(target: MemoryTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise Refused("model.skops was changed")

    monkeypatch.setattr(target, "start", refuse)
    outcome = run(target)
    assert (outcome.finished, outcome.reason) == (False, "model.skops was changed")
    assert served(target) == [("1", 100)]


def test_what_another_rollout_left_is_taken_back_first(target: MemoryTarget) -> None:
    target.start(OTHER)
    target.shift(10)
    assert run(target).finished
    assert served(target) == [("2", 100)]
    # Also where the wanted version is the one that serves: the way back from a rollout that was killed.
    target.start(OTHER)
    target.shift(50)
    assert run(target).finished
    assert served(target) == [("2", 100)]


def kill_at(target: MemoryTarget, nth: int, when: str) -> None:
    """Be killed at the nth change of the target, before or after it happened."""
    left = [nth]

    def count(what: str) -> None:
        if what in ("variants", "observe"):
            return
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    setattr(target, when, count)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("good", [True, False])
def test_killed_anywhere_and_run_again_it_ends_as_it_would_have(when: str, good: bool) -> None:
    kills = 0
    for nth in range(1, 20):
        target = MemoryTarget(OLD)
        target.time = 100
        if not good:
            target.behaves[2] = lambda n, t=target: replace(well(n), errors=n if t.percent == 50 else 0)
        kill_at(target, nth, when)
        try:
            run(target)
        except Killed:
            kills += 1
            target.before = target.after = lambda _: None
            candidates = [v for v in target.variants() if v.candidate]
            assert candidates or served(target) in ([("1", 100)], [("2", 100)])  # what is half done can be seen
            outcome = run(target)
            assert outcome.finished == good
        assert served(target) == ([("2", 100)] if good else [("1", 100)])
    assert kills == (5 if good else 4)


def test_a_rollout_goes_on_in_the_step_that_it_was_in(target: MemoryTarget) -> None:
    target.start(NEW)
    target.shift(50)
    target.calls.clear()
    assert run(target).finished
    assert [c for c in target.calls if c.startswith("shift")] == ["shift 50", "shift 100"]


def restarts(target: MemoryTarget, times: int) -> None:
    left = [times]

    def lose(what: str) -> None:
        if left[0] and what == "observe" and target.percent == 50:
            left[0] -= 1
            target.restart()

    target.before = lose


def test_a_restart_of_the_server_begins_it_again_once(target: MemoryTarget) -> None:
    restarts(target, 1)
    assert run(target).finished
    assert served(target) == [("2", 100)]


def test_a_version_that_is_lost_again_is_not_tried_again(target: MemoryTarget) -> None:
    restarts(target, 2)
    outcome = run(target)
    assert (outcome.finished, "lost the new version 2 times" in outcome.reason) == (False, True)
    assert served(target) == [("1", 100)]


def test_a_server_that_is_away_for_a_while_is_waited_for(target: MemoryTarget) -> None:
    def away(what: str) -> None:
        target.away = what == "observe" and target.percent == 10 and target.time < 130

    target.before = away
    assert run(target).finished


def test_a_server_that_stays_away_ends_it(target: MemoryTarget) -> None:
    def away(_: str) -> None:
        target.away = target.percent == 10

    target.before = away
    outcome = run(target)
    assert not outcome.finished
    assert "it cannot be judged: the server is away" in outcome.reason
    assert "could not be told" in outcome.reason
    target.before, target.away = lambda _: None, True
    with pytest.raises(Unavailable):
        run(target)
