"""GPU pools whose nodes have more accelerators than any of them ever gave away."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

from groundway.environment.accelerators import ACCELERATORS
from groundway_ops.cost.bill.advice import measured
from groundway_ops.cost.bill.advice.record import Advice, number
from groundway_ops.cost.bill.advice.scene import Scene, file
from groundway_ops.cost.price_book import Price, Purchase

KIND = "smaller nodes"
NEEDS = ("gpus",)


def advise(scene: Scene) -> Iterator[Advice]:
    """The cheapest type with the same accelerator and enough of them for the fullest hour of the fullest node."""
    for pool in measured.pools(scene):
        purchase: Purchase = "spot" if pool.bought == "SpotUsage" else "on_demand"
        now = scene.node(pool.type, purchase, pool.region)
        peak = _peak(scene, pool)
        fitting = [
            (price, name)
            for name, made in ACCELERATORS.items()
            if made.kind == pool.kind and peak <= made.count < pool.gpus
            if (price := scene.node(name, purchase, pool.region))
        ]
        if now and fitting:
            price, name = min(fitting, key=lambda both: both[0].usd)
            if price.usd < now.usd:
                yield _advice(scene, pool, now, price, name, peak)


def _advice(scene: Scene, pool: SimpleNamespace, now: Price, price: Price, name: str, peak: int) -> Advice:
    keys = [key for key, _ in scene.pools(pool.environment, pool.type)]
    return Advice(
        kind=KIND,
        what=pool.what,
        team=pool.teams,
        environment=pool.environment,
        saving=pool.spend * (1 - Decimal(number(price.usd)) / Decimal(number(now.usd))),
        arithmetic=f"{number(pool.spend)} x (1 - {number(price.usd)} / {number(now.usd)})",
        sure="low" if "assumed" in (price.confidence, now.confidence) else "medium",
        how=f"{file(pool.environment)}: {keys[0] if keys else 'gpu_pools.<pool>'}.instance_types: [{name}]",
        rests_on=(
            f"no node gave away more than {peak} of its {pool.gpus} GPUs in any hour; {name} has "
            f"{ACCELERATORS[name].count} of the same kind at {number(price.usd)} USD an hour beside "
            f"{number(now.usd)}. Look whether its processors, memory and network are enough"
        ),
        lines=frozenset(pool.lines),
    )


def _peak(scene: Scene, pool: SimpleNamespace) -> int:
    found = scene.ask(
        "SELECT CAST(ceil(max(allocated) - 1e-6) AS INTEGER) AS peak FROM gpu_hours "
        "WHERE (environment, region, type, bought) IS NOT DISTINCT FROM (?, ?, ?, ?)",
        pool.environment,
        pool.region,
        pool.type,
        pool.bought,
    )
    return max(int(found[0].peak), 1)
