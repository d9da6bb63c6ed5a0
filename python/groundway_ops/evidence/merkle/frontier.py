"""A growing tree without its leaves: the roots of its perfect subtrees, from the largest to the smallest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from groundway_ops.evidence.merkle.tree import EMPTY, node


@dataclass(frozen=True)
class Frontier:
    """Whoever knows it can add leaves and tell the root; it has one hash for each binary one of `size`."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has no {len(self.hashes)} perfect subtrees")

    def add(self, leaf: bytes) -> Frontier:
        """The tree with one more leaf: equal subtrees at its end become one, as a binary counter carries."""
        hashes, last, size = list(self.hashes), leaf, self.size
        while size & 1:
            last = node(hashes.pop(), last)
            size >>= 1
        return Frontier(self.size + 1, (*hashes, last))

    @property
    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY
        return reduce(lambda right, left: node(left, right), reversed(self.hashes))
