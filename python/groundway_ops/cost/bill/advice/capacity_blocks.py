"""Long stretches on demand that could have been bought as capacity blocks."""

from collections.abc import Iterator
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import MICRO, Advice, Sure, named, number, some
from groundway_ops.cost.bill.advice.scene import Scene, file
from groundway_ops.cost.price_book import Price

KIND = "capacity block"
NEEDS = ()
# Instances that ran around the clock for days in a row: of a stretch without gaps, the days are as many as it is long.
_STRETCHES = """
WITH instances AS (
    SELECT environment, region, type, id, sum(spend) AS spend, sum(quantity) AS hours, list(line) AS lines,
        list(DISTINCT team) AS teams, bit_or(days) AS days
    FROM lines WHERE meter LIKE 'BoxUsage:%' AND coalesce(pricing, 'Standard') = 'Standard'
    GROUP BY environment, region, type, id
)
SELECT environment, region, type, count(*) AS nodes, sum(spend) AS spend, sum(hours) AS hours,
    CAST(sum(bit_count(days)) AS INTEGER) AS days, flatten(list(lines)) AS lines,
    flatten(list(teams)) AS teams
FROM instances
WHERE bit_count(days) >= ? AND hours >= ? * bit_count(days)
    AND contains(CAST(days AS VARCHAR), repeat('1', CAST(bit_count(days) AS INTEGER)))
GROUP BY environment, region, type ORDER BY ALL"""


def advise(scene: Scene) -> Iterator[Advice]:
    limits = scene.thresholds
    for found in scene.ask(_STRETCHES, limits.block_days, limits.block_hours):
        told = scene.pools(found.environment, found.type)
        price = scene.node(found.type, "capacity_block", found.region)
        if price is None or any(pool.capacity == "reserved" for _, pool in told):
            continue
        if found.days * 24 * price.usd < found.spend:
            yield _advice(found, price, told[0][0] if told else "gpu_pools.<pool>")


def _advice(found: SimpleNamespace, price: Price, key: str) -> Advice:
    usd = price.usd.quantize(MICRO)
    sure: Sure = "medium" if price.confidence == "list" else "low"
    return Advice(
        kind=KIND,
        what=f"{some(found.nodes, f'{found.type} node')} around the clock",
        team=named(found.teams),
        environment=found.environment,
        saving=found.spend - found.days * 24 * usd,
        arithmetic=f"{number(found.spend)} - {found.days} days x 24 h x {number(usd)}",
        sure=sure,
        how=(
            f"aws ec2 describe-capacity-block-offerings, then {file(found.environment)}: {key}.capacity: reserved and "
            f"{key}.reservation.capacity_block"
        ),
        rests_on=(
            f"{number(found.hours)} hours at {number(found.spend / found.hours)} USD on {found.days} days without a "
            f"gap; a block costs {number(usd)} an hour ({price.source}), is paid in advance, and has to be on offer"
        ),
        lines=frozenset(found.lines),
    )
