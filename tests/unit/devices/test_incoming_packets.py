"""What a broker sends is cut into packets, wherever the network cut it; no MQTT ends the connection."""

import itertools

import pytest

from devices.buffered_client import publish_packet
from devices.incoming_packets import LONGEST_PACKET, BadPacket, Packets, PublishPacket, read_publish


def said(*parts):
    """What is published in bytes that come in these parts."""
    packets = Packets()
    return [read_publish(packet) for part in parts for packet in packets.add(part) if packet.is_publish]


@pytest.mark.parametrize("size", [0, 1, 118, 119, 121, 127, 128, 16_375, 16_384, 70_000])
@pytest.mark.parametrize("number", [None, 1, 65_535])
def test_what_is_published_is_read_back(size, number):
    packet = publish_packet("a/b", b"x" * size, number, retain=True)
    number = b"" if number is None else number.to_bytes(2, "big")
    assert said(packet) == [PublishPacket(b"a/b", b"x" * size, number, True)]


def test_packets_may_be_cut_anywhere():
    packets = [publish_packet(f"a/{n}", b"x" * n, n or None, retain=False) for n in (0, 1, 110, 130, 300)]
    written = b"".join(packets)
    whole = said(written)
    assert [len(one.payload) for one in whole] == [0, 1, 110, 130, 300]
    assert said(*(written[at : at + 1] for at in range(len(written)))) == whole
    for cut in range(1, len(written)):
        assert said(written[:cut], written[cut:]) == whole


def test_what_is_missing_of_a_long_packet_is_known():
    packets, written = Packets(), publish_packet("a/b", b"x" * 70_000, None, retain=False)
    assert not list(packets.add(written[:1000]))
    assert packets.lacks == len(written) - 1000
    assert len(list(packets.add(written[1000:]))) == 1
    assert packets.lacks == 0


def test_properties_are_skipped():
    many = b"\x26\0\1k\0\xc8" + b"v" * 200  # a user property
    for properties in (b"\0", b"\2\1\1", bytes((0x80 | len(many) & 127, len(many) >> 7)) + many):
        body = b"\0\3a/b\0\7" + properties + b"payload"
        size = bytes((len(body),)) if len(body) < 128 else bytes((0x80 | len(body) & 127, len(body) >> 7))
        assert said(b"\x32" + size + body) == [PublishPacket(b"a/b", b"payload", b"\0\7", False)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"\0\3a/",
        b"\0\3a/b",
        b"\0\xffa/b\0",
        b"\0\3a/b\5ab",
        b"\0\3a/b\x80",
        b"\0\3a/b\xff\xff\xff\xff\1",
    ],
)
def test_what_is_cut_short_within_itself_ends_the_connection(body):
    after = publish_packet("c/d", b"y", None, retain=False)  # its bytes must not be taken for those that lack
    with pytest.raises(BadPacket):
        said(bytes((0x30, len(body))) + body + after)


def test_lengths_that_no_packet_has_end_the_connection():
    for length in (b"\xff\xff\xff\xff\1", b"\x80\x80\x80\x80", b"\xff\xff\xff\x7f"):
        with pytest.raises(BadPacket):
            said(b"\x30" + length + b"\0\3a/b\0")
    longest = publish_packet("a/b", b"x" * (LONGEST_PACKET - 6), None, retain=False)
    assert len(said(longest)) == 1


def test_no_bytes_that_anybody_sends_do_more_than_end_the_connection():
    alphabet = (0x00, 0x02, 0x30, 0x32, 0x7F, 0x80, 0xFF)
    for content in itertools.product(alphabet, repeat=5):
        try:
            said(bytes(content))
        except BadPacket:
            continue
