"""The journal: one operation at a time; one that died is gone on with, or makes way for a rollback."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "groundway"))
sys.path.insert(0, str(Path(__file__).parent / "gates"))

import emulated_platform
from promotion_request import CHECKOUT, release

from groundway import environment
from groundway.errors import GroundwayError, Refused, Unavailable
from groundway_ops.accounts import Account
from groundway_ops.promotion import journal, steps
from groundway_ops.promotion.deploy import Deploy
from groundway_ops.promotion.journal import Journal, Kind
from groundway_ops.promotion.promote import Promotion
from groundway_ops.promotion.rollback import Rollback
from groundway_ops.promotion.steps import Step

GONE = {"pid": 2**22 - 1}
NOWHERE: Any = SimpleNamespace(name="staging")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    with emulated_platform.emulator() as url:
        urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()
        for name, value in emulated_platform.environment(url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        staging = environment.load("staging", CHECKOUT)
        place = {"LocationConstraint": staging.region}
        boto3.client("s3", staging.region).create_bucket(Bucket=staging.state_bucket, CreateBucketConfiguration=place)
        yield Account(staging, dict(os.environ))


def new(kind: Kind = "promotion", **of: str) -> Journal:
    return Journal.of(kind, "somebody", "", release("staging", **of), "name: staging\n")


def left_dead(account: Account, one: Journal) -> Journal:
    """What a process leaves that was killed."""
    lease = journal.begin(account, one)
    lease.become(lease.journal.model_copy(update=GONE))
    return lease.journal


OTHER = f"sha256:{64 * '1'}"


def test_while_one_is_at_work_nobody_else_begins(account: Account) -> None:
    lease = journal.begin(account, new())
    for second in (new(), new("deploy"), new("rollback")):
        with pytest.raises(Refused, match=r"staging is busy: promotion of r-.* into staging by somebody"):
            journal.begin(account, second, take_over=("promotion",))
    lease.close()
    journal.begin(account, new("deploy")).close()
    assert journal.find(account) is None


def test_the_same_again_goes_on_where_the_dead_one_was(account: Account) -> None:
    lease = journal.begin(account, new())
    lease.mark("models", kept=1)
    lease.become(lease.journal.model_copy(update=GONE))
    again = journal.begin(account, new())
    assert again.journal.id == lease.journal.id
    assert again.journal.done == ("models",)
    assert again.journal.details == {"kept": 1}
    assert again.journal.pid == os.getpid()


@pytest.mark.parametrize("second", [new("deploy"), new(blueprint=OTHER)])
def test_another_one_is_not_begun_over_a_dead_one(account: Account, second: Journal) -> None:
    left_dead(account, new())
    with pytest.raises(Refused, match=r"in the middle of something.*groundway rollback staging"):
        journal.begin(account, second)


def test_a_rollback_takes_its_place_and_says_so(account: Account) -> None:
    left = left_dead(account, new())
    lease = journal.begin(account, new("rollback"), take_over=("promotion",))
    assert (lease.journal.kind, lease.journal.details) == ("rollback", {"undoes": left.id})


def test_who_was_taken_over_cannot_go_on(account: Account) -> None:
    slow = journal.begin(account, new())
    slow.become(slow.journal.model_copy(update=GONE))
    journal.begin(account, new("rollback"), take_over=("promotion",))
    with pytest.raises(Refused, match="taken over by somebody else"):
        slow.mark("pin")
    found = journal.find(account)
    assert found
    assert found[0].kind == "rollback"


@pytest.mark.parametrize(("minutes", "dead"), [(9, False), (11, True)])
def test_of_another_machine_silence_is_death(minutes: int, dead: bool) -> None:
    silent = datetime.now(UTC) - timedelta(minutes=minutes)
    assert new().model_copy(update={"host": "elsewhere", "alive": silent}).dead is dead


def test_another_process_of_the_same_number_is_not_it() -> None:
    mine = new()
    assert not mine.dead
    assert mine.model_copy(update={"process_began": mine.process_began - 100}).dead


def test_without_its_bucket_the_command_is_named(account: Account) -> None:
    boto3.client("s3").delete_bucket(Bucket=account.environment.state_bucket)
    with pytest.raises(Unavailable, match="groundway bootstrap staging"):
        journal.begin(account, new())


@pytest.mark.parametrize(("prepares", "left"), [(True, False), (False, True)])
def test_what_goes_wrong_leaves_a_journal_only_where_something_changed(
    account: Account, prepares: bool, left: bool
) -> None:
    def wrong() -> None:
        raise GroundwayError("no luck")

    with journal.begin(account, new()) as lease:
        done = Step("models", "copying", lambda: None, prepares=True)
        with pytest.raises(GroundwayError, match="no luck"):
            steps.run(lease, [done, Step("pin", "pinning", wrong, prepares=prepares)], lambda _: None)
    assert (journal.find(account) is not None) is left


def test_done_steps_are_not_done_again(account: Account) -> None:
    seen: list[str] = []
    made = [Step(name, name, lambda name=name: seen.append(name)) for name in ("a", "b")]  # type: ignore[misc]
    lease = journal.begin(account, new())
    lease.mark("a")
    steps.run(lease, made, lambda _: None)
    assert seen == ["b"]
    assert journal.find(account) is None


@pytest.mark.parametrize("operation", [Deploy(NOWHERE), Promotion(NOWHERE, NOWHERE), Rollback(NOWHERE)])
def test_the_points_to_die_at_are_those_of_the_steps(operation: Deploy | Promotion | Rollback) -> None:
    lease: Any = SimpleNamespace(journal=new())
    made = [step.name for step in operation.steps(lease)]
    assert made == list(sys.modules[type(operation).__module__].STEPS)


def test_what_is_accepted_when_it_is_asked_again_counts(account: Account) -> None:
    lease = journal.begin(account, new())
    lease.note(accepted=["old"])
    lease.become(lease.journal.model_copy(update=GONE))
    again = journal.begin(account, new())
    again.note(accepted=["new"])
    found = journal.find(account)
    assert found
    assert found[0].details == {"accepted": ["new"]}
