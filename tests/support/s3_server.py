"""An S3 server for tests: moto's, as a process of its own on a free loopback port, with one bucket.

It keeps objects in memory, so it is not ended to be away: `away` closes its door (a relay in this process),
as a client sees a server that was killed; `frozen` stops the process, as a client sees one that hangs.
"""

import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import requests

from tests.support.ports import free_port

BUCKET = "loa-sounds"
KEY, SECRET = "TESTKEYTESTKEYTESTKEY", "test+secret/that-no-log-may-quote"
_START_S = 60
_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}


class S3Server:
    """Started and stopped by hand; `endpoint` is its address."""

    def __init__(self) -> None:
        self._port, self._door = free_port(), None
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
        until = time.monotonic() + _START_S
        while True:
            try:
                made = requests.put(f"http://127.0.0.1:{self._port}/{BUCKET}", timeout=_START_S)
                break
            except requests.ConnectionError:
                assert time.monotonic() < until, "moto does not start"
                time.sleep(0.05)
        assert made.ok, made.text
        self.come_back()

    def stop(self) -> None:
        """End it; what it kept is gone."""
        self.go_away()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def address(self, prefix: str = "") -> str:
        return f"s3://{BUCKET}/{prefix}".rstrip("/")

    def environment(self, prefix: str) -> dict[str, str]:
        """Return the settings of a station whose sounds are here."""
        return {
            "LOA_RECORDINGS": self.address(f"{prefix}/recordings"),
            "LOA_UPLOADS": self.address(f"{prefix}/uploads"),
            "LOA_S3_ENDPOINT": self.endpoint,
            **_ENVIRONMENT,
        }

    def go_away(self) -> None:
        """Refuse every connection, and cut those that are open."""
        if self._door is not None:
            self._door.shutdown()
            self._door.server_close()
            for one in list(self._door.open):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            self._door = None

    def come_back(self) -> None:
        if self._door is None:
            self._door = _Door(("127.0.0.1", self.port), self._port)
            threading.Thread(target=self._door.serve_forever, args=(0.05,), daemon=True).start()

    @contextmanager
    def away(self):
        """For as long as this lasts, nobody listens at the address."""
        self.go_away()
        try:
            yield
        finally:
            self.come_back()

    @contextmanager
    def frozen(self):
        """For as long as this lasts, connections are taken and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
def s3():
    server = S3Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()


class _Door(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address, behind) -> None:
        self.behind, self.open = behind, set()
        super().__init__(address, _Through)


class _Through(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as other:
            self.server.open |= {self.request, other}
            back = threading.Thread(target=_pass_on, args=(other, self.request), daemon=True)
            back.start()
            _pass_on(self.request, other)
            back.join()
            self.server.open -= {self.request, other}


def _pass_on(source, target) -> None:
    with suppress(OSError):
        while some := source.recv(65_536):
            target.sendall(some)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
