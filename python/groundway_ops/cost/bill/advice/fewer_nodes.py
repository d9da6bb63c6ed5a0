"""GPU pools with more nodes than their load needed."""

from collections.abc import Iterator
from types import SimpleNamespace

from groundway_ops.cost.bill.advice import measured
from groundway_ops.cost.bill.advice.record import Advice, Unjudged, number
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "oversized GPU pool"
NEEDS = ("gpus",)


def advise(scene: Scene) -> Iterator[Advice | Unjudged]:
    """Each hour needs the nodes that its busy GPUs fill; what was there beyond that, hour by hour, is to spare."""
    yield from measured.unmeasured(scene)
    for pool in measured.pools(scene):
        spare = measured.spare(scene, pool, "sum(busy)")
        if not spare.enough:
            continue
        yield Advice(
            kind=KIND,
            what=pool.what,
            team=pool.teams,
            environment=pool.environment,
            saving=spare.saving,
            arithmetic=spare.arithmetic,
            sure="medium",
            how=how(scene, pool, spare),
            rests_on=(
                f"{number(pool.hours)} node-hours, of which {number(spare.hours)} had no busy GPU beyond what "
                f"the others could take; the busiest hour needed {spare.most} of {spare.there} nodes. Work must be "
                "able to share nodes, and none is kept in reserve"
            ),
            lines=frozenset(pool.lines),
        )


def how(scene: Scene, pool: SimpleNamespace, spare: SimpleNamespace) -> str:
    """The first key that keeps more nodes than were needed; else what holds the nodes."""
    for key, told in scene.pools(pool.environment, pool.type):
        if told.capacity == "reserved":
            return f"{file(pool.environment)}: {key}.reservation.instances: {max(spare.most, 1)}, with max"
        for size in ("min", "desired"):
            if (now := getattr(told, size)) > spare.most:
                return f"{file(pool.environment)}: {key}.{size}: {spare.most} (is {now})"
        if max(spare.most, 1) < min(spare.there, told.max):
            return f"{file(pool.environment)}: {key}.max: {max(spare.most, 1)} (is {told.max})"
    return "end the pods that hold GPUs and leave them idle; the autoscaler takes nodes away that nobody is on"
