"""Cuts the bytes of an MQTT 5 connection into packets, and reads PUBLISH; pure. See buffered_client.py."""

from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

LONGEST_PACKET: Final = 1024 * 1024
"""Twice the longest signed message. MQTT allows 256 MB, and who has the broker could end a small board so."""
_CONTINUES, _SEVEN = 0x80, 7
_SIZE_BYTES: Final = 4
"""At most, of the number that says how long a packet is."""
_QOS_1, _RETAIN = 0x02, 0x01
_KIND_AND_QOS_2: Final = 0xF4
_PUBLISH: Final = 0x30


class BadPacket(ValueError):  # noqa: N818 - named as Malformed is
    """The other end does not speak MQTT, or sends more than we take: the connection cannot go on."""


class Packet(NamedTuple):
    """One packet: its first byte, and where its body lies in the bytes that were read."""

    kind: int
    within: bytes
    at: int
    end: int

    @property
    def is_publish(self) -> bool:
        """Whether it is a PUBLISH of QoS 0 or 1."""
        return self.kind & _KIND_AND_QOS_2 == _PUBLISH

    @property
    def body(self) -> bytes:
        """All but its first byte and its length."""
        return self.within[self.at : self.end]


class PublishPacket(NamedTuple):
    """What a PUBLISH says; `packet_id`: two bytes, none with QoS 0."""

    topic: bytes
    payload: bytes
    packet_id: bytes
    retain: bool


class Packets:
    """The bytes of one connection. What is not whole yet is kept, and nothing else is."""

    __slots__ = ("_lacks", "_part")

    def __init__(self) -> None:
        self._part: bytearray | None = None
        self._lacks = 0

    @property
    def lacks(self) -> int:
        """Return how many bytes are known to be missing of the packet that has begun."""
        return self._lacks

    def add(self, read: bytes) -> Iterator[Packet]:
        """Yield the packets that are whole now; raise BadPacket."""
        part = self._part
        if part is not None:  # a long packet comes in many pieces: it is copied once, when it is whole
            self._lacks -= len(read)
            if self._lacks > 0:
                part += read
                return
            read, self._part = b"".join((part, read)), None
        at = yield from self._whole(read)
        if at < len(read):
            self._part = bytearray(read[at:])

    def _whole(self, read: bytes) -> Generator[Packet, None, int]:
        """Yield whole packets; return where the first begins that is not whole."""
        at, have, self._lacks = 0, len(read), 0
        while at + 2 <= have:
            size, start = read[at + 1], at + 2
            if size & _CONTINUES:
                size, start = _long_size(read, at + 1)
            if start + size > have:
                self._lacks = start + size - have
                break
            yield Packet(read[at], read, start, start + size)
            at = start + size
        return at


def _long_size(read: bytes, at: int) -> tuple[int, int]:
    """Return a length of several bytes, and where the body begins; 1 and the end where it is not whole."""
    size = 0
    for n, byte in enumerate(read[at : at + _SIZE_BYTES]):
        size |= (byte & ~_CONTINUES) << (_SEVEN * n)
        if not byte & _CONTINUES:
            if size > LONGEST_PACKET:
                raise BadPacket(f"a packet of {size} bytes")
            return size, at + n + 1
    if len(read) - at >= _SIZE_BYTES:
        raise BadPacket("the length of a packet has more than four bytes")
    return 1, len(read)


def read_publish(packet: Packet) -> PublishPacket:
    """Return what a PUBLISH of MQTT 5 says; its properties are skipped. Raise BadPacket."""
    kind, read, at, end = packet
    at, begins = at + 2 + (read[at] << 8 | read[at + 1]) if at + 2 <= end else end + 1, at + 2
    topic = read[begins:at]
    packet_id = b""
    if kind & _QOS_1:
        packet_id = read[at : at + 2]
        at += 2
    if at >= end:
        raise BadPacket("a PUBLISH that ends before its payload")
    size, at = read[at], at + 1
    if size:
        if size & _CONTINUES:
            size, at = _long_size(read, at - 1)
        at += size
        if at > end:
            raise BadPacket("a PUBLISH that ends within its properties")
    return PublishPacket(topic, read[at:end], packet_id, bool(kind & _RETAIN))
