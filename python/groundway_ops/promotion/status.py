"""All environments side by side: what is pinned, what runs, since when, what differs, what waits."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from groundway import environment as environments
from groundway import release as releases
from groundway.errors import GroundwayError
from groundway.release import Release
from groundway.release.pin import differing
from groundway_ops.promotion import journal, traffic
from groundway_ops.promotion.desk import Desk, Report


class Status(BaseModel):
    """One environment. `drift` says how what runs differs from the pin; `pending` what could move on from here."""

    model_config = ConfigDict(frozen=True)

    environment: str
    pinned: Release | None
    running: Release | None
    since: datetime | None
    drift: tuple[str, ...] = ()
    busy: str | None = None
    pending: tuple[str, ...] = ()
    problem: str | None = None

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def status(root: Path | None, report: Report) -> list[Status]:
    """Every environment, those that models come from first. One that cannot be asked says why in `problem`."""
    checkout = environments.checkout(root)
    found = {name: _of(name, checkout, report) for name in chain(checkout)}
    return [_with_pending(one, found, checkout) for one in found.values()]


def chain(root: Path) -> list[str]:
    """The environments, each after those that promote to it."""
    loaded = environments.load_all(root)
    order: list[str] = []
    while len(order) < len(loaded):
        ready = [n for n in loaded if n not in order and set(sources(n, root)) <= set(order)]
        order += ready or [n for n in loaded if n not in order]
    return order


def sources(name: str, root: Path) -> list[str]:
    """The environments that promote to `name`."""
    loaded = environments.load_all(root)
    account = loaded[name].account
    return [other for other, e in loaded.items() if other != name and account in e.access.promoted_to]


def _of(name: str, root: Path, report: Report) -> Status:
    try:
        pinned = releases.pinned(root, name)
    except GroundwayError as e:
        return Status(environment=name, pinned=None, running=None, since=None, problem=e.message)
    try:
        desk = Desk.of(name, report, root)
        with desk.account.entered():
            deployed = releases.deployed(name)
            served = traffic.served(desk, deployed.release) if deployed else []
        under_way = journal.find(desk.account)
    except GroundwayError as e:
        return Status(environment=name, pinned=pinned, running=None, since=None, problem=e.message)
    running = deployed.release if deployed else None
    busy = None
    if under_way:
        busy = f"{under_way[0]}{', whose process died' if under_way[0].dead else ''}"
    return Status(
        environment=name,
        pinned=pinned,
        running=running,
        since=deployed.since if deployed else None,
        drift=(*_drift(pinned, running, root), *served),
        busy=busy,
    )


def _drift(pinned: Release | None, running: Release | None, root: Path) -> list[str]:
    found = []
    if pinned and running is None:
        found.append(f"{pinned.name} is pinned and not deployed")
    elif pinned and running and pinned != running:
        found.append(f"{pinned.name} is pinned, {running.name} runs")
    elif running and not pinned:
        found.append(f"{running.name} runs, and nothing is pinned")
    if pinned:
        found += [f"this checkout is ahead: {how}" for how in differing(root, pinned)]
    return found


def _with_pending(one: Status, others: dict[str, Status], root: Path) -> Status:
    pending = []
    for name in sources(one.environment, root):
        there = others[name].pinned
        if there and (one.pinned is None or not one.pinned.origin or one.pinned.origin != f"{name}/{there.name}"):
            pending.append(f"{name}/{there.name}: groundway promote {name} {one.environment}")
    return one.model_copy(update={"pending": tuple(pending)})
