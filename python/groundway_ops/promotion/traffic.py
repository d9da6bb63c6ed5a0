"""The servers of an environment on this machine: they take up what a release pins, step by step or at once."""

from groundway.errors import GroundwayError, Refused
from groundway.release import Release
from groundway.serving import process
from groundway_ops.promotion.desk import Desk


class TakenBack(Refused):
    """A model did worse than the one it was to replace, and does not get the traffic."""


def shift(desk: Desk, release: Release) -> None:
    """Roll out every model as `promotion.rollout` says, where a server runs; one that it serves already is left alone.

    The account must be entered. Raises `TakenBack` when one was taken back.
    """
    from groundway_ops.rollout import LocalTarget, rollout

    rules = desk.environment.promotion.rollout
    for name, pin in sorted(release.models.items()):
        if process.find(name, desk.name) is None:
            desk.report(f"{name}: no server of it runs here; one that is started takes up version {pin.version}")
            continue
        outcome = rollout(LocalTarget(name, desk.name), pin, rules, desk.report)
        if not outcome.finished:
            raise TakenBack(f"{name} version {pin.version} was taken back: {outcome.reason}")


def take_up(desk: Desk, release: Release) -> None:
    """Have the servers serve what `release` pins and the runtime is told of, at once. The account must be entered."""
    from groundway_ops.rollout import LocalTarget

    for name in sorted(release.models):
        if process.find(name, desk.name) is not None:
            LocalTarget(name, desk.name).abort()  # what a rollout that died left half-way
            version, changed = process.reload(name, desk.name)
            desk.report(f"{name}: version {version} is served{'' if changed else ' as before'}")


def served(desk: Desk, release: Release) -> list[str]:
    """Where a server here serves another version than the release pins, in words. The account must be entered."""
    found = []
    for name, pin in sorted(release.models.items()):
        running = process.find(name, desk.name)
        if running is None:
            continue
        try:
            variants = process.variants(name, desk.name)["variants"]
        except GroundwayError as e:
            found.append(f"the server of {name} does not answer: {e.message}")
            continue
        for v in variants:
            if v["digest"] != pin.digest:
                found.append(f"{name}: version {v['version']} answers {v['weight']:.0%}, {pin.version} is pinned")
    return found
