"""A request ends in time though the other side sends a byte now and then, in head, body or chunk."""

import time
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from controller.host import file_fetch
from controller.host.file_fetch import NotFetched, fetch
from controller.host.http_deadline import session_until
from tests.support.loopback_server import LoopbackServer

BEFORE = {
    "/head": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "/body": b"HTTP/1.1 200 OK\r\n\r\n",
    "/length": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "/chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n",
}
BOUND_S = 0.4
TOO_LONG_S = 8.0
"""So many bytes are sent that an answer without a bound takes longer than this."""


class Drips(BaseHTTPRequestHandler):
    def do_GET(self):  # the name that the library calls
        try:
            self.wfile.write(BEFORE[self.path])
            for _ in range(int(TOO_LONG_S / 0.05)):
                self.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *_):
        pass


def asked_whole(session, address):
    session.get(address, timeout=5)
    session.get_adapter(address).check()  # what has no length looks whole


@pytest.fixture(scope="module")
def server():
    with LoopbackServer(Drips) as running:
        yield running


@pytest.mark.parametrize("path", BEFORE)
def test_a_request_whose_answer_comes_byte_by_byte_ends_in_time(server, path):
    began = time.monotonic()
    with session_until(began + BOUND_S) as session, pytest.raises(requests.RequestException):
        asked_whole(session, server.address(path))
    assert BOUND_S <= time.monotonic() - began < TOO_LONG_S / 2


def test_requests_after_the_end_are_not_sent(server):
    with session_until(time.monotonic()) as session, pytest.raises(requests.Timeout):
        session.get(server.address("/body"))


@pytest.mark.parametrize("path", BEFORE)
def test_a_file_that_comes_byte_by_byte_is_given_up_in_time_and_is_never_taken_for_whole(
    server, path, tmp_path, monkeypatch
):
    monkeypatch.setattr(file_fetch, "_MOST_SECONDS", BOUND_S)
    began = time.monotonic()
    with pytest.raises(NotFetched, match="quá lâu"):
        fetch(server.address(path), tmp_path / "giọng.onnx", most_bytes=1_000_000)
    assert time.monotonic() - began < TOO_LONG_S / 2
