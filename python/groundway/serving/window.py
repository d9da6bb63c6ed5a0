"""What one version answered lately: what is counted, and fair samples of what is measured."""

import random
from datetime import UTC, datetime
from typing import Any

import numpy as np

KEPT = 2000  # values of a sample
FEW = 8  # values below which a loop is faster than an array's operations

Array = np.ndarray[Any, Any]


class Sample:
    """At most `size` values of a stream of any length, each of which is kept with the same chance (reservoir)."""

    def __init__(self, size: int = KEPT) -> None:
        self._kept = np.empty(size)
        self._seen = 0
        self._random = np.random.default_rng()

    def add(self, value: float) -> None:
        size, seen = len(self._kept), self._seen
        place = seen if seen < size else int(random.random() * (seen + 1))  # noqa: S311 - no secret
        if place < size:
            self._kept[place] = value
        self._seen = seen + 1

    def extend(self, values: Array) -> None:
        if len(values) < FEW:
            for value in values:
                self.add(value)
            return
        size, seen = len(self._kept), self._seen
        whole = values[: max(0, size - seen)]
        self._kept[seen : seen + len(whole)] = whole
        if rest := len(values) - len(whole):
            nth = np.arange(seen + len(whole) + 1, seen + len(values) + 1)
            places = (self._random.random(rest) * nth).astype(np.int64)
            kept = places < size
            self._kept[places[kept]] = values[len(whole) :][kept]
        self._seen = seen + len(values)

    def values(self) -> Array:
        return self._kept[: min(self._seen, len(self._kept))].copy()


class Window:
    """What a version answered since `since`. Errors are the server's (5xx), what is rejected is the caller's (4xx).

    Latencies are in seconds, from when a request was routed to its answer; scores are one a row.
    """

    def __init__(self) -> None:
        self.since = datetime.now(UTC)
        self.requests = self.errors = self.rejected = 0
        self.latencies, self.scores = Sample(), Sample()

    def answered(self, code: int, seconds: float) -> None:
        self.requests += 1
        self.latencies.add(seconds)
        if code >= 500:
            self.errors += 1
        elif code >= 400:
            self.rejected += 1

    def latency_p95(self) -> float | None:
        """Seconds; None before the first answer."""
        seen = self.latencies.values()
        return float(np.quantile(seen, 0.95)) if len(seen) else None
