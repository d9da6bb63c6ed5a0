"""`groundway approve`: somebody who looked at it says that exactly this may move on."""

from datetime import UTC, datetime, timedelta

from groundway_ops.evidence import Entry, Event
from groundway_ops.promotion.candidate import candidate
from groundway_ops.promotion.desk import Desk


def approve(source: Desk, target: Desk, reason: str) -> tuple[Entry, datetime]:
    """Adds the approval of the caller, as AWS knows them, to the target's evidence; returns it and until when it holds.

    It is given to the content of the release: to other models, code or configuration it does not apply.
    """
    wanted, origin = candidate(source, target)
    now = datetime.now(UTC)
    what = f"{wanted.subject}:{origin.name}"
    event = Event(
        id=f"approval:{what}:{target.caller}:{now:%Y-%m-%d}",  # a second one on a day says nothing new
        kind="approval",
        environment=target.name,
        time=now,
        by=target.caller,
        release=f"{source.name}/{origin.name}",
        reason=reason,
        details={"subject": wanted.subject},
    )
    with target.account.entered():
        entry = target.log.append(event)
    return entry, entry.event.time + timedelta(days=target.environment.promotion.approval_days)
