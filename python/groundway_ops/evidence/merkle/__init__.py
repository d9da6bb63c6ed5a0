"""The Merkle tree of RFC 9162 (SHA-256), section 2.1: one hash stands for a list, its order and its length."""

from groundway_ops.evidence.merkle.consistency import consistency, consistent
from groundway_ops.evidence.merkle.frontier import Frontier
from groundway_ops.evidence.merkle.inclusion import included, inclusion
from groundway_ops.evidence.merkle.tree import leaf, node, root

__all__ = ["Frontier", "consistency", "consistent", "included", "inclusion", "leaf", "node", "root"]
