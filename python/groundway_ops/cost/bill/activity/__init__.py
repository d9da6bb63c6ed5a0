"""What was done for the money: training runs, predictions, GPU hours and pods, as reports join them with charges."""

from collections.abc import Mapping

_OWNER = {"team": "VARCHAR", "project": "VARCHAR", "model": "VARCHAR", "environment": "VARCHAR"}

TABLES: Mapping[str, Mapping[str, str]] = {
    "runs": {  # one a training run; `run` is what the tag of that name says
        "run": "VARCHAR",
        **_OWNER,
        "started": "TIMESTAMP",  # UTC
        "ended": "TIMESTAMP",  # NULL while it runs
        "status": "VARCHAR",
    },
    "predictions": {  # one a model, version, environment and day
        "day": "DATE",
        **_OWNER,
        "version": "VARCHAR",
        "requests": "BIGINT",
        "rows": "BIGINT",  # predictions made
    },
    "gpus": {  # one a GPU (or slice of one) and hour, and whoever had it; `hours` is the sum of the five after it
        "hour": "TIMESTAMP",  # UTC
        "instance": "VARCHAR",  # i-0123..., as charges name the node
        "gpu": "VARCHAR",
        **_OWNER,
        "run": "VARCHAR",
        "hours": "DOUBLE",  # GPU-hours; a slice counts as its share of the GPU
        "useful": "DOUBLE",
        "underused": "DOUBLE",
        "idle": "DOUBLE",
        "unallocated": "DOUBLE",
        "unknown": "DOUBLE",  # allocated, but nobody measured it; missing is never zero
    },
    "pods": {  # one a pod, node and hour; a node without pods has one row, whose `pod` is NULL
        "hour": "TIMESTAMP",
        "instance": "VARCHAR",
        "namespace": "VARCHAR",
        "pod": "VARCHAR",
        **_OWNER,
        "run": "VARCHAR",
        "gpus": "DOUBLE",  # GPU-hours that it had; slices count as their share
        "cpus": "DOUBLE",  # CPU-hours
        "memory_gb": "DOUBLE",  # GB-hours (10^9 bytes)
        "node_gpus": "DOUBLE",  # what the node could give to pods in the same hour, the same in all of its rows
        "node_cpus": "DOUBLE",
        "node_memory_gb": "DOUBLE",
    },
}
