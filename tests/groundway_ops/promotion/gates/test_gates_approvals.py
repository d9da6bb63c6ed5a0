"""Approvals: as many people as are wanted, each once, none involved, for exactly this, not too long ago."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from promotion_evidence import keep_evidence
from promotion_request import HEX, NOW, Ask, promoting, release

from groundway_ops.accounts import Account
from groundway_ops.evidence import Event, open_log
from groundway_ops.promotion.gates import Request, Result
from groundway_ops.promotion.gates.approvals import approvals, person

Approve = Callable[..., None]
ROLE = "arn:aws:sts::222222222222:assumed-role/ops"


@pytest.fixture
def approve(aws: dict[str, Account]) -> Approve:
    """Approves in staging, by the name of a session."""
    keep_evidence(aws["staging"])
    subject_of_now = release("staging").subject

    def one(by: str, role: str = ROLE, subject: str = subject_of_now) -> None:
        event = Event(
            id=f"approval/{by}/{role}/{subject[:16]}",
            kind="approval",
            environment="staging",
            time=NOW,
            by=f"{role}/{by}",
            release=None,
            reason="looks right",
            details={"subject": subject},
        )
        with aws["staging"].entered():
            open_log(aws["staging"].environment).append(event)

    return one


@pytest.fixture
def judged(ask: Ask, aws: dict[str, Account]) -> Callable[..., Result]:
    def one(wanted: int = 2, days: int = 7, **given: object) -> Result:
        target = promoting(aws["staging"].environment, approvals=wanted, approval_days=days)
        request: Request = ask(target=target, in_target=aws["staging"], in_source=aws["dev"], **given)
        return approvals(request)

    return one


def test_two_people_are_enough_where_two_are_wanted(approve: Approve, judged: Callable[..., Result]) -> None:
    approve("bob")
    assert judged().reason == "1 of 2 approvals: groundway approve staging by somebody else"
    approve("carol")
    result = judged()
    assert (result.passed, result.reason) == (True, "2 of 2 approvals")
    assert [one["by"] for one in result.evidence["approved"]] == [f"{ROLE}/bob", f"{ROLE}/carol"]


def test_one_person_counts_once_whatever_role_they_take(approve: Approve, judged: Callable[..., Result]) -> None:
    approve("bob")
    approve("Bob", role="arn:aws:sts::111111111111:assumed-role/engineers")
    assert not judged().passed
    assert judged(wanted=1).passed


@pytest.mark.parametrize(("who", "why"), [("asker", "asks for this promotion"), ("maker", "made the release")])
def test_whoever_is_involved_does_not_count_and_is_named(
    approve: Approve, judged: Callable[..., Result], who: str, why: str
) -> None:
    approve(who)
    result = judged(wanted=1)
    assert not result.passed
    assert result.evidence["not counted"] == [f"{ROLE}/{who}: {why}"]
    assert f"{ROLE}/{who}: {why}" in result.reason


def test_an_approval_expires_and_is_named(approve: Approve, judged: Callable[..., Result]) -> None:
    approve("bob")
    assert judged(wanted=1, now=NOW + timedelta(days=7)).passed
    result = judged(wanted=1, now=NOW + timedelta(days=7, seconds=1))
    assert not result.passed
    assert f"{ROLE}/bob: approved on {NOW:%Y-%m-%d}, over 7 days ago: expired" in result.reason


def test_an_approval_of_tomorrow_does_not_count(approve: Approve, judged: Callable[..., Result]) -> None:
    approve("bob")
    result = judged(wanted=1, now=NOW - timedelta(days=1))
    assert not result.passed
    assert "a clock is wrong" in result.reason


def test_an_approval_is_for_exactly_what_was_approved(approve: Approve, judged: Callable[..., Result]) -> None:
    approve("bob", subject=release("staging", policies=HEX.replace("0", "1")).subject)
    result = judged(wanted=1)
    assert not result.passed
    assert result.reason.endswith("1 given to something else")


def test_nobody_need_approve_where_none_is_wanted_or_evidence_is_kept(judged: Callable[..., Result]) -> None:
    assert judged(wanted=0).passed
    assert not judged(wanted=1).passed


def test_a_person_is_known_whichever_account_they_act_in() -> None:
    assert person("arn:aws:iam::111111111111:user/alice") == person(f"{ROLE}/Alice") == "alice"
    assert person("arn:aws:iam::111111111111:root") != person("arn:aws:iam::222222222222:root")
