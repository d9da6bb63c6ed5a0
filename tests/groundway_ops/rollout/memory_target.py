"""A target in memory, on which time passes only when somebody sleeps, and each request takes a tenth of a second."""

from collections.abc import Callable, Mapping, Sequence

from groundway.errors import Refused, Unavailable
from groundway.release import ModelPin
from groundway_ops.rollout import Observation, Variant


def pin(version: int) -> ModelPin:
    return ModelPin(version=version, digest=f"sha256:{version:064d}", signer="k", dataset="d@1", features="f")


GOOD = [i / 500 for i in range(500)]


class MemoryTarget:
    """`serves` at first; `behaves` says what a version answers to so many requests. `calls`: those that came."""

    def __init__(self, serves: ModelPin | None) -> None:
        self.current, self.candidate, self.percent = serves, None, 0.0
        self.time, self.since, self.rate = 0.0, 0.0, 10.0
        self.behaves: dict[int, Callable[[int], Observation]] = {}
        self.kept: Mapping[str, Observation] = {}
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.away = False

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def clock(self) -> float:
        return self.time

    def variants(self) -> Sequence[Variant]:
        self._called("variants")
        share = self.percent if self.candidate else 0
        found = [self._variant(self.current, 100 - share, False)] if self.current else []
        return found + ([self._variant(self.candidate, share, True)] if self.candidate else [])

    def start(self, pin: ModelPin) -> None:
        self._called("start")
        if self.current is None:
            self.current = pin
        elif self.candidate not in (None, pin):
            raise Refused("another candidate is there")
        elif pin != self.current:
            self.candidate = pin
        self.after("start")

    def shift(self, percent: float) -> None:
        self._called(f"shift {percent:g}")
        if self.candidate is None:
            raise Refused("there is no candidate")
        if percent != self.percent:
            self.kept = self._observed()
            self.percent, self.since = percent, self.time
        self.after("shift")

    def observe(self) -> Mapping[str, Observation]:
        self._called("observe")
        return self._observed()

    def finish(self, pin: ModelPin) -> None:
        self._called("finish")
        if pin not in (self.candidate, self.current):
            raise Refused("it is not there")
        self.current, self.candidate, self.percent = pin, None, 0.0
        self.after("finish")

    def abort(self) -> None:
        self._called("abort")
        self.candidate, self.percent = None, 0.0
        self.after("abort")

    def restart(self) -> None:
        self.candidate, self.percent = None, 0.0

    def _observed(self) -> Mapping[str, Observation]:
        asked = self.rate * (self.time - self.since)
        seen = {}
        for served, share in ((self.current, 100 - self.percent), (self.candidate, self.percent)):
            if served is None:
                continue
            if share == 0 and served.digest in self.kept:
                seen[served.digest] = self.kept[served.digest]
            else:
                seen[served.digest] = self.behaves.get(served.version, well)(int(asked * share / 100))
        return seen

    def _variant(self, pin: ModelPin, percent: float, candidate: bool) -> Variant:
        return Variant(str(pin.version), pin.digest, percent, candidate)

    def _called(self, what: str) -> None:
        self.before(what)
        if self.away:
            raise Unavailable("the server is away")
        self.calls.append(what)


def well(requests: int) -> Observation:
    return Observation(requests, 0, 0, 0.02 if requests else None, GOOD if requests else ())
