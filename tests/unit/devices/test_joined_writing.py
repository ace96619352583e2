"""Many packets are written by one call to the socket; each message settles once, when it may."""

import socket

import pytest
from paho.mqtt.enums import MQTTErrorCode

from devices.buffered_client import WRITE_BYTES, BufferedClient, publish_packet
from devices.link import Connection, LinkBusy
from devices.link_api import Address, Events, Options


class Counted:
    """A socket that counts what is sent, and may take only some bytes at once."""

    def __init__(self, real, most=1 << 30):
        self.real, self.most = real, most
        self.sent = []

    def send(self, content):
        self.sent.append(self.real.send(bytes(content[: self.most])))
        return self.sent[-1]

    def __getattr__(self, name):
        return getattr(self.real, name)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    with ours, theirs:
        yield Counted(ours), theirs


@pytest.fixture
def client(pair):
    made = BufferedClient("a-client", 4096)
    made._sock = pair[0]
    made.written = []
    made.on_written = made.written.extend
    yield made
    made._sock = None


def all_of(theirs):
    found = b""
    while True:
        try:
            found += theirs.recv(1 << 20)
        except BlockingIOError:
            return found


def read_back(packet):
    """Read a PUBLISH as a broker does: topic, payload, packet id."""
    assert packet[0] & 0xF0 == 0x30
    size, at, shift = 0, 1, 0
    while True:
        size |= (packet[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not packet[at - 1] & 128:
            break
    assert len(packet) - at == size
    name = int.from_bytes(packet[at : at + 2], "big")
    topic, at = packet[at + 2 : at + 2 + name].decode(), at + 2 + name
    number = None
    if packet[0] & 2:
        number, at = int.from_bytes(packet[at : at + 2], "big"), at + 2
    assert packet[at] == 0, "no properties"
    return topic, packet[at + 1 :], number


@pytest.mark.parametrize("size", [0, 1, 120, 121, 122, 127, 128, 16_375, 16_384, 70_000, 2_097_150])
@pytest.mark.parametrize("number", [None, 1, 65_535])
def test_a_message_of_any_length_is_read_back(size, number):
    packet = publish_packet("a/b", b"x" * size, number, retain=False)
    assert read_back(packet) == ("a/b", b"x" * size, number)


@pytest.mark.parametrize("topic", ["", "a/+", "#"])
def test_a_filter_is_not_published_to(topic):
    with pytest.raises(ValueError, match="topic"):
        publish_packet(topic, b"", None, retain=False)


def test_packets_that_wait_together_go_by_one_call_in_order(client, pair):
    packets = [publish_packet(f"t/{n}", b"told", None, retain=False) for n in range(100)]
    for n, packet in enumerate(packets, start=1):
        client.send(packet, n)
    assert client.loop_write() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert len(pair[0].sent) == 1
    assert all_of(pair[1]) == b"".join(packets)
    assert client.written == list(range(1, 101))


def test_what_a_socket_takes_in_parts_is_reported_when_all_is_taken(client, pair):
    pair[0].most = 1000
    long, short = b"L" * (WRITE_BYTES + 5), b"s" * 10
    client.send(long, 7)
    client.send(short, 8)
    client._packet_write()
    assert all_of(pair[1]) == long + short
    assert client.written == [7, 8]
    assert not client.want_write()


def test_nothing_is_reported_of_what_waits(client, pair):
    pair[1].close()
    client.send(b"x", 1)
    assert client._packet_write() == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert client.written == []


@pytest.fixture
def connection(pair):
    made = Connection(
        Address.of("mqtt://localhost"),
        Options("a-client", window=5),
        None,
        filters=dict,
        events=Events(None, None, None),
        in_flight=2,
    )
    made._client._sock = pair[0]
    made.is_up = True
    yield made
    made._client._sock = None


def acknowledged(connection, number, reason=b""):
    connection._client._in_packet["packet"] = bytearray(number.to_bytes(2, "big") + reason)
    connection._client._handle_pubackcomp("PUBACK")
    connection.drain()
    connection.write()


def test_no_more_are_under_way_than_the_broker_takes(connection, pair):
    pending = [connection.publish("a/b", str(n).encode(), 1, retain=False) for n in range(5)]
    with pytest.raises(LinkBusy):
        connection.publish("a/b", b"", 1, retain=False)
    connection.write()
    first = all_of(pair[1])
    assert len(first) == 2 * len(publish_packet("a/b", b"0", 1, retain=False))
    acknowledged(connection, read_back(first[: len(first) // 2])[2])
    assert [one.outcome for one in pending] == [True, None, None, None, None]
    assert read_back(all_of(pair[1]))[1] == b"2"


def test_a_refused_message_has_failed_and_says_why(connection, pair):
    pending = connection.publish("a/b", b"", 1, retain=False)
    connection.write()
    acknowledged(connection, read_back(all_of(pair[1]))[2], b"\x87")
    assert pending.outcome is False
    assert pending.failure == "Not authorized"


def test_a_foreign_or_repeated_acknowledgement_changes_nothing(connection, pair):
    pending = [connection.publish("a/b", b"", 1, retain=False) for _ in range(3)]
    connection.write()
    number = read_back(all_of(pair[1])[: len(publish_packet("a/b", b"", 1, retain=False))])[2]
    acknowledged(connection, number)
    all_of(pair[1])
    acknowledged(connection, number)
    acknowledged(connection, 999)
    assert [one.outcome for one in pending] == [True, None, None]
    assert all_of(pair[1]) == b""
