"""Proof that a tree began as an older one: nothing in it was changed, only added to (RFC 9162, 2.1.4)."""

from collections.abc import Sequence

from groundway_ops.evidence.merkle.tree import node, root, split


def consistency(size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that `leaves[:size]` is what `leaves` began as."""
    if not 0 < size <= len(leaves):
        raise ValueError(f"{len(leaves)} leaves did not begin as {size}")
    return _steps(size, leaves, known=True)


def _steps(size: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    """`known`: the old root is the root of this part, and need not be told."""
    if size == len(leaves):
        return [] if known else [root(leaves)]
    half = split(len(leaves))
    if size <= half:
        return [*_steps(size, leaves[:half], known), root(leaves[half:])]
    return [*_steps(size - half, leaves[half:], False), root(leaves[:half])]


def consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether `proof` shows that the tree of size `new` began as the one of size `old`."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node(beside, before), node(beside, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
