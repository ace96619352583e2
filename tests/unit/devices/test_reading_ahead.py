"""Many messages that came together are taken from the socket in one call; none is lost, none is cut."""

import select
import socket

import pytest

from devices.buffered_client import READS_AT_ONCE, BufferedClient
from devices.fleet_link import NODE_READ
from devices.incoming_packets import LONGEST_PACKET

READ_BYTES = 16 * 1024


class Counted:
    """A socket that counts how often it is asked."""

    def __init__(self, real):
        self.real = real
        self.asked = 0

    def recv(self, size):
        self.asked += 1
        return self.real.recv(size)

    def recvmsg(self, size, room):
        self.asked += 1
        return self.real.recvmsg(size, room)

    def __getattr__(self, name):
        return getattr(self.real, name)


def publish(topic, payload):
    """A PUBLISH of MQTT 5, QoS 0, as a broker sends it."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + b"\0" + payload
    size, left = b"", len(body)
    while True:
        left, low = left >> 7, left & 127
        size += bytes([low | (128 if left else 0)])
        if not left:
            return b"\x30" + size + body


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield Counted(ours), theirs


@pytest.fixture
def client(pair):
    made = BufferedClient("a-client", READ_BYTES)
    made._sock = pair[0]
    made.heard = []
    made.on_published = lambda came: made.heard.append((came.topic.decode(), came.payload))
    yield made
    made._sock = None


def read(client):
    client.loop_read()


def test_fifty_messages_that_came_together_are_one_call(client, pair):
    ours, theirs = pair
    sent = [(f"loa/{n}", b"x" * 100) for n in range(50)]
    theirs.sendall(b"".join(publish(*one) for one in sent))
    read(client)
    assert client.heard == sent
    assert ours.asked == 1


def test_a_message_that_comes_in_pieces_is_put_together(client, pair):
    _, theirs = pair
    sent = [("loa/long", bytes(range(256)) * (READ_BYTES // 64)), ("loa/short", b"y")]
    written = b"".join(publish(*one) for one in sent)
    for at in range(0, len(written), 5000):
        theirs.sendall(written[at : at + 5000])
        read(client)
    assert client.heard == sent


def test_what_follows_the_end_that_the_broker_announced_is_not_read(client, pair):
    _, theirs = pair
    ends = bytes.fromhex("e0028e00")  # DISCONNECT: another client took our name
    theirs.sendall(publish("loa/1", b"1") + ends + publish("loa/2", b"2"))
    read(client)
    assert client.heard == [("loa/1", b"1")]
    assert client.socket() is None


def test_a_flood_is_read_in_parts_so_that_what_came_is_handed_on(client, pair):
    ours, theirs = pair
    ours.real.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_BYTES * 64)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, READ_BYTES * 64)
    sent = [(f"loa/{n}", b"x" * 1000) for n in range(READ_BYTES * READS_AT_ONCE // 1000 + 40)]
    theirs.sendall(b"".join(publish(*one) for one in sent))
    read(client)
    assert 0 < len(client.heard) < len(sent)
    assert ours.asked == READS_AT_ONCE
    read(client)
    assert client.heard == sent


def test_a_packet_longer_than_any_true_one_ends_the_connection_before_it_is_in_memory(client, pair):
    """MQTT allows 256 MB: who has the broker would end every small board with one message."""
    _, theirs = pair
    true = publish("loa/1", bytes(LONGEST_PACKET - 100))
    for at in range(0, len(true), READ_BYTES):
        theirs.sendall(true[at : at + READ_BYTES])
        read(client)
    assert [len(payload) for _, payload in client.heard] == [LONGEST_PACKET - 100]
    theirs.sendall(publish("loa/2", bytes(2 * LONGEST_PACKET))[: 2 * READ_BYTES])
    read(client)
    assert client.socket() is None


def test_no_buffer_is_kept_once_it_is_read(client, pair):
    pair[1].sendall(publish("loa/1", b"x" * 1000))
    read(client)
    assert client._packets._part is None


CHUNK = 3 * NODE_READ


@pytest.fixture
def tcp(client):
    """The broker's end of a connection over TCP; the client reads as one of thousands."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        theirs = socket.create_connection(door.getsockname())
        ours, _ = door.accept()
    theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ours.setblocking(False)
    client._sock, client._read_bytes = ours, NODE_READ
    with ours, theirs:
        yield theirs


def announced(client, within_s):
    """Whether the system says within so many seconds that the client's socket can be read."""
    waiting = select.poll()
    waiting.register(client._sock, select.POLLIN)
    return bool(waiting.poll(within_s * 1000))


def test_the_rest_of_a_chunk_waits_in_the_kernel_until_it_is_whole(client, tcp):
    """What a process holds of the chunks that come to its thousands of nodes was most of its memory."""
    sent = [("loa/chunk/1", b"x" * CHUNK), ("loa/chunk/2", b"y" * CHUNK)]
    written = b"".join(publish(*one) for one in sent)
    for part, whole in ((written[: 2 * NODE_READ], 0), (written[2 * NODE_READ : -1], 1)):
        tcp.sendall(part)
        assert announced(client, 10)
        while announced(client, 0.1 if len(client.heard) == whole else 10):
            read(client)
            assert len(client._packets._part or b"") <= NODE_READ
    assert client.heard == sent[:1]
    tcp.sendall(written[-1:])
    assert announced(client, 10)
    read(client)
    assert client.heard == sent


def test_a_connection_that_ends_within_a_chunk_is_noticed(client, tcp):
    tcp.sendall(publish("loa/chunk/1", b"x" * CHUNK)[: 2 * NODE_READ])
    assert announced(client, 10)
    read(client)
    tcp.close()
    for _ in range(2):  # what is left, then the end
        assert announced(client, 10)
        read(client)
        if client.socket() is None:
            return
    pytest.fail("the end was not noticed")
