"""Merkle tree as RFC 9162 section 2.1 defines it; pure.

One stands over the journal's entries, one over each recording's chunks. Leaves are the hashes of entries. A
*checkpoint* is the number of entries and the root over them: whoever has seen one can tell later whether the
first entries are still the same. SHA-256 throughout; roots and proofs are 32 bytes each.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""
HASH_BYTES = 32
Subtree = Callable[[int, int], bytes]
"""Root of the complete subtree that begins at a leaf (from 0) and has 2 to the power of a height leaves."""


def leaf_of(entry_hash: str) -> bytes:
    """Return the leaf of an entry from its hash (64 hexadecimal digits)."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def join(left: bytes, right: bytes) -> bytes:
    """Return the root of two subtrees beside each other."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class MerkleTree:
    """A growing Merkle tree: the roots of its complete subtrees, one for each 1 bit of `size`."""

    size: int = 0
    peaks: bytes = b""
    """Those roots, largest subtree first, 32 bytes each."""

    def append(self, leaf: bytes) -> None:
        """Add one leaf at the end."""
        size = self.size
        while size % 2:
            self.peaks, leaf = self.peaks[:-HASH_BYTES], join(self.peaks[-HASH_BYTES:], leaf)
            size //= 2
        self.peaks += leaf
        self.size += 1

    def root(self) -> str:
        """Return the root over all leaves, in hexadecimal."""
        if not self.size:
            return EMPTY_ROOT.hex()
        *others, root = (self.peaks[at : at + HASH_BYTES] for at in range(0, len(self.peaks), HASH_BYTES))
        for peak in reversed(others):
            root = join(peak, root)
        return root.hex()


Levels = tuple[tuple[bytes, ...], ...]
"""All nodes of a tree, the leaves first, the root last; a node without a neighbour goes up as it is."""


def levels_of(leaves: Sequence[bytes]) -> Levels:
    """Return all levels of the tree over these leaves, of which there is at least one."""
    levels = [tuple(leaves)]
    while len(below := levels[-1]) > 1:
        joined = [join(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append((*joined, *below[len(joined) * 2 :]))
    return tuple(levels)


def proof_in(levels: Levels, index: int) -> list[bytes]:
    """Return the siblings that lead from a leaf (from 0) to the root, the lowest first; RFC 9162 2.1.3.1."""
    proof = []
    for level in levels[:-1]:
        if (sibling := index ^ 1) < len(level):
            proof.append(level[sibling])
        index //= 2
    return proof


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof of one leaf; who needs those of many keeps the levels."""
    return proof_in(levels_of(leaves), index)


def proof_by_subtrees(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the same of a tree of which not all leaves are at hand, but the roots of its subtrees."""
    return _path(0, size, index, subtree)


def _path(first: int, size: int, index: int, subtree: Subtree) -> list[bytes]:
    if size == 1:
        return []
    half = _half(size)
    if index < half:
        return [*_path(first, half, index, subtree), _range_root(first + half, size - half, subtree)]
    return [*_path(first + half, size - half, index - half, subtree), _range_root(first, half, subtree)]


def _range_root(first: int, size: int, subtree: Subtree) -> bytes:
    if not size & (size - 1):
        return subtree(first, size.bit_length() - 1)
    half = _half(size)
    return join(_range_root(first, half, subtree), _range_root(first + half, size - half, subtree))


def _half(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: str) -> bool:
    """Say whether the proof shows the leaf at `index` of `size` leaves under the root; RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if at % 2 or at == last:
            found = join(sibling, found)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            found = join(found, sibling)
        at, last = at // 2, last // 2
    return not last and found.hex() == root


def proof_length(index: int, size: int) -> int:
    """Return how many siblings lead from the leaf at `index` of `size` leaves to the root."""
    length = 0
    while size > 1:
        half = _half(size)
        index, size = (index, half) if index < half else (index - half, size - half)
        length += 1
    return length
