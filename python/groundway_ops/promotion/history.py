"""Which releases an environment had, as its evidence tells: enough to come back to any of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from groundway.errors import InvalidInput, Refused
from groundway.release import Release
from groundway_ops.evidence import Entry
from groundway_ops.promotion.desk import Desk

MADE = ("cut", "promotion")
RAN = ("cut", "deploy", "rollback")


@dataclass(frozen=True)
class Snapshot:
    """A release with the text of its environment.yaml, and when and how the evidence told of it last."""

    release: Release
    configuration: str
    kind: str
    time: datetime
    by: str


def snapshots(desk: Desk, *kinds: str) -> list[Snapshot]:
    """The events of these kinds (default: all that tell of a release), oldest first."""
    wanted = kinds or (*MADE, "deploy", "rollback")
    return [_snapshot(entry) for entry in desk.entries(*wanted)]  # type: ignore[arg-type]


def find(desk: Desk, name: str) -> Snapshot:
    """The release of that name. Raises `InvalidInput`, naming near ones, when the environment never had it."""
    known = {s.release.name: s for s in snapshots(desk)}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InvalidInput(f"{desk.name} never had a release {name!r}; {meant}groundway release list {desk.name}")
    return known[name]


def stack(events: Sequence[Snapshot]) -> list[Snapshot]:
    """What ran, the present one last; a way back takes off what came after."""
    ran: list[Snapshot] = []
    for event in events:
        names = [s.release.name for s in ran]
        if event.kind == "rollback" and event.release.name in names:
            ran = ran[: len(names) - names[::-1].index(event.release.name)]
        elif not ran or names[-1] != event.release.name:
            ran.append(event)
    return ran


def known(desk: Desk, release: Release) -> Snapshot:
    """The evidence of how `release` came to be pinned. Raises `Refused` where there is none: it passed no gate."""
    for snapshot in reversed(snapshots(desk, *MADE, "rollback")):
        if snapshot.release == release:
            return snapshot
    raise Refused(
        f"environments/{desk.name}/release.yaml pins {release.name}, of which its evidence does not know "
        "like this: it passed no gate. Take the file back as it was committed."
    )


def _snapshot(entry: Entry) -> Snapshot:
    event = entry.event
    release = Release.model_validate_json(json.dumps(event.details["release"]))
    return Snapshot(release, str(event.details["configuration"]), event.kind, event.time, event.by)
