"""What a rollout needs of whatever serves the model: two versions at most, with shares of the traffic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from groundway.release import ModelPin


@dataclass(frozen=True)
class Variant:
    """A version that is served. `digest` (sha256:<hex>) tells it from others; `candidate`: it is what takes over."""

    version: str
    digest: str
    percent: float
    candidate: bool


@dataclass(frozen=True)
class Observation:
    """What a version answered. `errors`: by the server's fault (5xx), `rejected`: by the caller's (4xx).

    `latency_p95` in seconds, None where nothing was answered; `scores`: a fair sample of them.
    """

    requests: int
    errors: int
    rejected: int = 0
    latency_p95: float | None = None
    scores: Sequence[float] = field(default=(), repr=False)


class Target(Protocol):
    """One model's serving in one environment. Every call may be repeated, and raises `Unavailable` when it cannot be
    reached.

    The terms are those of SageMaker's production variants. There, `start` makes an endpoint configuration with both
    versions, the new one with weight 0, and updates the endpoint to it; `shift` is UpdateEndpointWeightsAndCapacities
    (and waits until the endpoint is InService); `finish` and `abort` update it to a configuration with the one version
    that stays. `observe` reads Invocations, Invocation4XXErrors, Invocation5XXErrors and ModelLatency by VariantName,
    and the scores from data capture. A variant's name holds its version and digest, and whether it is the candidate is
    its place in the configuration: the last.
    """

    def variants(self) -> Sequence[Variant]:
        """What is served now, the candidate last; nothing where no version is served yet.

        Whoever finds a candidate here knows that a rollout was begun and not ended.
        """

    def start(self, pin: ModelPin) -> None:
        """Load the version beside the one that serves, verified; it is sent nothing yet.

        Where none serves, nor shall, it serves. Raises `Refused` when it may not be served, or another candidate is
        there; nothing is changed then.
        """

    def shift(self, percent: float) -> None:
        """Send the candidate that share of the traffic, and observe anew; the same share again changes nothing."""

    def observe(self) -> Mapping[str, Observation]:
        """By digest, what each version answered since the last shift.

        For one that is sent nothing since then: what it answered before that shift.
        """

    def finish(self, pin: ModelPin) -> None:
        """The candidate is the version that serves; the other one is unloaded. Raises `Refused` if it is not there."""

    def abort(self) -> None:
        """All traffic goes to the version that served before; the candidate, if there is one, is unloaded."""
