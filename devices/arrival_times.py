"""When bytes reached this machine, as its kernel saw it: a busy program reads them later.

What a clock message waits before it is stamped counts as delay of the link; docs/protocol.md, Clock.
"""

import socket
import ssl
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

_SO_TIMESTAMPNS_NEW: Final = 64
"""Of Linux's <asm-generic/socket.h>, since 5.1; Python does not name it."""
_STAMP: Final = struct.Struct("=qq")
"""Seconds and nanoseconds of the system's clock."""
_ROOM: Final = socket.CMSG_SPACE(_STAMP.size)
LONGEST_WAIT_S: Final = 1.0
"""A stamp that is older, or lies in the future, is not believed: the system's clock may have been set."""


def ask_for_stamps(found: socket.socket) -> None:
    """Have the kernel note when bytes come; where it cannot, their time of reading counts."""
    if sys.platform != "linux":
        return  # the number means something else there
    with suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS_NEW, 1)


def receive(found: socket.socket, size: int) -> tuple[bytes, float | None]:
    """Read at most so many bytes; return them, and when the last of them came by time.monotonic.

    Never earlier than it really came. None: not known. Raises as `recv` does.
    """
    if isinstance(found, ssl.SSLSocket):
        came_at = _peeked(found, size)
        return found.recv(size), came_at
    data, told, _, _ = found.recvmsg(size, _ROOM)
    return data, _came_at(told)


def _peeked(found: ssl.SSLSocket, size: int) -> float | None:
    """Return when the last of the encrypted bytes came that are read next; they stay where they are."""
    try:
        _, told, _, _ = socket.socket.recvmsg(found, size, _ROOM, socket.MSG_PEEK)
    except OSError:
        return None  # nothing is there, or the connection is lost: `recv` says it
    return _came_at(told)


def _came_at(told: Iterable[tuple[int, int, bytes]]) -> float | None:
    for level, kind, data in told:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS_NEW) and len(data) >= _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack_from(data)
            waited = time.time() - seconds - nanoseconds / 1e9
            return time.monotonic() - waited if 0 <= waited <= LONGEST_WAIT_S else None
    return None
