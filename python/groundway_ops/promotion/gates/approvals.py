"""Enough people, none of them involved, have approved exactly this."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from groundway_ops.promotion.gates.gate import Request, Result

if TYPE_CHECKING:
    from groundway_ops.evidence import Event

NAME = "approvals"
SKEW = timedelta(minutes=5)  # clocks differ; an approval from further ahead was not given yet


def approvals(request: Request) -> Result:
    """Passes with as many approvals of the candidate's subject as the target wants, each of another person.

    Those of who asks and of who made the release do not count, nor those that are too old.
    """
    rules = request.target.promotion
    counted: dict[str, Event] = {}
    passed_over: list[str] = []
    others = 0
    for event in _given(request):
        if event.details.get("subject") != request.candidate.subject:
            others += 1
        elif why := _objection(event, request):
            passed_over.append(f"{event.by}: {why}")
        else:
            counted[person(event.by)] = event
    passed = len(counted) >= rules.approvals
    missing = "" if passed else f": groundway approve {request.target.name} by somebody else"
    reason = f"{len(counted)} of {rules.approvals} approvals{missing}"
    if passed_over:
        reason += f"; not counted: {'; '.join(passed_over)}"
    if others and not passed:
        reason += f"; {others} given to something else"
    evidence = {
        "subject": request.candidate.subject,
        "wanted": rules.approvals,
        "days": rules.approval_days,
        "requester": request.requester,
        "approved": [_evidence(event) for event in counted.values()],
        "not counted": passed_over,
        "for something else": others,
    }
    return Result(gate=NAME, passed=passed, reason=reason, evidence=evidence)


def person(identity: str) -> str:
    """Whom an ARN is of, whichever role or account they act in: the name of the user, or of a role's session."""
    return identity.casefold() if identity.endswith(":root") else identity.rpartition("/")[2].casefold()


def _given(request: Request) -> Iterable["Event"]:
    """All approvals that were given in the target, in order."""
    from groundway_ops.evidence import NoEvidence, open_log

    try:
        with request.in_target.entered():
            return [entry.event for entry in open_log(request.target).entries("approval")]
    except NoEvidence:
        return []


def _objection(event: "Event", request: Request) -> str | None:
    days = request.target.promotion.approval_days
    if person(event.by) == person(request.requester):
        return "asks for this promotion"
    if person(event.by) in (person(request.origin.by), person(request.candidate.by)):
        return "made the release"
    if event.time > request.now + SKEW:
        return f"approved at {event.time:%Y-%m-%d %H:%M} UTC, which is yet to come: a clock is wrong"
    if event.time < request.now - timedelta(days=days):
        return f"approved on {event.time:%Y-%m-%d}, over {days} days ago: expired"
    return None


def _evidence(event: "Event") -> dict[str, str]:
    return {"id": event.id, "by": event.by, "time": event.time.isoformat(), "reason": event.reason}
