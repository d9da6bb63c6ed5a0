"""How much of their nodes the pools used, hour by hour: what was measured of GPUs, joined with the nodes of the bill.

A pool here is the nodes of one environment, region, instance type and way of buying: the bill knows no pools.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from groundway_ops.cost.bill.advice.record import Unjudged, named, number
from groundway_ops.cost.bill.advice.scene import Scene

POOL = "environment, region, type, bought"
_NODES = f"""
CREATE TEMP TABLE IF NOT EXISTS nodes AS
SELECT id AS instance, {POOL}, sum(spend) AS spend, sum(quantity) AS hours, list(line) AS lines,
    list(DISTINCT team) AS teams
FROM (SELECT *, split_part(meter, ':', 1) AS bought FROM lines WHERE regexp_matches(meter, '^(BoxUsage|SpotUsage):'))
WHERE id IS NOT NULL GROUP BY id, {POOL}"""
# By node and hour. Busy is what is neither idle nor unallocated: what nobody measured counts as busy.
_HOURS = f"""
CREATE TEMP TABLE IF NOT EXISTS gpu_hours AS
SELECT {", ".join(f"n.{column}" for column in POOL.split(", "))}, n.instance, hour, accelerators.kind,
    accelerators.gpus, sum(g.hours) AS measured,
    sum(g.hours - coalesce(unallocated, 0)) AS allocated,
    sum(g.hours - coalesce(unallocated, 0) - coalesce(idle, 0)) AS busy,
    coalesce(sum(g.hours - coalesce(unallocated, 0)) FILTER (stands), 0) AS standing,
    coalesce(sum(coalesce(useful, 0) + coalesce(unknown, 0)) FILTER (stands), 0) AS standing_useful
FROM (SELECT *, coalesce(run, 'standing') = 'standing' AS stands FROM gpus) g
JOIN nodes n ON g.instance = n.instance JOIN accelerators ON n.type = accelerators.type
WHERE CAST(hour AS DATE) BETWEEN ? AND ? GROUP BY ALL"""
_POOLS = f"""
SELECT {POOL}, sum(spend) AS spend, sum(hours) AS hours, flatten(list(lines)) AS lines,
    flatten(list(teams)) AS teams, any_value(seen.gpus) AS gpus, any_value(seen.kind) AS kind,
    CAST(coalesce(any_value(measured), 0) / any_value(seen.gpus) AS DECIMAL(28, 6)) AS measured
FROM nodes JOIN (
    SELECT {POOL}, any_value(gpus) AS gpus, any_value(kind) AS kind, sum(measured) AS measured
    FROM gpu_hours GROUP BY {POOL}
) seen USING ({POOL}) GROUP BY {POOL} ORDER BY ALL"""


def pools(scene: Scene) -> Iterator[SimpleNamespace]:
    """Pools of GPU nodes that were measured for long enough to judge; `teams` in one word. `hours`: node-hours."""
    prepare(scene)
    for pool in scene.ask(_POOLS):
        if pool.measured >= pool.hours * scene.thresholds.measured:
            pool.teams = named(pool.teams)
            pool.what = called(pool)
            yield pool


def unmeasured(scene: Scene) -> Iterator[Unjudged]:
    """GPU nodes that are billed and that nobody, or hardly anybody, measured."""
    prepare(scene)
    judged = {_key(pool) for pool in pools(scene)}
    for pool in scene.ask(
        f"SELECT {POOL}, sum(hours) AS hours, sum(spend) AS spend FROM nodes JOIN accelerators USING (type) "
        f"GROUP BY {POOL} ORDER BY ALL"
    ):
        if _key(pool) not in judged:
            yield Unjudged(f"{called(pool)}: too few of its {pool.hours:,.0f} node-hours were measured to judge it")


def spare(scene: Scene, pool: SimpleNamespace, needed: str, *values: Any) -> SimpleNamespace:
    """Node-hours that went beyond what each hour needed; `needed` is SQL for the GPUs that an hour needed, of the sums
    `allocated`, `busy`, `standing` over the pool. `most` nodes were needed, `there` were there at most. `enough`:
    whether so many are worth to speak of; `saving`, with its `arithmetic`: what they cost."""
    found = scene.ask(
        f"""WITH hourly AS (
            SELECT hour, sum(measured) / any_value(gpus) AS there, ceil({needed} / any_value(gpus) - 1e-6) AS need
            FROM gpu_hours WHERE (environment, region, type, bought) IS NOT DISTINCT FROM (?, ?, ?, ?) GROUP BY hour
        ) SELECT CAST(sum(greatest(there - need, 0)) AS DECIMAL(28, 6)) AS hours, CAST(max(need) AS INTEGER) AS most,
            CAST(ceil(max(there) - 1e-6) AS INTEGER) AS there FROM hourly""",
        *values,
        *_key(pool),
    )[0]
    of = max(pool.hours, pool.measured)
    found.enough = found.hours >= of * scene.thresholds.spare
    found.saving = pool.spend * found.hours / of
    found.arithmetic = f"{number(pool.spend)} x {number(found.hours)} h / {number(of)} h"
    return found


def prepare(scene: Scene) -> None:
    scene.db.execute(_NODES)
    scene.db.execute(_HOURS, list(scene.days))


def called(pool: SimpleNamespace) -> str:
    how = " on spot" if pool.bought == "SpotUsage" else ""
    return f"{pool.type} nodes{how} of {pool.environment or '(none)'}"


def _key(pool: SimpleNamespace) -> tuple[str | None, ...]:
    return pool.environment, pool.region, pool.type, pool.bought
