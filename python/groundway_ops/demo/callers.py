"""Callers of a server, one request after the other, for as long as a rollout needs them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from groundway.serving import process

if TYPE_CHECKING:
    from groundway.pipeline import Prepared, Span, Workload

ROWS = 20  # in a request, at most


@contextmanager
def callers(workload: Workload, prepared: Prepared, month: Span, environment: str) -> Iterator[list[int]]:
    """Asks the server of `environment` about the flights of `month` again and again; yields the count, as it grows.

    The values of its features become known first. The account must be entered.
    """
    running = process.find(workload.NAME, environment)
    assert running, f"no server of {workload.NAME} runs in {environment}"
    requests = _requests(workload, prepared, month)
    count, stop = [0], threading.Event()
    thread = threading.Thread(target=_ask, args=(running.url, requests, count, stop), daemon=True)
    thread.start()
    try:
        yield count
    finally:
        stop.set()
        thread.join()


def _requests(workload: Workload, prepared: Prepared, month: Span) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    for tick in workload.ticks(prepared.values, prepared.tables, *month.window):
        for view, rows in tick.known.items():
            prepared.store.push(view, rows)
        asked = tick.requests.drop("label", "request_id", "event_time").to_dicts()
        found += [asked[i : i + ROWS] for i in range(0, len(asked), ROWS)]
    return found


def _ask(url: str, requests: list[list[dict[str, Any]]], count: list[int], stop: threading.Event) -> None:
    import httpx

    with httpx.Client(base_url=url, timeout=60) as client:
        while not stop.is_set():
            for rows in requests:
                if stop.is_set():
                    return
                client.post("/invocations", json={"instances": rows})
                count[0] += 1
