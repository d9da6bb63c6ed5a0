"""Soak: the release has run long enough where it comes from, and no alarm rang meanwhile."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from promotion_request import HEX, NOW, Ask, promoting, release

from groundway.release import Deployed, Release, record
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates import Result
from groundway_ops.promotion.gates.soak import soak

Judged = Callable[..., Result]
HOUR = timedelta(hours=1)


@pytest.fixture
def judged(ask: Ask, aws: dict[str, Account]) -> Judged:
    def one(wanted: int = 24, **given: Any) -> Result:
        target = promoting(aws["staging"].environment, soak_hours=wanted)
        return soak(ask(**{"target": target, "in_source": aws["dev"], "in_target": aws["staging"], **given}))

    return one


def run(account: Account, since: datetime, what: Release | None = None) -> None:
    """Say what the environment runs."""
    with account.entered():
        record(Deployed(release=what or release("dev"), since=since), account.environment.cost_tags)


def alarm(account: Account, name: str = "errors", state: str = "OK") -> None:
    cloudwatch, name = account.client("cloudwatch"), f"{account.environment.prefix}-{name}"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    if state != "OK":
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def test_a_release_that_has_run_long_enough_passes_and_one_that_has_not_does_not(
    aws: dict[str, Account], judged: Judged
) -> None:
    run(aws["dev"], NOW - 24 * HOUR)
    alarm(aws["dev"])
    result = judged()
    assert (result.passed, result.reason) == (True, "24.0 hours in dev without an alarm, 24 are wanted")
    early = judged(now=NOW - HOUR)
    assert not early.passed
    assert early.reason == f"23.0 of 24 hours in dev; enough at {NOW:%Y-%m-%d %H:%M} UTC"


def test_an_alarm_that_rings_refuses_whatever_is_wanted(aws: dict[str, Account], judged: Judged) -> None:
    run(aws["dev"], NOW - 48 * HOUR)
    alarm(aws["dev"], state="ALARM")
    result = judged(wanted=0)
    assert (result.passed, result.reason) == (False, "in alarm in dev now: groundway-dev-errors")


def test_alarms_of_others_do_not_count(aws: dict[str, Account], judged: Judged) -> None:
    run(aws["dev"], NOW - 48 * HOUR)
    alarm(aws["dev"])
    alarm(aws["staging"], state="ALARM")
    dev = aws["dev"].environment
    tags = dev.tags.model_copy(update={"project": "another"})
    alarm(replace(aws["dev"], environment=dev.model_copy(update={"tags": tags})), state="ALARM")
    assert judged().passed


def test_an_alarm_makes_the_hours_begin_again(
    aws: dict[str, Account], judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(aws["dev"], NOW - 48 * HOUR)
    alarm(aws["dev"])
    monkeypatch.setattr("groundway_ops.promotion.gates.soak.MADE", timedelta(0))  # no test waits for a second
    for state in ("ALARM", "OK"):
        aws["dev"].client("cloudwatch").set_alarm_state(
            AlarmName="groundway-dev-errors", StateValue=state, StateReason="test"
        )
    result = judged(now=datetime.now(UTC) + HOUR)
    assert not result.passed
    assert result.reason.startswith("1.0 of 24 hours since the alarm groundway-dev-errors; enough at")
    assert judged(now=datetime.now(UTC) + 25 * HOUR).passed


def test_hours_that_nothing_watched_are_none(aws: dict[str, Account], judged: Judged) -> None:
    run(aws["dev"], NOW - 48 * HOUR)
    result = judged()
    assert not result.passed
    assert "no alarm watches dev" in result.reason
    assert judged(wanted=0).passed


def test_a_release_that_began_in_the_future_shows_a_wrong_clock(aws: dict[str, Account], judged: Judged) -> None:
    run(aws["dev"], NOW + timedelta(seconds=1))
    alarm(aws["dev"])
    result = judged(wanted=0)
    assert not result.passed
    assert "which is yet to come: set the clocks" in result.reason


def test_only_what_the_source_really_runs_counts(aws: dict[str, Account], judged: Judged) -> None:
    assert judged(wanted=0).reason == "no release was deployed in dev yet"
    run(aws["dev"], NOW - 48 * HOUR, release("dev", policies=HEX.replace("0", "1")))
    result = judged(wanted=0)
    assert not result.passed
    assert "deploy it first" in result.reason


# AWS keeps a history, which the emulator does not.


@pytest.fixture
def history(aws: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """CloudWatch as it would answer in dev: one alarm, silent now, and these changes of it."""
    on_aws = replace(aws["dev"], variables={k: v for k, v in aws["dev"].variables.items() if k != "GROUNDWAY_CLOUD"})
    aws["dev"] = on_aws
    cloudwatch, client = on_aws.client("cloudwatch"), Account.client
    monkeypatch.setattr(Account, "client", lambda a, s: cloudwatch if s == "cloudwatch" else client(a, s))
    with Stubber(cloudwatch) as stub:

        def add(*changes: tuple[str, str, datetime]) -> None:
            name = "groundway-dev-errors"
            stub.add_response("describe_alarms", {"MetricAlarms": [{"AlarmName": name, "StateValue": "OK"}]})
            items = [
                {
                    "AlarmName": name,
                    "Timestamp": when,
                    "HistoryData": json.dumps({"oldState": {"stateValue": old}, "newState": {"stateValue": new}}),
                }
                for old, new, when in changes
            ]
            stub.add_response(
                "describe_alarm_history",
                {"AlarmHistoryItems": items},
                {
                    "AlarmTypes": ANY,
                    "HistoryItemType": "StateUpdate",
                    "ScanBy": "TimestampAscending",
                    "StartDate": NOW - 48 * HOUR,
                    "EndDate": NOW,
                },
            )

        yield add


@pytest.mark.parametrize(("ended", "passed"), [(NOW - 25 * HOUR, True), (NOW - 23 * HOUR, False)])
def test_the_history_of_alarms_counts(
    aws: dict[str, Account], judged: Judged, history: Callable[..., None], ended: datetime, passed: bool
) -> None:
    run(aws["dev"], NOW - 48 * HOUR)
    history(("OK", "ALARM", NOW - 30 * HOUR), ("ALARM", "OK", ended), ("INSUFFICIENT_DATA", "OK", NOW - HOUR))
    result = judged()
    assert result.passed is passed
    assert result.evidence["rang"] == {"groundway-dev-errors": ended.isoformat()}
