"""Samples of GPUs and pods from what a cluster's Prometheus collects: kube-state-metrics and the DCGM exporter."""

from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.activity import samples
from groundway_ops.cost.bill.activity.prometheus import Prometheus, Span, days
from groundway_ops.cost.bill.charges import TAGS

# A multiprocessor that is active; where nobody measures that, the graphics engine; else that some kernel ran.
SM = ("DCGM_FI_PROF_SM_ACTIVE", "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_DEV_GPU_UTIL")
DRAM = "DCGM_FI_PROF_DRAM_ACTIVE"
POD = ("namespace", "pod")
EXPORTED = ("exported_namespace", "exported_pod")  # how they are called where the scraper does not honour labels
CARD = ("UUID", "gpu", "GPU_I_ID", "GPU_I_PROFILE", "Hostname", "node", *POD, *EXPORTED)
OWNER = tuple(f"label_groundway_dev_{tag}" for tag in TAGS)

RUNNING = 'and on (namespace, pod) (kube_pod_status_phase{phase="Running"} == 1)'
GPU_RESOURCES = "nvidia_com_gpu|nvidia_com_gpu_shared|nvidia_com_mig_.*|aws_amazon_com_neuron"
RESOURCES = {"gpus": GPU_RESOURCES, "pods": f"cpu|memory|{GPU_RESOURCES}"}
STEPS = {"gpus": timedelta(minutes=1), "pods": timedelta(minutes=5)}
ANY_GPU = '{__name__=~"' + "|".join(SM) + '"}'

_TAGS = ", ".join(f"max({label}) AS {tag}" for label, tag in zip(OWNER, TAGS, strict=True))
_WHO = "team, project, model, environment, run"

# Shares of slices: those of MIG by their compute slices of seven; all else by how many one card was cut into.
PREPARE = f"""
CREATE TABLE instances AS
    SELECT DISTINCT time, node, regexp_extract(provider_id, '(i-[0-9a-f]+)$', 1) AS instance FROM nodes
    WHERE regexp_matches(provider_id, '(i-[0-9a-f]+)$');
CREATE TABLE owners AS SELECT namespace, pod, {_TAGS} FROM labels GROUP BY namespace, pod;
CREATE TABLE cards AS
    SELECT time, coalesce(Hostname, node) AS node, max(value) AS cards FROM cards_of GROUP BY ALL;
CREATE TABLE offered AS
    SELECT time, node,
        sum(value) FILTER (resource = 'cpu') AS cpus, sum(value) FILTER (resource = 'memory') / 1e9 AS memory_gb,
        sum(value) FILTER (NOT starts_with(resource, 'nvidia_com_mig_') AND resource NOT IN ('cpu', 'memory')) AS whole,
        sum(value * TRY_CAST(regexp_extract(resource, 'mig_(?:[0-9]+c_)?([0-9]+)g', 1) AS DOUBLE) / 7)
            FILTER (starts_with(resource, 'nvidia_com_mig_')) AS sliced
    FROM capacity GROUP BY time, node;
CREATE TABLE machines AS  -- one a node and time; a device that a pod asks for is `card` cards
    SELECT time, node, instance, cpus, memory_gb,
        coalesce(cards, nullif(ceil(coalesce(whole, 0) + coalesce(sliced, 0)), 0), 0) AS gpus,
        CASE WHEN whole > 0 THEN coalesce(least(1, cards / whole), 1) END AS card
    FROM instances JOIN offered USING (time, node) LEFT JOIN cards USING (time, node);
CREATE TABLE asked AS  -- one a pod and time
    SELECT running.time, running.node, running.namespace, running.pod,
        sum(requested.value) FILTER (resource = 'cpu') AS cpus,
        sum(requested.value) FILTER (resource = 'memory') / 1e9 AS memory_gb,
        coalesce(sum(requested.value * CASE
            WHEN resource IN ('cpu', 'memory') THEN NULL
            WHEN starts_with(resource, 'nvidia_com_mig_')
                THEN TRY_CAST(regexp_extract(resource, 'mig_(?:[0-9]+c_)?([0-9]+)g', 1) AS DOUBLE) / 7
            ELSE coalesce(card, 1) END), 0) AS gpus
    FROM running
    LEFT JOIN requested USING (time, node, namespace, pod)
    LEFT JOIN machines ON machines.time = running.time AND machines.node = running.node
    GROUP BY ALL;
"""

PODS = f"""
INSERT INTO samples BY NAME
SELECT machines.time, instance, namespace, pod, {_WHO}, coalesce(asked.gpus, 0) AS gpus,
    coalesce(asked.cpus, 0) AS cpus, coalesce(asked.memory_gb, 0) AS memory_gb,
    machines.gpus AS node_gpus, machines.cpus AS node_cpus, machines.memory_gb AS node_memory_gb
FROM machines LEFT JOIN asked USING (time, node) LEFT JOIN owners USING (namespace, pod)
"""

GPUS = f"""
INSERT INTO samples BY NAME
WITH measured AS (
    SELECT time, coalesce(Hostname, node) AS node, coalesce(UUID, gpu) AS gpu, GPU_I_ID AS slice,
        coalesce(TRY_CAST(regexp_extract(GPU_I_PROFILE, '([0-9]+)g\\.', 1) AS DOUBLE) / 7, 1) AS share,
        coalesce(exported_namespace, CASE WHEN exported_pod IS NULL THEN namespace END) AS namespace,
        coalesce(exported_pod, pod) AS pod,
        coalesce(max(value) FILTER (metric = '{SM[0]}'), max(value) FILTER (metric = '{SM[1]}'),
            max(value) FILTER (metric = '{SM[2]}') / 100) AS sm_active,
        max(value) FILTER (metric = '{DRAM}') AS dram_active
    FROM dcgm GROUP BY ALL
),
-- Of a card that is cut, the exporter may show the whole as well.
parts AS (
    SELECT *, (slice IS NOT NULL OR NOT bool_or(slice IS NOT NULL) OVER (PARTITION BY time, node, gpu)) AS part,
        bool_or(slice IS NOT NULL) OVER (PARTITION BY time, node) AS mig,
        bool_or(pod IS NOT NULL) OVER (PARTITION BY time, node) AS named
    FROM measured
),
known AS (
    SELECT parts.*, instance, gpus AS cards, card, coalesce(card < 1 AND NOT mig, false) AS in_time
    FROM parts JOIN machines USING (time, node) WHERE part
),
holders AS (SELECT time, node, namespace, pod, gpus AS held FROM asked WHERE gpus > 0),
-- Where the exporter names no pods, or only one of those that take turns, requests say who had what of the node.
spread AS (
    SELECT time, instance, gpu, slice, share * held / cards AS share, holders.namespace, holders.pod,
        sm_active, dram_active
    FROM (SELECT DISTINCT ON (time, node, gpu, slice) * FROM known WHERE in_time OR NOT named) k
    JOIN holders USING (time, node)
),
direct AS (
    SELECT time, instance, gpu, slice, share, namespace, pod, sm_active, dram_active FROM known
    WHERE NOT in_time AND named
),
-- What nobody had, so that it counts as watched.
empty AS (
    SELECT DISTINCT time, instance, gpu, slice, share, NULL::VARCHAR AS namespace, NULL::VARCHAR AS pod,
        NULL::DOUBLE AS sm_active, NULL::DOUBLE AS dram_active
    FROM known WHERE in_time OR NOT named
),
-- Nodes that nobody measured: their cards were had, but what they did is unknown.
dark AS (
    SELECT time, instance, 'gpu' || number AS gpu, NULL AS slice, least(1, held / gpus) AS share, namespace, pod,
        NULL AS sm_active, NULL AS dram_active
    FROM (SELECT *, unnest(range(0, CAST(gpus AS BIGINT))) AS number FROM machines WHERE gpus > 0) machines
    LEFT JOIN holders USING (time, node)
    ANTI JOIN (SELECT DISTINCT time, node FROM measured) seen USING (time, node)
),
taken AS (
    FROM direct UNION ALL BY NAME FROM spread UNION ALL BY NAME FROM empty UNION ALL BY NAME FROM dark
)
SELECT time, instance, gpu, slice, coalesce(share, 1) AS share, namespace, pod, {_WHO}, sm_active, dram_active
FROM taken LEFT JOIN owners USING (namespace, pod)
"""
MADE = {"gpus": GPUS, "pods": PODS}
MADE_OF_THEM = ("labels", "dcgm", "instances", "owners", "cards", "offered", "machines", "asked")


def collect(
    db: duckdb.DuckDBPyConnection,
    kind: str,
    prometheus: Prometheus,
    first: datetime,
    after: datetime,
    report: Callable[[str], None],
) -> None:
    """Make the table `samples` of GPUs or pods ("gpus", "pods") in [first, after), UTC.

    Raises `InvalidInput` where Prometheus knows no node, `Unavailable` where it does not answer.
    """
    kinds = ", ".join(f'"{name}" {sort}' for name, sort in samples.COLUMNS[kind].items())
    db.execute(f"CREATE TABLE samples ({kinds})")
    nodes = 0
    for start, end in days(first, after):
        nodes += _day(db, kind, prometheus, start, end)
        report(f"{start:%Y-%m-%d}")
    if not nodes:
        raise InvalidInput(
            f"Prometheus at {prometheus.url} has no kube_node_info of {first:%Y-%m-%d} to {after:%Y-%m-%d}: "
            "it says which instance a node is; let it scrape kube-state-metrics"
        )


def queries(kind: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Table -> what to ask of kube-state-metrics, and which labels to keep."""
    of = f'resource=~"{RESOURCES[kind]}"'
    requests = f'kube_pod_container_resource_requests{{{of},node!=""}}'
    return {
        "nodes": ("kube_node_info", ("node", "provider_id")),
        "capacity": (f"kube_node_status_allocatable{{{of}}}", ("node", "resource")),
        "requested": (
            f"sum by (namespace, pod, node, resource) ({requests})",
            ("namespace", "pod", "node", "resource"),
        ),
        "running": (
            f'kube_pod_info{{node!=""}} {RUNNING}'
            if kind == "pods"
            else f"group by (namespace, pod, node) ({requests}) {RUNNING}",
            ("namespace", "pod", "node"),
        ),
        "cards_of": (f"count by (Hostname, node) (group by (Hostname, node, UUID) ({ANY_GPU}))", ("Hostname", "node")),
    }


def _day(db: duckdb.DuckDBPyConnection, kind: str, prometheus: Prometheus, start: datetime, end: datetime) -> int:
    """Add the samples of [start, end), a day at most; the number of nodes and moments that were seen."""
    step = STEPS[kind]
    for table, (query, labels) in queries(kind).items():
        prometheus.load(db, table, query, (start, end, step), *labels)
    # What a pod is labelled stays as it is: one look back from the end shows all of the day.
    length = int((end - start).total_seconds())
    prometheus.load(db, "labels", f"last_over_time(kube_pod_labels[{length}s])", (end, end + step, step), *POD, *OWNER)
    if kind == "gpus":
        _measurements(db, prometheus, (start, end, step))
    db.execute(PREPARE)
    found = db.execute("SELECT count(*) FROM machines").fetchone()
    db.execute(MADE[kind])
    for table in (*queries(kind), *MADE_OF_THEM):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    return int(found[0]) if found else 0


def _measurements(db: duckdb.DuckDBPyConnection, prometheus: Prometheus, span: Span) -> None:
    names = ", ".join(f'"{label}" VARCHAR' for label in CARD)
    db.execute(f"CREATE TABLE dcgm (time TIMESTAMP, value DOUBLE, {names}, metric VARCHAR)")
    window = f"[{int(span[2].total_seconds())}s]"
    for metric in (*SM, DRAM):
        prometheus.load(db, "one", f"avg_over_time({metric}{window})", span, *CARD)
        db.execute(f"INSERT INTO dcgm BY NAME SELECT *, '{metric}' AS metric FROM one")
        db.execute("DROP TABLE one")
