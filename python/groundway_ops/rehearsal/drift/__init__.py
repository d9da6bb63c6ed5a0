"""Changes behind Terraform's back: a table of them, one idea a line."""

from groundway_ops.rehearsal.drift import access, account, compute, network, storage, watching
from groundway_ops.rehearsal.drift.change import Aws, Clients, Drift, State

DRIFTS: tuple[Drift, ...] = (
    *network.DRIFTS,
    *access.DRIFTS,
    *account.DRIFTS,
    *storage.DRIFTS,
    *compute.DRIFTS,
    *watching.DRIFTS,
)

__all__ = ["DRIFTS", "Aws", "Clients", "Drift", "State"]
