"""Accelerators as Kubernetes sees them: what a node of a pool offers, and the labels that tell how it is shared.

The NVIDIA device plugin reads `nvidia.com/device-plugin.config`, the MIG manager `nvidia.com/mig.config`: each names a
configuration, which whoever installs them in the cluster must have under that name.
"""

from groundway.environment import GpuPool
from groundway.environment.accelerators import RESOURCES
from groundway.errors import InvalidInput

EFA_RESOURCE = "vpc.amazonaws.com/efa"
# Instances that one accelerator is cut into, from the MIG user guide of NVIDIA (supported profiles), read 2026-11.
_MIG: dict[str, dict[str, int]] = {
    "a100": {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1},
    "a100-80gb": {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    "h100": {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1},
    "h200": {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1},
    "b200": {"1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1},
}


def labels(name: str, pool: GpuPool) -> dict[str, str]:
    """What a node carries and how it is shared. `InvalidInput` when its MIG profile is none of the accelerator's."""
    accelerator = pool.accelerator
    found = {
        "groundway.dev/accelerator": accelerator.kind,
        "groundway.dev/accelerator-count": str(accelerator.count),
    }
    if accelerator.vendor == "nvidia":
        # By this label the cluster autoscaler knows a node whose accelerators are still on their way.
        found["k8s.amazonaws.com/accelerator"] = f"nvidia-{accelerator.kind}"
    if pool.sharing and pool.sharing.mig:
        found["nvidia.com/mig.config"] = f"all-{_profile(name, pool.accelerator.kind, pool.sharing.mig)}"
    if pool.sharing and pool.sharing.time_slices:
        found["nvidia.com/device-plugin.config"] = f"time-slices-{pool.sharing.time_slices}"
    return found


def offered(name: str, pool: GpuPool) -> dict[str, int]:
    """Kubernetes resource to how many of it a node has, for an autoscaler that has not seen one yet."""
    accelerator = pool.accelerator
    count = accelerator.count
    if pool.sharing and pool.sharing.mig:
        count *= _MIG[accelerator.kind][_profile(name, accelerator.kind, pool.sharing.mig)]
    if pool.sharing and pool.sharing.time_slices:
        count *= pool.sharing.time_slices
    return {RESOURCES[accelerator.vendor]: count, **({EFA_RESOURCE: accelerator.efa} if pool.efa else {})}


def _profile(name: str, kind: str, mig: str) -> str:
    profile = mig.removeprefix("all-")
    if profile not in _MIG[kind]:
        raise InvalidInput(
            f"gpu_pools.{name}.sharing.mig: {kind} has no profile {mig!r}; valid: {', '.join(_MIG[kind])}"
        )
    return profile
