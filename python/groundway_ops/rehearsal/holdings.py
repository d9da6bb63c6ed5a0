"""What an emulated AWS holds, compared: {account: {service: {kind: number}}}."""

from collections.abc import Iterator

Holdings = dict[str, dict[str, dict[str, int]]]


def differences(before: Holdings, after: Holdings) -> list[str]:
    """One text for every kind of which there are more or fewer `after` than `before`, naming account and service."""
    was, now = dict(_flat(before)), dict(_flat(after))
    found = []
    for place in sorted(was.keys() | now.keys()):
        more = now.get(place, 0) - was.get(place, 0)
        if more:
            account, service, kind = place
            found.append(f"account {account}: {service}: {kind}: {abs(more)} {'more' if more > 0 else 'fewer'}")
    return found


def total(holdings: Holdings) -> int:
    return sum(number for _, number in _flat(holdings))


def _flat(holdings: Holdings) -> Iterator[tuple[tuple[str, str, str], int]]:
    for account, services in holdings.items():
        for service, kinds in services.items():
            for kind, number in kinds.items():
                yield (account, service, kind), number
