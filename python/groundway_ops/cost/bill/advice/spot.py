"""Nodes on demand whose work may be interrupted."""

from collections.abc import Iterator
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import MICRO, Advice, Sure, Unjudged, number, some
from groundway_ops.cost.bill.advice.scene import Scene, file
from groundway_ops.cost.price_book import Price

KIND = "spot"
NEEDS = ()


def advise(scene: Scene) -> Iterator[Advice | Unjudged]:
    """Training runs anywhere, and everything outside production; not what runs in a reservation."""
    for found in scene.ask(
        "SELECT environment, team, region, type, coalesce(run, 'standing') <> 'standing' AS trains, "
        "count(DISTINCT resource) AS nodes, sum(spend) AS spend, sum(quantity) AS hours, list(line) AS lines "
        "FROM lines WHERE meter LIKE 'BoxUsage:%' AND coalesce(pricing, 'Standard') = 'Standard' "
        "GROUP BY environment, team, region, type, trains ORDER BY ALL"
    ):
        told = scene.pools(found.environment, found.type)
        if (not found.trains and scene.produces(found.environment)) or any(p.capacity == "reserved" for _, p in told):
            continue
        price = scene.node(found.type, "spot", found.region)
        if price is None:
            yield Unjudged(f"{found.type} in {found.region}: the price book has no spot price")
        elif found.hours * price.usd * scene.thresholds.interruptions < found.spend:
            yield _advice(scene, found, price)


def _advice(scene: Scene, found: SimpleNamespace, price: Price) -> Advice:
    more, usd = scene.thresholds.interruptions, price.usd.quantize(MICRO)
    sure: Sure = "low" if price.confidence == "assumed" else "medium"
    work = "training runs" if found.trains else "work outside production"
    return Advice(
        kind=KIND,
        what=f"{some(found.nodes, f'{found.type} node')} for {work}",
        team=found.team,
        environment=found.environment,
        saving=found.spend - found.hours * usd * more,
        arithmetic=f"{number(found.spend)} - {number(found.hours)} h x {number(usd)} x {number(more)}",
        sure=sure,
        how=_how(scene, found),
        rests_on=(
            f"{number(found.hours)} hours at {number(found.spend / found.hours)} USD; on spot {number(usd)}, "
            f"{price.source}; times {number(more)} because interrupted work is done again from its last checkpoint"
        ),
        lines=frozenset(found.lines),
    )


def _how(scene: Scene, found: SimpleNamespace) -> str:
    keys = [key for key, _ in scene.pools(found.environment, found.type)]
    if found.trains and scene.produces(found.environment):
        return f"{file(found.environment)}: a pool of its own under gpu_pools with `capacity: spot` for training"
    return f"{file(found.environment)}: {keys[0] if keys else 'gpu_pools.<pool>'}.capacity: spot"
