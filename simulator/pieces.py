"""Cache of messages that reach many nodes of one process: the same bytes are stored and hashed once."""

from collections import OrderedDict

from devices.chunks import digest

MOST_PIECES = 256
"""Of 32 KiB: 8 MiB; a message to all nodes reaches all of them within this."""
_HEAD = 32
"""Leading bytes that are compared before the whole chunk."""

Piece = tuple[bytes, str]


class Pieces:
    """The latest chunks and documents, each with its SHA-256. A real node computes that itself."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, bytes], Piece] = OrderedDict()

    def of(self, body: bytes) -> Piece:
        """Return the shared copy of these bytes, and their digest."""
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
