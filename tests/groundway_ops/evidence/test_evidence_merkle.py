"""The tree against the words of RFC 9162, written down once more, and against changes of every part of a proof."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundway_ops.evidence import merkle
from groundway_ops.evidence.merkle import Frontier

LEAVES = [merkle.leaf(bytes([n % 256, n // 256])) for n in range(130)]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mth(d: list[bytes]) -> bytes:
    """MTH of section 2.1.1, over data."""
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\x00" + d[0])
    k = 1
    while k * 2 < len(d):
        k *= 2
    return sha(b"\x01" + mth(d[:k]) + mth(d[k:]))


def test_roots_are_those_of_the_rfc() -> None:
    data = [bytes([n % 256, n // 256]) for n in range(130)]
    tree = Frontier()
    for size in range(130):
        wanted = mth(data[:size])
        assert merkle.root(LEAVES[:size]) == wanted
        assert tree.root == wanted
        tree = tree.add(LEAVES[size])


def test_known_roots() -> None:
    """The eight inputs and roots that certificate-transparency logs are tested with."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [merkle.leaf(bytes.fromhex(one)) for one in inputs]
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_each_leaf_is_proved_at_its_index_and_at_no_other() -> None:
    for size in range(1, 34):
        root = merkle.root(LEAVES[:size])
        for index in range(size):
            proof = merkle.inclusion(index, LEAVES[:size])
            held = [i for i in range(-1, size + 1) if merkle.included(LEAVES[index], i, size, proof, root)]
            assert held == [index]


def test_each_tree_is_proved_to_begin_as_each_before_it() -> None:
    roots = [merkle.root(LEAVES[:size]) for size in range(34)]
    for new in range(1, 34):
        for old in range(1, new + 1):
            proof = merkle.consistency(old, LEAVES[:new])
            assert merkle.consistent(old, new, proof, roots[old], roots[new])
            assert not merkle.consistent(old, new, [*proof, LEAVES[0]], roots[old], roots[new])
            assert old == new or not merkle.consistent(old, 4 * new, proof, roots[old], roots[new])
            assert not merkle.consistent(old, new, proof, LEAVES[99], roots[new])
            assert not merkle.consistent(old, new, proof, roots[old], LEAVES[99])
            if proof:
                assert not merkle.consistent(old, new, proof[:-1], roots[old], roots[new])


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_proof_with_any_hash_changed_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    leaves, root = LEAVES[:size], merkle.root(LEAVES[:size])
    path = merkle.inclusion(index, leaves)
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    assert merkle.included(leaves[index], index, size, path, root)
    assert not merkle.included(leaves[index], index, size, flipped(path, at, bit), root)
    steps = merkle.consistency(old, leaves)
    at = data.draw(st.integers(0, len(steps) - 1))
    older = merkle.root(leaves[:old])
    assert merkle.consistent(old, size, steps, older, root)
    assert not merkle.consistent(old, size, flipped(steps, at, bit), older, root)
    assert not merkle.consistent(old, size, steps, merkle.root(leaves[1 : old + 1]), root)


def flipped(hashes: list[bytes], at: int, bit: int) -> list[bytes]:
    changed = (int.from_bytes(hashes[at], "big") ^ 1 << bit).to_bytes(32, "big")
    return [*hashes[:at], changed, *hashes[at + 1 :]]


def test_what_was_never_there_has_no_proof() -> None:
    with pytest.raises(ValueError, match="no leaf 3 among 3"):
        merkle.inclusion(3, LEAVES[:3])
    with pytest.raises(ValueError, match="did not begin as 4"):
        merkle.consistency(4, LEAVES[:3])
    with pytest.raises(ValueError, match="no 1 perfect subtrees"):
        Frontier(3, (LEAVES[0],))
