"""The server's Prometheus metrics."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from groundway.serving.load import Model

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each series, which nothing here asks for

LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SCORES = tuple(i / 20 for i in range(1, 21))


class Metrics:
    """Counted in one registry of its own, so that several servers may live in one process."""

    def __init__(self, model: str) -> None:
        self.registry = CollectorRegistry()
        kw: dict[str, Any] = {"registry": self.registry}
        of = ["model", "version", "route"]  # the version that answered; none where no model was asked
        self._requests = Counter("groundway_requests", "Requests by route and status", [*of, "code"], **kw)
        self._latency = Histogram("groundway_request_seconds", "Time to answer", of, buckets=LATENCY, **kw)
        self.running = Gauge("groundway_requests_running", "Requests taken and not answered yet", **kw)
        self.features = Histogram("groundway_feature_fetch_seconds", "Online feature reads", buckets=LATENCY, **kw)
        self.batch = Histogram(
            "groundway_batch_rows", "Rows in one pass through the model", buckets=(1, 2, 4, 8, 16, 64, 256, 1024), **kw
        )
        self._info = Gauge("groundway_model_info", "The models that are served", ["model", "version", "digest"], **kw)
        self._weight = Gauge("groundway_model_weight", "Its share of the requests", ["model", "version"], **kw)
        self.ready = Gauge("groundway_ready", "1 while predictions are served", **kw)
        self.logged = Counter("groundway_logged_rows", "Predictions stored for monitoring", **kw)
        self.dropped = Counter("groundway_dropped_rows", "Predictions that could not be kept for monitoring", **kw)
        self.scores = Scores(model)
        self.registry.register(self.scores)
        self._model = model
        self._children: dict[tuple[str, str, int], Any] = {}

    def answered(self, route: str, version: str, code: int, seconds: float) -> None:
        child = self._children.get((route, version, code))
        if child is None:  # `labels` costs more than the counting, so its results are kept
            of = (self._model, version, route)
            child = (self._requests.labels(*of, str(code)), self._latency.labels(*of))
            self._children[route, version, code] = child
        child[0].inc()
        child[1].observe(seconds)

    def serving(self, models: Iterable[tuple[Model, float]]) -> None:
        """What is served, each with its share of the requests."""
        self._info.clear()
        self._weight.clear()
        for model, share in models:
            self._info.labels(model.name, model.version, model.digest).set(1)
            self._weight.labels(model.name, model.version).set(share)


class ScoreHistogram:
    """It takes whole arrays: observing a batch value by value would take longer than predicting it."""

    def __init__(self) -> None:
        self._counts = np.zeros(len(SCORES) + 1, dtype=np.int64)
        self._sum = 0.0

    def observe(self, scores: "np.ndarray[Any, Any]") -> None:
        self._counts += np.bincount(np.searchsorted(SCORES, scores), minlength=len(SCORES) + 1)
        self._sum += float(scores.sum())

    def buckets(self) -> list[tuple[str, int]]:
        """(upper bound, count up to it)."""
        return list(zip([*map(str, SCORES), "+Inf"], np.cumsum(self._counts).tolist(), strict=True))

    @property
    def sum(self) -> float:
        return self._sum


class Scores(Collector):
    """The histogram of each version."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._versions: dict[str, ScoreHistogram] = {}

    def of(self, version: str) -> ScoreHistogram:
        return self._versions.setdefault(version, ScoreHistogram())

    def collect(self) -> Iterable[HistogramMetricFamily]:
        family = HistogramMetricFamily("groundway_score", "Predicted scores", labels=["model", "version"])
        for version, histogram in list(self._versions.items()):
            family.add_metric([self._model, version], histogram.buckets(), histogram.sum)
        yield family
