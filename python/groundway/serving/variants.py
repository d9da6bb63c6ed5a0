"""What a server serves: one version, or two while the newer one, the candidate, takes over by weight."""

import random
from collections.abc import Callable, Iterator
from hashlib import blake2b

from groundway.errors import Refused, Unavailable
from groundway.serving.engine import Engine, Serving
from groundway.serving.window import Window


class Variants:
    """Each version has an engine of its own, so that one that is slow or broken holds up nobody but those it answers.

    `engine` makes and starts one. `weight` is the candidate's share of the requests, 0 to 1.
    """

    def __init__(self, engine: Callable[[Serving], Engine]) -> None:
        self.current: Engine | None = None
        self.candidate: Engine | None = None
        self.weight = 0.0
        self._engine = engine

    def __iter__(self) -> Iterator[tuple[Engine, float]]:
        """The versions and their shares, the candidate last."""
        if self.current:
            yield self.current, 1 - self.weight
        if self.candidate:
            yield self.candidate, self.weight

    def route(self, request_id: str | None) -> Engine:
        """Who answers a request. Sent again with its id it goes to the same version; the candidate keeps those that it
        had when its weight rises. Raises `Unavailable` without a model.
        """
        current, candidate = self.current, self.candidate
        if current is None:
            raise Unavailable("no model is loaded")
        if candidate is None:
            return current
        place = random.random() if request_id is None else _place(request_id)  # noqa: S311 - no secret
        return candidate if place < self.weight else current

    def numbered(self, version: str) -> Engine | None:
        return next((e for e, _ in self if e.serving.model.version == version), None)

    def holding(self, digest: str) -> Engine | None:
        """`digest`: hex."""
        return next((e for e, _ in self if e.serving.model.digest == digest), None)

    def take(self, serving: Serving) -> None:
        """Have `serving` answer everything; what was served before answers what it was given."""
        before, self.current = self.current, self._engine(serving)
        if before:
            before.finish()

    def is_candidate(self, digest: str) -> bool:
        return self.candidate is not None and self.candidate.serving.model.digest == digest

    def check_room(self) -> None:
        """Raise `Refused` when there is a candidate: two models are the most that a server holds."""
        if self.candidate:
            version = self.candidate.serving.model.version
            raise Refused(f"version {version} is being rolled out, at {self.weight:.0%}: promote or drop it first")

    def start(self, serving: Serving) -> None:
        """Make it the candidate, which nobody is sent to yet; where nothing is served, it is what is served."""
        self.check_room()
        if self.current is None:
            self.take(serving)
        else:
            self.candidate, self.weight = self._engine(serving), 0.0

    def shift(self, weight: float) -> None:
        """Give the candidate this share. The same share again changes nothing.

        What each version answers is counted anew, but for one that is asked no more: it keeps what it had, with which
        the other is compared.
        """
        if self.candidate is None:
            raise Refused("there is no candidate to send requests to")
        if weight == self.weight:
            return
        self.weight = weight
        for engine, share in self:
            if share > 0:
                engine.window = Window()

    def promote(self, digest: str) -> None:
        """The candidate of that digest (hex) answers everything, as it may do already."""
        if self.candidate and self.is_candidate(digest):
            candidate, self.candidate, self.weight = self.candidate, None, 0.0
            before, self.current = self.current, candidate
            if before:
                before.finish()
        elif self.holding(digest) is None:
            raise Refused(f"there is no candidate of digest {digest[:12]} to promote")

    def drop(self, digest: str) -> None:
        """The candidate of that digest (hex) is no more; what it replaced answers everything."""
        if self.candidate and self.is_candidate(digest):
            self.candidate.finish()
            self.candidate, self.weight = None, 0.0
        elif self.holding(digest):
            raise Refused(f"the version of digest {digest[:12]} is what is served, and no candidate")

    async def stop(self) -> None:
        for engine, _ in self:
            await engine.stop()


def _place(request_id: str) -> float:
    """Where an id lies between 0 and 1, wherever and whenever one asks."""
    return int.from_bytes(blake2b(request_id.encode(), digest_size=8).digest()) / 2**64
