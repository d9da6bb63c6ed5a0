"""What an environment is: `environments/<name>/environment.yaml`, typed. `load("dev")` is the way in."""

from groundway.environment.load import checkout, load, load_all, names
from groundway.environment.model import (
    Alerts,
    Budget,
    Cluster,
    CpuPool,
    Environment,
    GpuPool,
    Images,
    Logs,
    Network,
    OnlineTable,
    Owner,
)

__all__ = [
    "Alerts",
    "Budget",
    "Cluster",
    "CpuPool",
    "Environment",
    "GpuPool",
    "Images",
    "Logs",
    "Network",
    "OnlineTable",
    "Owner",
    "checkout",
    "load",
    "load_all",
    "names",
]
