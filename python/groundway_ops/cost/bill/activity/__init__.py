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
    "gpus": {  # one a GPU (or slice of one) and hour, and whoever had it; `hours` is the sum of the four after it
        "hour": "TIMESTAMP",  # UTC
        "instance": "VARCHAR",  # i-0123..., as charges name the node
        "gpu": "VARCHAR",
        **_OWNER,
        "run": "VARCHAR",
        "hours": "DOUBLE",  # GPU-hours
        "useful": "DOUBLE",
        "underused": "DOUBLE",
        "idle": "DOUBLE",
        "unallocated": "DOUBLE",
        "unknown": "DOUBLE",  # allocated, but nobody measured it; missing is never zero
    },
    "pods": {  # one a pod, node and hour
        "hour": "TIMESTAMP",
        "instance": "VARCHAR",
        "namespace": "VARCHAR",
        "pod": "VARCHAR",
        **_OWNER,
        "run": "VARCHAR",
        "gpus": "DOUBLE",  # GPUs that it had on average; slices count as their share
        "cpus": "DOUBLE",
        "memory_gb": "DOUBLE",
    },
}
