"""Node pools without accelerators that have more nodes than their pods ask for."""

from collections.abc import Iterator

from groundway_ops.cost.bill.advice import fewer_nodes, measured
from groundway_ops.cost.bill.advice.record import Advice, named, number
from groundway_ops.cost.bill.advice.scene import Scene

KIND = "oversized CPU pool"
NEEDS = ("pods",)
# GB of memory for each vCPU, by the letter that AWS's names begin with.
MEMORY = {"c": 2, "m": 4, "r": 8}
_SPARE = """
WITH hourly AS (
    SELECT p.hour, count(DISTINCT p.instance) AS there,
        least(ceil(greatest(sum(p.cpus) / ?, sum(p.memory_gb) / ?) * ? - 1e-6), count(DISTINCT p.instance)) AS need
    FROM pods p JOIN nodes n ON p.instance = n.instance
    WHERE (n.environment, n.region, n.type, n.bought) IS NOT DISTINCT FROM (?, ?, ?, ?)
        AND CAST(p.hour AS DATE) BETWEEN ? AND ?
    GROUP BY p.hour
) SELECT CAST(sum(there - greatest(need, ?)) FILTER (there > ?) AS DECIMAL(28, 6)) AS hours,
    CAST(max(greatest(need, ?)) AS INTEGER) AS most, max(there) AS there, sum(there) AS measured FROM hourly"""


def advise(scene: Scene) -> Iterator[Advice]:
    """Each hour needs the nodes that its pods' requests fill, with headroom; in production, one in each zone."""
    measured.prepare(scene)
    for pool in scene.ask(
        f"SELECT {measured.POOL}, sum(spend) AS spend, sum(hours) AS hours, flatten(list(lines)) AS lines, "
        f"flatten(list(teams)) AS teams FROM nodes WHERE type NOT IN (SELECT type FROM accelerators) "
        f"GROUP BY {measured.POOL} ORDER BY ALL"
    ):
        cpus, gb = scene.book.vcpus.get(pool.type), MEMORY.get(pool.type[:1])
        if not cpus or not gb:
            continue
        told = scene.environments.get(pool.environment)
        least = told.network.zones if told and scene.produces(pool.environment) else 1
        kind = (pool.environment, pool.region, pool.type, pool.bought)
        room = (cpus, cpus * gb, float(scene.thresholds.cpu_headroom))
        spare = scene.ask(_SPARE, *room, *kind, *scene.days, least, least, least)[0]
        if not spare.hours or spare.measured < pool.hours * scene.thresholds.measured:
            continue
        hours, of = spare.hours, max(pool.hours, spare.measured)
        if hours < of * scene.thresholds.spare:
            continue
        yield Advice(
            kind=KIND,
            what=measured.called(pool),
            team=named(pool.teams),
            environment=pool.environment,
            saving=pool.spend * hours / of,
            arithmetic=f"{number(pool.spend)} x {number(hours)} h / {number(of)} h",
            sure="medium",
            how=fewer_nodes.how(scene, pool, spare),
            rests_on=(
                f"what pods asked for, times {scene.thresholds.cpu_headroom}, would have filled {spare.most} of "
                f"{spare.there} nodes in the fullest hour ({cpus} vCPUs and {cpus * gb} GB each); at least {least} stay"
            ),
            lines=frozenset(pool.lines),
        )
