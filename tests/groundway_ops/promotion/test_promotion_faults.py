"""Killed with -9 at every step's boundary, an operation that is asked for again comes to its end, or is undone.

The places are those that the code has: `steps.points` over the steps of each operation.
"""

import signal
from pathlib import Path

import pytest
from small_environments import SmallEnvironments

from groundway_ops.promotion import cut, deploy, promote, rollback
from groundway_ops.promotion.steps import points

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

CUT = list(points("cut", cut.STEPS))
PROMOTION = ["promotion:gates:before", "promotion:gates:after", *points("promotion", promote.STEPS)]
DEPLOY = list(points("deploy", deploy.STEPS))
ROLLBACK = list(points("rollback", rollback.STEPS))


def killed(small: SmallEnvironments, point: str, *operation: str, **env: str) -> None:
    done = small.drive(*operation, GROUNDWAY_FAULT=point, **env)
    assert done.returncode == -signal.SIGKILL, f"{point}: {done.returncode} {done.stderr}"


def whole(small: SmallEnvironments, environment: str, runs: str) -> list[str]:
    """Nothing half, nothing lost, nothing twice; returns the kinds of the events."""
    seen = small.ok("look", environment)
    assert (seen["pinned"], seen["runs"], seen["journal"]) == (runs, runs, None)
    assert seen["problems"] == []
    assert len(set(seen["ids"])) == len(seen["ids"])
    return [kind for kind, _ in seen["events"]]


def test_killed_anywhere_it_is_finished(small: SmallEnvironments, models: tuple[Path, Path]) -> None:
    """One release after the other, each killed at another place on its way to staging, and back again."""
    one, two = models
    rounds = max(map(len, (CUT, PROMOTION, DEPLOY, ROLLBACK)))
    small.ok("cut", "dev", MODEL=f"small=1={one}")
    before = small.ok("promote", "dev", "staging")["name"]
    small.ok("deploy", "staging")
    for i in range(rounds):
        version = f"small={i + 2}={(one, two)[i % 2]}"
        events = whole(small, "staging", before)
        if i < len(CUT):
            cuts = small.ok("look", "dev")["events"]
            killed(small, CUT[i], "cut", "dev", MODEL=version)
        made = small.ok("cut", "dev", MODEL=version)["name"]
        assert whole(small, "dev", made).count("cut") == len(cuts) + 1
        if i < len(PROMOTION):
            killed(small, PROMOTION[i], "promote", "dev", "staging")
        at_staging = small.ok("promote", "dev", "staging")["name"]
        if i < len(DEPLOY):
            killed(small, DEPLOY[i], "deploy", "staging")
        small.ok("deploy", "staging")
        after = whole(small, "staging", at_staging)
        assert after.count("promotion") == events.count("promotion") + 1, PROMOTION[i]
        assert after.count("deploy") == events.count("deploy") + 1
        if i < len(ROLLBACK):
            killed(small, ROLLBACK[i], "rollback", "staging", before)
            if ROLLBACK[i] != "rollback:close:after":
                small.ok("rollback", "staging", before)
            assert whole(small, "staging", before).count("rollback") == events.count("rollback") + 1, ROLLBACK[i]
        else:
            before = at_staging


@pytest.mark.parametrize("half", ["promotion", "deploy"])
def test_killed_anywhere_it_is_undone(small: SmallEnvironments, models: tuple[Path, Path], half: str) -> None:
    """A rollback in place of the second attempt: what ran before runs, and is pinned."""
    one, two = models
    small.ok("cut", "dev", MODEL=f"{half}=1={one}")
    before = small.ok("promote", "dev", "staging")["name"]
    small.ok("deploy", "staging")
    for i, point in enumerate(PROMOTION if half == "promotion" else DEPLOY):
        small.ok("cut", "dev", MODEL=f"{half}={i + 2}={two}")
        if half == "promotion":
            killed(small, point, "promote", "dev", "staging")
        else:
            small.ok("promote", "dev", "staging")
            killed(small, point, "deploy", "staging")
        if point != "deploy:close:after":  # that one came to its end
            small.ok("rollback", "staging", before)
        else:
            small.ok("rollback", "staging")
        whole(small, "staging", before)
