"""A minimal MQTT 5 client for load: so cheap that the loaded program, not the client, is measured."""

import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
_QOS_1: Final = 0x02
_KIND: Final = 0xF0
_CONTINUES, _SEVEN = 0x80, 7
_PACKET_IDS: Final = 65_535
_READ: Final = 1 << 18
_TIMEOUT_S: Final = 20.0
_FILTERS_A_PACKET: Final = 100


@dataclass
class BareClient:
    """One connection. `send` queues a message; `take` reads what has arrived, without waiting."""

    host: str
    port: int
    name: str
    on_message: Callable[[bytes, bytes], None] = lambda _topic, _payload: None
    unacknowledged: int = 0
    """Messages of QoS 1 that the broker has not acknowledged yet."""
    _next_id: int = 0
    _waiting: bytearray = field(default_factory=bytearray)
    _left: bytearray = field(default_factory=bytearray)

    def connect(self, filters: Iterable[str] = ()) -> None:
        """Connect and subscribe; raises OSError."""
        self.socket = socket.create_connection((self.host, self.port), _TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = self.name.encode()
        head = b"\0\4MQTT\5\2\0\0\3!\xff\xff" + len(name).to_bytes(2, "big") + name
        self.socket.sendall(_packet(_CONNECT, head))
        self._await(_CONNACK)
        wanted = [name.encode() for name in filters]
        for at in range(0, len(wanted), _FILTERS_A_PACKET):
            part = wanted[at : at + _FILTERS_A_PACKET]
            body = b"".join(len(one).to_bytes(2, "big") + one + b"\1" for one in part)
            self.socket.sendall(_packet(_SUBSCRIBE, self._packet_id() + b"\0" + body))
            self._await(_SUBACK)
        self.socket.setblocking(False)

    def send(self, topic: bytes, payload: bytes, qos: int) -> None:
        """Add one message to what `flush` writes."""
        head = len(topic).to_bytes(2, "big") + topic
        if qos:
            self.unacknowledged += 1
            body = head + self._packet_id() + b"\0" + payload
            self._left += _packet(_PUBLISH | _QOS_1, body)
        else:
            self._left += _packet(_PUBLISH, head + b"\0" + payload)

    @property
    def is_stuck(self) -> bool:
        """Return whether something could not be written yet."""
        return bool(self._left)

    def flush(self) -> None:
        """Write as much as the socket accepts."""
        while self._left:
            try:
                sent = self.socket.send(self._left)
            except BlockingIOError:
                return
            del self._left[:sent]

    def take(self) -> None:
        """Read what arrived, acknowledge it, and pass it on; raises ConnectionError at the end."""
        for kind, body in self._packets():
            if kind & _KIND == _PUBACK:
                self.unacknowledged -= 1
            elif kind & _KIND == _PUBLISH:
                self._take_publish(kind, body)

    def close(self) -> None:
        """Close the connection without DISCONNECT."""
        self.socket.close()

    def _take_publish(self, kind: int, body: bytes) -> None:
        size = 2 + int.from_bytes(body[:2], "big")
        topic, at = body[2:size], size
        if kind & _QOS_1:
            self._left += b"\x40\2" + body[at : at + 2]
            at += 2
        at += 1 + body[at]  # properties: always shorter than 127 bytes here
        self.on_message(topic, body[at:])

    def _await(self, wanted: int) -> None:
        self.socket.setblocking(True)
        while True:
            for kind, body in self._packets():
                if kind & _KIND == wanted & _KIND:
                    return
                if kind & _KIND == _PUBLISH:
                    self._take_publish(kind, body)

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        try:
            read = self.socket.recv(_READ)
        except BlockingIOError:
            return
        if not read:
            raise ConnectionError("the broker ended the connection")
        self._waiting += read
        at, have = 0, len(self._waiting)
        content = bytes(self._waiting)
        while at + 2 <= have:
            size, shift, head = 0, 0, at + 1
            while head < have:
                byte = content[head]
                head += 1
                size |= (byte & ~_CONTINUES) << shift
                shift += _SEVEN
                if not byte & _CONTINUES:
                    break
            else:
                break
            if head + size > have:
                break
            yield content[at], content[head : head + size]
            at = head + size
        del self._waiting[:at]

    def _packet_id(self) -> bytes:
        self._next_id = self._next_id % _PACKET_IDS + 1
        return self._next_id.to_bytes(2, "big")


def _packet(kind: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, byte = size >> _SEVEN, size & ~_CONTINUES & 0xFF
        length.append(byte | _CONTINUES if size else byte)
        if not size:
            return bytes((kind,)) + bytes(length) + body
