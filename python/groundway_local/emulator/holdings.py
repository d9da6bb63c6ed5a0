"""What the backends hold and what is recorded, counted: for `status` and for tests that look for leftovers."""

from collections import Counter, deque
from collections.abc import Iterator
from functools import cache
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from groundway_local.emulator.recorded.documents import Documents

EMPTY_ACCOUNT = "000000000000"  # its backends show what a new account holds by itself: AMIs, managed policies
# What AWS shows for a while after it was deleted, or keeps until a waiting period is over, is not held any more.
GONE = {"deleted", "deleting", "PendingDeletion"}
OWN = ("moto.", "groundway_local.")  # whose classes are resources; not all of moto's are its BaseModels
# What a bucket holds is data, and goes with it; every bucket has an access list.
DATA = {"FakeAcl", "FakeDeleteMarker", "FakeKey", "LowercaseDict"}
INTERNAL = ("tagger", "amis", "policies_by_id", "instance_types", "events")


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
    """{kind: number of objects}. What stands in an attribute of the backend is named by it (`clusters`); what such a
    thing holds, by its class too (`clusters.Nodegroup`)."""
    held: Counter[str] = Counter()
    seen: set[int] = set()
    for name, value in vars(backend).items():
        if name not in INTERNAL:
            held.update(_held(name, value, seen))
    return dict(held)


def _held(name: str, value: Any, seen: set[int]) -> Iterator[str]:
    """The kind of each resource in a value: each is counted once, where it is met first."""
    below: list[tuple[str, Any]] = [(name, value)]
    while below:
        kind, found = below.pop()
        if isinstance(found, dict):
            below += [(kind, member) for member in found.values()]
        elif isinstance(found, (list, tuple, set, deque)):
            below += [(kind, member) for member in found]
        elif type(found).__module__.startswith(OWN) and not isinstance(found, BaseBackend) and id(found) not in seen:
            seen.add(id(found))
            if type(found).__name__ in DATA:
                continue
            if not {getattr(found, "state", None), getattr(found, "key_state", None)} & GONE:
                yield kind if kind == name else f"{name}.{type(found).__name__}"
                below += [("", member) for member in vars(found).values()]


@cache
def new_account(service: str, region: str) -> dict[str, int]:
    """`kinds` of an account in which nobody did anything."""
    from moto.backends import get_backend

    return kinds(get_backend(service)[EMPTY_ACCOUNT][region])
