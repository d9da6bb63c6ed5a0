"""Object Lock: whether everything in a log is kept as strictly, and as long, as was said when it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.place import Place
from groundway_ops.evidence.retention import Retention
from groundway_ops.evidence.store import Stored

ROUNDED = timedelta(minutes=1)


def problems(
    place: Place,
    bucket: Retention | None,
    entries: Mapping[int, Stored],
    checkpoints: Mapping[int, Stored],
    signed: Mapping[int, Checkpoint],
) -> Iterator[str]:
    """`bucket`: what it locks new objects with. Each checkpoint says what it was when its entries were written."""
    if bucket is None:
        yield f"bucket {place.bucket} does not lock what is written to it: deploy the stacks of {place.environment}"
    elif place.retention and _weaker(bucket, place.retention):
        yield (
            f"bucket {place.bucket} locks with {_told(bucket)}, audit in environment.yaml says "
            f"{_told(place.retention)}: deploy the stacks of {place.environment}"
        )
    for index, stored in entries.items():
        size = min((size for size in signed if size > index), default=None)
        yield from _unlocked(f"entry {index}", stored, signed[size].retention if size else bucket)
    for size, stored in checkpoints.items():
        yield from _unlocked(f"checkpoint {size}", stored, signed[size].retention if size in signed else bucket)


def _unlocked(what: str, stored: Stored, wanted: Retention | None) -> Iterator[str]:
    lock = stored.lock
    if lock is None:
        yield f"{what} has no Object Lock"
    elif wanted:
        until = stored.modified + timedelta(days=wanted.days)
        if lock.until < until - ROUNDED:
            yield f"{what} is locked until {lock.until:%F %T} UTC, not until {until:%F %T}: shortened"
        if wanted.mode == "COMPLIANCE" != lock.mode:
            yield f"{what} is locked in mode {lock.mode}, not {wanted.mode}"


def _weaker(one: Retention, than: Retention) -> bool:
    return one.days < than.days or (than.mode == "COMPLIANCE" != one.mode)


def _told(retention: Retention) -> str:
    return f"{retention.mode} for {retention.days} days"
