"""The journal's Merkle tree: the roots of RFC 9162's definition, and proofs that hold for one leaf alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.merkle import EMPTY_ROOT, MerkleTree, inclusion_proof, is_included, leaf_of, proof_by_subtrees

HASHES = [hashlib.sha256(bytes([n])).hexdigest() for n in range(70)]


def defined_root(leaves):
    """The definition of RFC 9162, section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = defined_root(leaves[:half]), defined_root(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(hashes):
    tree = MerkleTree()
    for entry in hashes:
        tree.append(leaf_of(entry))
    return tree


def test_a_leaf_is_hashed_with_its_prefix():
    assert leaf_of("00" * 32) == hashlib.sha256(b"\x00" + bytes(32)).digest()


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 63, 64, 65])
def test_the_growing_tree_has_theroot_of_the_definition(size):
    assert grown(HASHES[:size]).root() == defined_root([leaf_of(one) for one in HASHES[:size]]).hex()


def test_a_tree_without_entries_has_theroot_of_nothing():
    assert MerkleTree().root() == EMPTY_ROOT.hex()


@given(st.integers(1, 70), st.data())
def test_a_proof_holds_for_its_own_entry_and_for_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = [leaf_of(one) for one in HASHES[:size]]
    root = grown(HASHES[:size]).root()
    proof = inclusion_proof(leaves, index)
    assert proof_by_subtrees(index, size, lambda at, high: defined_root(leaves[at : at + 2**high])) == proof
    assert is_included(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1))
    assert is_included(leaves[other], index, size, proof, root) == (other == index)
    assert is_included(leaves[index], other, size, proof, root) == (other == index)
    assert not is_included(leaves[index], index, size, [*proof, leaves[0]], root)
    assert not proof or not is_included(leaves[index], index, size, proof[:-1], root)


def test_an_index_outside_the_tree_is_never_included():
    assert not is_included(leaf_of(HASHES[0]), 1, 1, [], grown(HASHES[:1]).root())
    assert not is_included(leaf_of(HASHES[0]), -1, 1, [], grown(HASHES[:1]).root())
