"""HTTP requests that end: after so many seconds in all, whatever the other side does meanwhile.

The timeouts of `requests` bound the wait for each piece alone: a server that sends a byte every few seconds
is never cut off by them, neither in its head nor in its body. Looking up the server's name is not cut off.
"""

import socket
import threading
import time
from contextlib import suppress
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.poolmanager import PoolManager

SCHEMES: Final = ("https://", "http://")


class DeadlineAdapter(HTTPAdapter):
    """Carries the requests of a short session, and shuts its sockets down at an instant of `time.monotonic`.

    Whoever reads an answer calls `check` in the end: without a length, one that was cut off looks whole.
    """

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        super().__init__()

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        """Have the sockets of direct connections known here."""
        super().init_poolmanager(*args, **named)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **named: Any) -> PoolManager:
        """Have the sockets of connections through a proxy known here, too."""
        manager: PoolManager = super().proxy_manager_for(proxy, **named)
        self._watch(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        """Send a request; raises requests.Timeout if the time is over before the answer's head came."""
        self.check()
        if self._timer is None:
            self._timer = threading.Timer(self._ends_at - time.monotonic(), self._cut)
            self._timer.daemon = True
            self._timer.start()
        try:
            return super().send(request, *args, **named)
        except requests.RequestException:
            self.check()
            raise

    def check(self) -> None:
        """Raise requests.Timeout if the time is over."""
        if time.monotonic() >= self._ends_at:
            raise requests.Timeout("no whole answer in time")

    def close(self) -> None:
        """End; the timer's thread with it."""
        if self._timer is not None:
            self._timer.cancel()
        super().close()

    def _watch(self, manager: PoolManager) -> None:
        note = self._note

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def _note(self, opened: Any) -> None:
        with self._lock:
            self._sockets.append(opened)
        if time.monotonic() >= self._ends_at:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            for opened in self._sockets:
                with suppress(OSError, TypeError):  # closed already; no socket of its own (TLS within TLS)
                    # of the connection below TLS: its reader, in another thread, finds the end of the stream
                    socket.socket.shutdown(opened, socket.SHUT_RDWR)


def session_until(ends_at: float) -> requests.Session:
    """Return a session whose requests all end at an instant of `time.monotonic`."""
    session = requests.Session()
    for scheme in SCHEMES:
        session.mount(scheme, DeadlineAdapter(ends_at))
    return session
