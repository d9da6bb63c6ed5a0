"""All that the emulator remembers, as one object: moto's backends, what the layers keep, what is recorded."""

import logging
import weakref
from io import BytesIO
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.ec2.models.vpcs import VPCBackend

from groundway_local.emulator import pickling
from groundway_local.emulator.holdings import EMPTY_ACCOUNT
from groundway_local.emulator.layers import Layers

log = logging.getLogger(__name__)
REGISTRY = frozenset(vars(BackendDict(object, "none")))  # what every registry has; more is state, as S3's bucket names


def collect(layers: Layers) -> dict[str, Any]:
    """What a snapshot keeps. The gate must be closed."""
    registries = list(BackendDict._instances)
    return {
        "backends": {r.service_name: regions(r) for r in registries},
        "registries": {r.service_name: {k: v for k, v in vars(r).items() if k not in REGISTRY} for r in registries},
        "intents": layers.intents.dump(),
        "locks": layers.locks.dump(),
        "recorded": layers.recorded.documents.dump(),
    }


def regions(registry: Any) -> dict[str, dict[str, Any]]:
    return {account: dict(own) for account, own in registry.items() if account != EMPTY_ACCOUNT}


def restore(memory: dict[str, Any], layers: Layers) -> None:
    """Make the emulator remember what `collect` returned. Nothing may have been asked of it before."""
    for service, accounts in memory["backends"].items():
        registry = get_backend(service)
        vars(registry).update(memory["registries"][service])
        for account, own in accounts.items():
            for region, backend in own.items():
                dict.__setitem__(registry[account], region, backend)
                if isinstance(backend, VPCBackend):  # peering across accounts finds them through this
                    VPCBackend.vpc_refs[type(backend)].add(weakref.ref(backend))
    layers.intents.load(memory["intents"])
    layers.locks.load(memory["locks"])
    layers.recorded.documents.load(memory["recorded"])


def without_unpicklable(memory: dict[str, Any]) -> dict[str, Any]:
    """The memory less the services that cannot be written down, each with a line in the log."""
    kept = dict(memory["backends"])
    for service, accounts in memory["backends"].items():
        try:
            pickling.dump(accounts, BytesIO())
        except Exception as error:
            log.warning("%s is not kept in the snapshot: %s: %s", service, type(error).__name__, error)
            del kept[service]
    return {**memory, "backends": kept}
