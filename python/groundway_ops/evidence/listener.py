"""The keeper of `groundway.events`: what the runtime tells goes to the log of its environment."""

from datetime import UTC, datetime

import click

from groundway import environment, platform
from groundway.errors import InvalidInput
from groundway.events import Happening
from groundway.release import deployed
from groundway_ops.evidence.caller import identity
from groundway_ops.evidence.event import Event
from groundway_ops.evidence.log import open_at
from groundway_ops.evidence.place import Forbidden, NoEvidence, Place


def keep(happening: Happening) -> None:
    """Append it. Where no evidence is kept yet, say so and go on; any other failure is raised.

    The role of pipelines signs no evidence: of a retraining, the release tells that is cut of its version.
    """
    try:
        place = _place(happening.environment)
        log = open_at(place)
        if log.find(happening.id):
            return  # told again; another release may run by now
        event = Event.model_validate(
            {
                "id": happening.id,
                "kind": happening.kind,
                "environment": happening.environment,
                "time": datetime.now(UTC),
                "by": identity(place.region),
                "release": _release(happening.environment),
                "reason": happening.reason,
                "details": dict(happening.details),
            }
        )
        log.append(event)
    except NoEvidence as e:
        click.echo(f"no evidence of this {happening.kind}: {e.message}", err=True)
    except Forbidden as e:
        if happening.kind != "retrain":
            raise
        click.echo(f"no evidence of this retraining until a release is cut: {e.message}", err=True)


def _place(name: str) -> Place:
    """By the checkout; where there is none, as in a container, by what the stacks published."""
    try:
        environment.checkout()
    except InvalidInput:
        return Place.on(platform.load(name))
    return Place.of(environment.load(name))


def _release(name: str) -> str | None:
    """The release that runs there; None without one, or with one that only another version can read."""
    try:
        found = deployed(name)
    except InvalidInput:
        return None
    return found.release.name if found else None
