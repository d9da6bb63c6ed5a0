"""Proof that a leaf stands at an index of a tree: the hashes beside its way up to the root (RFC 9162, 2.1.3)."""

from collections.abc import Sequence

from groundway_ops.evidence.merkle.tree import node, root, split


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof for `leaves[index]`, nearest hash first."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"there is no leaf {index} among {len(leaves)}")
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*inclusion(index, leaves[:half]), root(leaves[half:])]
    return [*inclusion(index - half, leaves[half:]), root(leaves[:half])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` stands at `index` of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(beside, found)
            while not at & 1 and at:  # the last node of an uneven level rises by itself
                at, last = at >> 1, last >> 1
        else:
            found = node(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root
