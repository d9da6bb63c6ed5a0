"""From samples to hours: how long each stood, and what of a GPU's time was useful, underused, idle or nobody's."""

from groundway_ops.cost.bill.activity.samples import LONGEST

BUSY = 0.8  # a GPU whose multiprocessors are active for this share of the time is wholly used
STILL = 0.05  # below it, processors and memory, a GPU does nothing
IDLE_AFTER = "INTERVAL 15 MINUTE"  # in a row

WHO = "team, project, model, environment, run"

# How long each sample stood: until the next of its clock. The last stands as long as the one before it did.
_SPANS = """
ticks AS (SELECT DISTINCT {clock}, time FROM samples),
spans AS (
    SELECT {clock}, time, time + least(
        coalesce(
            lead(time) OVER series - time, time - lag(time) OVER series, INTERVAL 1 MINUTE
        ), {longest}) AS until
    FROM ticks WINDOW series AS (PARTITION BY {clock} ORDER BY time)
),
"""

# The hours that a span touches, and how much of each it covers.
_HOURS = "unnest(range(date_trunc('hour', time), until, INTERVAL 1 HOUR)) AS hour"
_COVERED = "epoch(least(until, hour + INTERVAL 1 HOUR) - greatest(time, hour)) / 3600"


def _rounded(hours: str) -> str:
    """To microseconds, so that the order of a sum of floats does not show: the same samples make the same month."""
    return f"round({hours}, 9)"


_PARTS = ", ".join(f"{_rounded(f'{part} * scale')} AS {part}" for part in ("useful", "underused", "idle", "unknown"))

GPUS = f"""
WITH {_SPANS.format(clock="instance, gpu, slice", longest=LONGEST)}
seen AS (
    SELECT samples.*, spans.until,
        coalesce(greatest(sm_active, dram_active) < {STILL}, false) AS still
    FROM samples JOIN spans ON samples.instance = spans.instance AND samples.gpu = spans.gpu
        AND samples.slice IS NOT DISTINCT FROM spans.slice AND samples.time = spans.time
),
-- Stretches of stillness: a new one starts where the pod was not still just before.
breaks AS (
    SELECT *, CASE WHEN still AND lag(still) OVER had AND lag(until) OVER had = time THEN 0 ELSE 1 END AS start
    FROM seen WINDOW had AS (PARTITION BY instance, gpu, slice, namespace, pod, share ORDER BY time)
),
stretches AS (
    SELECT *, sum(start) OVER (PARTITION BY instance, gpu, slice, namespace, pod, share ORDER BY time) AS stretch
    FROM breaks
),
judged AS (
    SELECT *, still AND max(until) OVER whole - min(time) OVER whole >= {IDLE_AFTER} AS idle
    FROM stretches WINDOW whole AS (PARTITION BY instance, gpu, slice, namespace, pod, share, stretch)
),
pieces AS (
    SELECT *, {_HOURS} FROM judged
),
covered AS (
    SELECT *, {_COVERED} AS span, least(1, sm_active / {BUSY}) AS used FROM pieces
),
-- A GPU was watched for as long as its best watched slice; what nobody had of that was unallocated.
watched AS (
    SELECT instance, gpu, hour, max(span) AS span FROM (
        SELECT instance, gpu, slice, hour, sum(span) AS span
        FROM (SELECT DISTINCT instance, gpu, slice, hour, time, span FROM covered) GROUP BY ALL
    ) GROUP BY ALL
),
had AS (
    SELECT hour, instance, gpu, slice, {WHO},
        sum(share * span) AS hours,
        coalesce(sum(share * span) FILTER (idle), 0) AS idle,
        coalesce(sum(share * span) FILTER (NOT idle AND sm_active IS NULL), 0) AS unknown,
        coalesce(sum(share * span * used) FILTER (NOT idle AND sm_active IS NOT NULL), 0) AS useful,
        coalesce(sum(share * span * (1 - used)) FILTER (NOT idle AND sm_active IS NOT NULL), 0) AS underused
    FROM covered WHERE pod IS NOT NULL GROUP BY ALL
),
-- Shares that exceed the GPU, as while it is cut anew, are scaled down to it.
scaled AS (
    SELECT had.*, least(1, span / sum(hours) OVER (PARTITION BY had.instance, had.gpu, had.hour)) AS scale
    FROM had JOIN watched USING (instance, gpu, hour)
),
allocated AS (
    SELECT hour, instance, gpu, slice, {WHO}, hours * scale AS hours, {_PARTS} FROM scaled
),
free AS (
    SELECT hour, instance, gpu, span - coalesce(sum(hours), 0) AS hours
    FROM watched LEFT JOIN allocated USING (instance, gpu, hour) GROUP BY hour, instance, gpu, span
)
SELECT hour, instance, concat_ws('/', gpu, slice) AS gpu, {WHO}, useful + underused + idle + unknown AS hours,
    useful, underused, idle, 0::DOUBLE AS unallocated, unknown
FROM allocated
UNION ALL
SELECT hour, instance, gpu, NULL, NULL, NULL, NULL, NULL, {_rounded("hours")}, 0, 0, 0, {_rounded("hours")}, 0
FROM free WHERE hours > 1e-9
"""

PODS = f"""
WITH {_SPANS.format(clock="instance", longest=LONGEST)}
pieces AS (
    SELECT samples.*, spans.until, {_HOURS.replace("time", "samples.time")}
    FROM samples JOIN spans USING (instance, time)
),
covered AS (SELECT *, {_COVERED} AS span FROM pieces),
nodes AS (
    SELECT instance, hour, sum(span * node_gpus) AS node_gpus, sum(span * node_cpus) AS node_cpus,
        sum(span * node_memory_gb) AS node_memory_gb
    FROM (
        SELECT instance, hour, time, span, max(node_gpus) AS node_gpus, max(node_cpus) AS node_cpus,
            max(node_memory_gb) AS node_memory_gb
        FROM covered GROUP BY ALL
    ) GROUP BY ALL
)
SELECT hour, instance, namespace, pod, {WHO}, {_rounded("coalesce(sum(span * gpus), 0)")} AS gpus,
    {_rounded("coalesce(sum(span * cpus), 0)")} AS cpus, {_rounded("coalesce(sum(span * memory_gb), 0)")} AS memory_gb,
    {_rounded("any_value(nodes.node_gpus)")} AS node_gpus, {_rounded("any_value(nodes.node_cpus)")} AS node_cpus,
    {_rounded("any_value(nodes.node_memory_gb)")} AS node_memory_gb
FROM covered JOIN nodes USING (instance, hour)
GROUP BY hour, instance, namespace, pod, {WHO}
"""

MADE = {"gpus": GPUS, "pods": PODS}
