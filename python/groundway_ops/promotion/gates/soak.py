"""The release has run long enough where it comes from, and nothing rang meanwhile."""

import json
from datetime import datetime, timedelta
from typing import Any

from groundway.release import Deployed, deployed
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates.gate import Request, Result

NAME = "soak"
KINDS = ["MetricAlarm", "CompositeAlarm"]
MADE = timedelta(seconds=1)  # an alarm is made with a state, which is no change of it


def soak(request: Request) -> Result:
    """Passes after so many hours without an alarm. An alarm of the source makes them begin again when it ends."""
    wanted = request.target.promotion.soak_hours
    with request.in_source.entered():
        runs = deployed(request.source.name)
    if problem := _not_running(request, runs):
        return Result(gate=NAME, passed=False, reason=problem, evidence={"wanted hours": wanted})
    assert runs
    watched = _alarms(request.in_source, runs.since, request.now)
    rang = [alarm for alarm in watched if alarm["rang"]]
    quiet_from = max([runs.since, *(alarm["rang"] for alarm in rang)])
    hours = (request.now - quiet_from) / timedelta(hours=1)
    ringing = sorted(alarm["name"] for alarm in watched if alarm["state"] == "ALARM")
    evidence = {
        "wanted hours": wanted,
        "hours": round(hours, 2),
        "since": runs.since.isoformat(),
        "quiet since": quiet_from.isoformat(),
        "alarms": len(watched),
        "in alarm": ringing,
        "rang": {alarm["name"]: alarm["rang"].isoformat() for alarm in rang},
    }
    name = request.source.name
    if ringing:
        said = f"in alarm in {name} now: {', '.join(ringing)}"
    elif wanted and not watched:
        said = f"no alarm watches {name} (none is named {request.source.prefix}-*), so nobody knows how it went"
    elif hours < wanted:
        last = max(rang, key=lambda alarm: alarm["rang"])["name"] if rang else None
        after = f"since the alarm {last}" if last else f"in {name}"
        at = quiet_from + timedelta(hours=wanted)
        said = f"{hours:.1f} of {wanted} hours {after}; enough at {at:%Y-%m-%d %H:%M} UTC"
    else:
        said = f"{hours:.1f} hours in {name} without an alarm, {wanted} are wanted"
        return Result(gate=NAME, passed=True, reason=said, evidence=evidence)
    return Result(gate=NAME, passed=False, reason=said, evidence=evidence)


def _not_running(request: Request, runs: Deployed | None) -> str | None:
    name = request.source.name
    if runs is None:
        return f"no release was deployed in {name} yet"
    if runs.release.subject != request.origin.subject:
        return f"{name} runs {runs.release.name}, not {request.origin.name}: deploy it first"
    if runs.since > request.now:
        return (
            f"{name} says that it runs this since {runs.since:%Y-%m-%d %H:%M} UTC, which is yet to come: set the clocks"
        )
    return None


def _alarms(account: Account, since: datetime, now: datetime) -> list[dict[str, Any]]:
    """The environment's alarms: name, state, and when each `rang` last since then, None if it did not."""
    cloudwatch = account.client("cloudwatch")
    prefix = f"{account.environment.prefix}-"
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, AlarmTypes=KINDS)
    found = [alarm for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for alarm in page.get(kind, [])]
    # The emulator keeps no history.
    local = account.variables.get("GROUNDWAY_CLOUD") == "local"
    rang = _changed(found, since) if local else _history(cloudwatch, since, now)
    return [{"name": a["AlarmName"], "state": a["StateValue"], "rang": rang.get(a["AlarmName"])} for a in found]


def _changed(alarms: list[dict[str, Any]], since: datetime) -> dict[str, datetime]:
    """The alarms whose state changed since then, by name: one that is silent now may have rung before."""
    changed = {a["AlarmName"]: a["StateUpdatedTimestamp"] for a in alarms if a["StateUpdatedTimestamp"] >= since}
    made = {a["AlarmName"]: a["AlarmConfigurationUpdatedTimestamp"] for a in alarms}
    return {name: time for name, time in changed.items() if time - made[name] > MADE}


def _history(cloudwatch: Any, since: datetime, now: datetime) -> dict[str, datetime]:
    """When alarms last began or ceased to ring since then, by name."""
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmTypes=KINDS, HistoryItemType="StateUpdate", StartDate=since, EndDate=now, ScanBy="TimestampAscending"
    )
    return {
        item["AlarmName"]: item["Timestamp"] for page in pages for item in page["AlarmHistoryItems"] if _rings(item)
    }


def _rings(item: dict[str, Any]) -> bool:
    data = json.loads(item.get("HistoryData") or "{}")
    return "ALARM" in {data.get(key, {}).get("stateValue") for key in ("oldState", "newState")}
