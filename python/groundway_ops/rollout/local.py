"""The server on this machine as the target of a rollout."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundway.release import ModelPin
from groundway.serving import process
from groundway_ops.rollout.target import Observation, Variant


class LocalTarget:
    """The server of `model` that `groundway serve start` started in `environment`; see `Target`.

    What takes over is in the server's memory alone: one that is started again serves what its release pins.
    """

    def __init__(self, model: str, environment: str | None = None) -> None:
        self._model, self._environment = model, environment

    def variants(self) -> Sequence[Variant]:
        return [
            Variant(str(v["version"]), v["digest"], 100 * float(v["weight"]), bool(v["candidate"]))
            for v in self._seen()
        ]

    def start(self, pin: ModelPin) -> None:
        self._change(candidate=pin.model_dump(mode="json"))

    def shift(self, percent: float) -> None:
        self._change(weight=percent / 100)

    def observe(self) -> Mapping[str, Observation]:
        return {
            v["digest"]: Observation(v["requests"], v["errors"], v["rejected"], v["latency_p95"], v["scores"])
            for v in self._seen(scores=True)
        }

    def finish(self, pin: ModelPin) -> None:
        self._change(promote=pin.digest)

    def abort(self) -> None:
        for candidate in (v for v in self.variants() if v.candidate):
            self._change(drop=candidate.digest)

    def _seen(self, *, scores: bool = False) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = process.variants(self._model, self._environment, scores=scores)["variants"]
        return found

    def _change(self, **document: Any) -> None:
        process.change(self._model, self._environment, **document)
