"""Capacity that was reserved, billed and not used."""

from collections.abc import Iterator

from groundway_ops.cost.bill.advice.record import Advice, named, number
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "unused reservation"
NEEDS = ()


def advise(scene: Scene) -> Iterator[Advice]:
    """AWS bills the part of a reservation in which no instance runs as UnusedBox, or UnusedDed if dedicated."""
    for found in scene.ask(
        "SELECT environment, type, region, id, list(team) AS teams, sum(spend) AS spend, sum(quantity) AS hours, "
        "list(line) AS lines FROM lines WHERE NOT gone AND regexp_matches(meter, '^Unused(Box|Ded):') "
        "GROUP BY environment, type, region, id ORDER BY ALL"
    ):
        keys = [key for key, pool in scene.pools(found.environment, found.type) if pool.capacity == "reserved"]
        key = f"{file(found.environment)}: {keys[0]}.reservation.instances" if keys else "cancel it in EC2"
        yield Advice(
            kind=KIND,
            what=f"reservation {found.id or '(unnamed)'} of {found.type}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend,
            arithmetic=f"{number(found.spend)} USD billed",
            sure="high",
            how=f"{key}: fewer, or `capacity: on_demand` if it may wait for capacity",
            rests_on=f"{number(found.hours)} hours billed as unused, {number(found.spend / found.hours)} USD each",
            lines=frozenset(found.lines),
        )
