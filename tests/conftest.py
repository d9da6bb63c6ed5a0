"""How tests share workers: files with long tests begin first, and none finds what another counted."""

import prometheus_client.values  # noqa: F401 - before Feast, which would make values outlive their registry
import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` gives each worker whole files, in this order."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)
