"""What the backends hold and what is recorded, counted: for `status` and for tests that look for leftovers."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel

from groundway_local.emulator.recorded.documents import Documents

EMPTY_ACCOUNT = "000000000000"  # its backends show what a new account holds by itself: AMIs, managed policies
# What AWS shows for a while after it was deleted, or keeps until a waiting period is over, is not held any more.
GONE = {"deleted", "deleting", "PendingDeletion"}
INTERNAL = ("tagger", "amis", "policies_by_id", "instance_types")


def counts(recorded: Documents | None = None) -> dict[str, dict[str, dict[str, int]]]:
    """{account: {service: {kind: number}}} without what every new account has, such as a default VPC."""
    found: dict[str, dict[str, dict[str, int]]] = {}

    def add(account: str, service: str, kind: str, number: int) -> None:
        if number > 0:
            here = found.setdefault(account, {}).setdefault(service, {})
            here[kind] = here.get(kind, 0) + number

    for service, account, region, backend in backends():
        if account == EMPTY_ACCOUNT:
            continue
        own = {k: n - new_account(service, region).get(k, 0) for k, n in kinds(backend).items()}
        for kind, number in own.items():
            add(account, service, kind, number)
    for account, service, kind, number in (recorded or Documents()).counts():
        add(account, service, kind, number)
    return found


def backends() -> Iterator[tuple[str, str, str, Any]]:
    """(service, account, region, backend) of every backend in use."""
    for services in list(BackendDict._instances):
        for account, region, backend in list(services.iter_backends()):
            yield services.service_name, account, region, backend


def kinds(backend: Any) -> dict[str, int]:
    """{attribute: number of objects} for the attributes of a backend that hold its resources."""
    held = {name: sum(1 for _ in objects(value)) for name, value in vars(backend).items() if name not in INTERNAL}
    return {name: number for name, number in held.items() if number}


def objects(value: Any, depth: int = 2) -> Iterator[BaseModel]:
    """The resources in a container, which may be grouped once (by region, by parent)."""
    if isinstance(value, BaseModel):
        if not {getattr(value, "state", None), getattr(value, "key_state", None)} & GONE:
            yield value
    elif depth and isinstance(value, (dict, list)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from objects(member, depth - 1)


@cache
def new_account(service: str, region: str) -> dict[str, int]:
    """`kinds` of an account in which nobody did anything."""
    from moto.backends import get_backend

    return kinds(get_backend(service)[EMPTY_ACCOUNT][region])
