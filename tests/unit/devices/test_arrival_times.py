"""What waits in a socket is stamped with its arrival, and not with its reading; plain and with TLS."""

import select
import socket
import ssl
import threading
import time

import pytest

from devices.arrival_times import LONGEST_WAIT_S, ask_for_stamps, receive
from devices.link_api import Message
from tests.support.province_broker import write_certificate

WAITS_S = 0.3


@pytest.fixture
def pair():
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    with ours, theirs:
        ask_for_stamps(ours)
        for _ in range(200):  # the kernel begins to stamp a moment after the first socket asks for it
            theirs.sendall(b"x")
            if receive(ours, 1)[1] is not None:
                break
            time.sleep(0.01)
        yield ours, theirs


@pytest.fixture
def encrypted(pair, tmp_path):
    write_certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    ours, theirs = pair
    accepted = []
    greeting = threading.Thread(target=lambda: accepted.append(server.wrap_socket(theirs, server_side=True)))
    greeting.start()
    with client.wrap_socket(ours) as mine:
        greeting.join(10)
        with accepted[0] as other:
            ask_for_stamps(mine)
            other.sendall(b"hello")
            received(mine)  # and the session tickets before it
            yield mine, other


def received(ours):
    ours.setblocking(False)
    while True:
        select.select([ours], [], [], 10)
        try:
            return receive(ours, 16_384)
        except ssl.SSLWantReadError:
            continue


@pytest.fixture(params=["plain", "TLS"])
def either(request):
    return request.getfixturevalue("pair" if request.param == "plain" else "encrypted")


def test_what_waited_before_it_was_read_came_when_it_came(either):
    ours, theirs = either
    sent_at = time.monotonic()
    theirs.sendall(b"reply")
    time.sleep(WAITS_S)
    read_at = time.monotonic()
    data, came_at = received(ours)
    assert data == b"reply"
    assert sent_at - 0.01 < came_at < read_at - WAITS_S / 2


def test_of_what_came_in_parts_the_last_counts(either):
    """Never too early: a clock would take such an exchange for its quickest."""
    ours, theirs = either
    theirs.sendall(b"one")
    time.sleep(WAITS_S)
    sent_at = time.monotonic()
    theirs.sendall(b"two")
    time.sleep(WAITS_S)
    _, came_at = received(ours)
    assert came_at > sent_at - 0.01


def test_what_waited_so_long_that_the_clock_may_have_been_set_is_not_believed(pair):
    ours, theirs = pair
    theirs.sendall(b"old")
    time.sleep(LONGEST_WAIT_S + 0.1)
    assert receive(ours, 100) == (b"old", None)


def test_a_socket_that_the_kernel_does_not_stamp_tells_nothing():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ask_for_stamps(ours)
        theirs.sendall(b"x")
        assert receive(ours, 100) == (b"x", None)


def test_a_lost_connection_is_told_as_by_recv(either):
    ours, theirs = either
    theirs.close()
    assert received(ours)[0] == b""


def test_how_long_a_message_waited():
    assert Message("t", b"").waited_s() == 0
    assert 2 <= Message("t", b"", came_at=time.monotonic() - 2).waited_s() < 60
    assert Message("t", b"", came_at=time.monotonic() + 2).waited_s() == 0
