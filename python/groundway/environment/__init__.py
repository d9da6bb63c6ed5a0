"""What an environment is: `environments/<name>/environment.yaml`, typed. `load("dev")` is the way in."""

from groundway.environment.access import Access
from groundway.environment.cluster import Cluster
from groundway.environment.load import checkout, load, load_all, names
from groundway.environment.model import Environment, Owner
from groundway.environment.money import Billing, Budget
from groundway.environment.network import Network
from groundway.environment.oversight import Alerts, Audit, Logs, Metrics
from groundway.environment.pools import CpuPool, GpuPool, Reservation, Sharing
from groundway.environment.stores import FeatureGroup, Images, OnlineTable, RegistryDatabase
from groundway.environment.teams import teams

__all__ = [
    "Access",
    "Alerts",
    "Audit",
    "Billing",
    "Budget",
    "Cluster",
    "CpuPool",
    "Environment",
    "FeatureGroup",
    "GpuPool",
    "Images",
    "Logs",
    "Metrics",
    "Network",
    "OnlineTable",
    "Owner",
    "RegistryDatabase",
    "Reservation",
    "Sharing",
    "checkout",
    "load",
    "load_all",
    "names",
    "teams",
]
