"""How tests share workers: a file is one piece of work, and files with long tests begin first."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n`, fixtures of a session or module are made once a worker: a file must not be torn apart."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
