"""Hashes of leaves and nodes, and the root of a list. Different first bytes: a leaf can never pass for a node."""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size` (> 1): how many leaves the left half has."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash over a list of leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    half = split(len(leaves))
    return node(root(leaves[:half]), root(leaves[half:]))
