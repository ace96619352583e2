"""Loopback ports for servers that start later, or end and start again."""

import socket
from random import SystemRandom

_PORTS = range(20_000, 32_000)
"""Below those that Linux gives to connections (32,768 to 60,999), which would take it before the start."""
_TRIES = 100


def free_port() -> int:
    """Return a port that nobody listens on."""
    for _ in range(_TRIES):
        port = SystemRandom().choice(_PORTS)  # properties set the seed of all other random numbers
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
