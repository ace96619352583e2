"""Messages as they come to many nodes of one process: the same bytes are kept and digested once for all."""

from collections import OrderedDict

from devices.chunks import digest

MOST_PIECES = 256
"""Of 32 KiB: 8 MiB; what is sent to all comes to all within this."""
_HEAD = 32
"""Bytes by which chunks are told apart before they are compared whole."""

Piece = tuple[bytes, str]


class Pieces:
    """Chunks and documents that came last, each with its SHA-256. A real node computes that for itself."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, bytes], Piece] = OrderedDict()

    def of(self, body: bytes) -> Piece:
        """Return the same bytes, as they are kept for all nodes, and their digest."""
        key = len(body), body[:_HEAD]
        known = self._known.get(key)
        if known is not None and known[0] == body:
            self._known.move_to_end(key)
            return known
        piece = body, digest(body)
        self._known[key] = piece
        if len(self._known) > MOST_PIECES:
            self._known.popitem(last=False)
        return piece
