"""Chunks of recordings: split, describe, prove; bitmaps of present chunks; docs/protocol.md, "Chunks"."""

import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Self

from devices.ids import NodeId, RecordingId
from devices.merkle import Levels, is_included, leaf_of, levels_of, proof_in, proof_length
from devices.messages import MOST_CHUNKS, Manifest, Want

CHUNK_SIZE = 32 * 1024
"""Measured: half the size doubles the broker's work per byte; twice the size is slow at 1 Mbit/s."""
LARGE_CHUNK_SIZE, LARGE_FROM = 64 * 1024, 4 * 1024 * 1024
"""Of a recording so long that nobody waits for its first chunks: it saves 0.7 % of its bytes on the line."""
DIGEST_BYTES = 32
MOST_PROVEN = 64
"""Chunks remembered as proven, 2 MiB: a message to all nodes of a process reaches them within this."""


def digest(data: bytes) -> str:
    """Return SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def chunk_size_of(size: int) -> int:
    """Return how long the chunks of a new recording of so many bytes are."""
    return LARGE_CHUNK_SIZE if size >= LARGE_FROM else CHUNK_SIZE


def split(data: bytes, chunk_size: int | None = None) -> tuple[bytes, ...]:
    """Return the pieces in order; all but the last are `chunk_size` long (None: as of a new recording)."""
    chunk_size = chunk_size or chunk_size_of(len(data))
    return tuple(data[at : at + chunk_size] for at in range(0, len(data), chunk_size))


def manifest_of(
    data: bytes, *, codec: str, sample_rate: int, duration_ms: int, chunk_size: int | None = None
) -> Manifest:
    """Describe a finished recording."""
    chunk_size = chunk_size or chunk_size_of(len(data))
    return Manifest(
        recording=RecordingId(digest(data)),
        size=len(data),
        codec=codec,
        sample_rate=sample_rate,
        duration_ms=duration_ms,
        chunk_size=chunk_size,
        root=tree_of(split(data, chunk_size))[-1][0].hex(),
    )


def tree_of(pieces: Iterable[bytes]) -> Levels:
    """Return a recording's Merkle tree, over the digests of its chunks in order."""
    return levels_of([leaf_of(digest(piece)) for piece in pieces])


def sent_form(piece: bytes, tree: Levels, n: int) -> bytes:
    """Return the n-th chunk as it is sent: its bytes, then the proof that they belong to the recording."""
    return piece + b"".join(proof_in(tree, n))


def sent_forms(data: bytes, chunk_size: int | None = None) -> tuple[bytes, ...]:
    """Return all chunks of a recording as they are sent, in order."""
    pieces = split(data, chunk_size)
    tree = tree_of(pieces)
    return tuple(sent_form(piece, tree, n) for n, piece in enumerate(pieces))


def chunk_length(manifest: Manifest, n: int) -> int:
    """Return how many bytes the n-th chunk has, without its proof; raise IndexError when there is none."""
    if not 0 <= n < manifest.count:
        raise IndexError(n)
    return min(manifest.chunk_size, manifest.size - n * manifest.chunk_size)


_proven: OrderedDict[tuple[str, int, int, str], bytes] = OrderedDict()


def proven(manifest: Manifest, n: int, payload: bytes, sha256: str | None = None) -> bytes | None:
    """Return the bytes of the n-th chunk, without its proof; None where they do not belong there.

    `sha256`: the payload's digest, where it is known: what all nodes of a process receive is checked once.
    """
    if not 0 <= n < manifest.count:
        return None
    of = manifest.root, manifest.size, n, sha256 or ""
    if sha256 is not None and (known := _proven.get(of)) is not None:
        return known
    length = chunk_length(manifest, n)
    if len(payload) != length + DIGEST_BYTES * proof_length(n, manifest.count):
        return None
    data = payload[:length]
    proof = [payload[at : at + DIGEST_BYTES] for at in range(length, len(payload), DIGEST_BYTES)]
    if not is_included(leaf_of(digest(data)), n, manifest.count, proof, manifest.root):
        return None
    if sha256 is not None:
        _proven[of] = data
        if len(_proven) > MOST_PROVEN:
            _proven.popitem(last=False)
    return data


class Bitmap:
    """A set of chunk numbers below `count`. Bit 0 (lowest) of byte 0 is chunk 0; spare bits are zero."""

    __slots__ = ("_bits", "count")

    def __init__(self, count: int, bits: int = 0) -> None:
        if not 0 <= count <= MOST_CHUNKS:
            raise ValueError(f"count must be 0 to {MOST_CHUNKS}")
        if bits < 0 or bits >> count:
            raise ValueError("bits beyond count")
        self.count = count
        self._bits = bits

    @classmethod
    def full(cls, count: int) -> Self:
        """Return the set of all numbers below `count`."""
        return cls(count, (1 << count) - 1)

    @classmethod
    def of(cls, count: int, numbers: Iterable[int]) -> Self:
        """Return the set of these numbers; raise IndexError for one that is not below `count`."""
        bitmap = cls(count)
        for n in numbers:
            bitmap.set(n)
        return bitmap

    @classmethod
    def from_base64(cls, text: str, count: int) -> Self:
        """Read the wire's form; raise ValueError when it is not base64 or not as long as `count` demands."""
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("not base64") from error
        if len(raw) != (count + 7) // 8:
            raise ValueError("the bitmap's length does not fit the count")
        return cls(count, int.from_bytes(raw, "little"))

    def base64(self) -> str:
        """Return the wire's form: standard base64 with padding."""
        return base64.b64encode(self._bits.to_bytes((self.count + 7) // 8, "little")).decode()

    def set(self, n: int) -> bool:
        """Add a number and say whether it is new; raise IndexError when it is not below `count`."""
        if not 0 <= n < self.count:
            raise IndexError(n)
        is_new = n not in self
        self._bits |= 1 << n
        return is_new

    def missing(self) -> Self:
        """Return the set of the numbers that are not in this one."""
        return type(self)(self.count, self._bits ^ ((1 << self.count) - 1))

    @property
    def is_full(self) -> bool:
        """Whether every number below `count` is in."""
        return self._bits == (1 << self.count) - 1

    def __contains__(self, n: int) -> bool:
        return 0 <= n < self.count and bool(self._bits >> n & 1)

    def __iter__(self) -> Iterator[int]:
        return (n for n in range(self.count) if self._bits >> n & 1)

    def __len__(self) -> int:
        return self._bits.bit_count()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bitmap) and (self.count, self._bits) == (other.count, other._bits)

    def __hash__(self) -> int:
        return hash((self.count, self._bits))

    def __repr__(self) -> str:
        return f"Bitmap({len(self)} of {self.count})"


def want_of(node: NodeId, recording: RecordingId, held: Bitmap) -> Want:
    """Return the message that asks for everything that is not held."""
    return Want(node=node, recording=recording, count=held.count, missing=held.missing().base64())


def wanted(want: Want) -> Bitmap:
    """Return the chunks that a want asks for; raise ValueError when its bitmap does not fit its count."""
    return Bitmap.from_base64(want.missing, want.count)
