"""paho's client with buffers of our own: many packets by one call to the socket, in both directions.

Publishing, its acknowledgements and all that is written go past paho, which makes some ten objects for each
message and a system call for each packet. Connecting, subscribing, keep-alive and reading remain paho's.
"""

import socket
import ssl
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final, Literal, cast

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from devices.arrival_times import receive

__all__ = ["LONGEST_PACKET", "READS_AT_ONCE", "READ_BYTES", "BufferedClient", "publish_packet"]

READ_BYTES: Final = 16 * 1024
"""Bytes read from the socket in one call: some fifty receipts."""
LONGEST_PACKET: Final = 1024 * 1024
"""Twice the longest signed message. MQTT allows 256 MB, and who has the broker could end a small board so."""
READS_AT_ONCE: Final = 8
"""Buffers read before what they hold is handed on: under a flood the rest waits in the socket."""
WRITE_BYTES: Final = 64 * 1024
"""Packets are joined up to this size; a longer one is sent alone."""
FAILURES_FROM: Final = 0x80
_NOTHING: Final = memoryview(b"")
_LAST: Final = -1
"""The number of DISCONNECT."""
_LONGEST: Final = 268_435_455
_PUBLISH, _PUBACK, _QOS_1, _RETAIN = 0x30, 0x40, 0x02, 0x01
_CONTINUES, _SEVEN = 0x80, 7
_REASON_AT: Final = 2
"""Where a PUBACK has its reason; shorter ones mean success."""


def publish_packet(topic: str, payload: bytes, packet_id: int | None, *, retain: bool) -> bytes:
    """Return a PUBLISH of MQTT 5 without properties, QoS 1 with a packet id; ValueError if it cannot be."""
    name = topic.encode()
    if not name or "+" in topic or "#" in topic:
        raise ValueError("not the topic of a message")
    middle = b"\0" if packet_id is None else packet_id.to_bytes(2, "big") + b"\0"
    kind = _PUBLISH | (0 if packet_id is None else _QOS_1) | (_RETAIN if retain else 0)
    size = 2 + len(name) + len(middle) + len(payload)
    if size > _LONGEST:
        raise ValueError("too long for MQTT")
    head = bytearray((kind,))
    while size >= _CONTINUES:
        head.append(size & (_CONTINUES - 1) | _CONTINUES)
        size >>= _SEVEN
    head.append(size)
    head += len(name).to_bytes(2, "big")
    return b"".join((head, name, middle, payload))


class BufferedClient(Client):
    """One connection's client. `send` may come from any thread, all else from the owner's."""

    _unread = b""
    _at = 0
    _reads_left = READS_AT_ONCE
    _writing = _NOTHING
    """The joined packets that the socket has not taken yet."""
    _written: tuple[int, ...] = ()
    """What to report once `_writing` is written."""
    came_at: float | None = None
    """When the bytes that were read last came, by time.monotonic; None: not known."""
    _out_packet: "deque[tuple[bytes | bytearray, int]]"  # type: ignore[assignment]  # paho's has a dict each

    def __init__(self, client_id: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self.on_written: Callable[[tuple[int, ...]], None] = lambda _: None
        """Called with the numbers given to `send` once these packets are written."""
        self.on_acknowledged: Callable[[int, str | None], None] = lambda *_: None
        """Called with a packet id and, if the broker refused the message, why."""

    # -- reading: paho itself reads one byte, one byte more, then the rest of each packet

    @property
    def has_unread(self) -> bool:
        """Whether buffered bytes wait, which the descriptor does not announce."""
        return self._at < len(self._unread)

    @property
    def has_decrypted(self) -> bool:
        """Whether TLS holds decrypted bytes, which the descriptor does not announce."""
        found = self.socket()
        return isinstance(found, ssl.SSLSocket) and found.pending() > 0

    def forget_unread(self) -> None:
        """Discard the buffered bytes."""
        self._unread, self._at = b"", 0

    def may_read_again(self) -> None:
        """Let the socket be read for so many more buffers."""
        self._reads_left = READS_AT_ONCE

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_unread:
            if bufsize > LONGEST_PACKET:
                raise OSError(f"a packet of {bufsize} bytes")
            if bufsize >= READ_BYTES:
                self.came_at = None
                return super()._sock_recv(bufsize)
            if self._reads_left <= 0 and not self.has_decrypted:
                raise BlockingIOError
            self._reads_left -= 1
            self._unread, self._at = self._received(), 0
        found = self._unread[self._at : self._at + bufsize]
        self._at += len(found)
        if self._at == len(self._unread):
            self.forget_unread()  # thousands of clients would keep a buffer each
        return found

    def _received(self) -> bytes:
        if self._sock is None:
            raise ConnectionError("the socket is closed")
        try:
            data, self.came_at = receive(cast("socket.socket", self._sock), READ_BYTES)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise BlockingIOError from error
        return data

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        packet = self._in_packet["packet"]
        if cmd != "PUBACK" or len(packet) < _REASON_AT:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL  # we publish nothing of QoS 2
        code = packet[_REASON_AT] if len(packet) > _REASON_AT else 0
        failure = str(ReasonCode(PacketTypes.PUBACK, identifier=code)) if code >= FAILURES_FROM else None
        self.on_acknowledged(int.from_bytes(packet[:_REASON_AT], "big"), failure)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    # -- writing

    def send(self, packet: bytes, number: int = 0) -> None:
        """Queue a packet; `on_written` is told its number if that is not 0."""
        self._out_packet.append((packet, number))

    def packet_id(self) -> int:
        """Return the next packet id."""
        return self._mid_generate()

    def want_write(self) -> bool:
        """Say whether something waits to be written."""
        return bool(self._writing or self._out_packet)

    def _send_puback(self, mid: int) -> MQTTErrorCode:
        self.send(b"\x40\x02" + mid.to_bytes(2, "big"))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _packet_queue(
        self, command: int, packet: bytes | bytearray, mid: int, qos: int, info: object = None
    ) -> MQTTErrorCode:
        del mid, qos, info  # these packets are CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT
        self._out_packet.append((packet, _LAST if command == PacketTypes.DISCONNECT << 4 else 0))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _packet_write(self) -> MQTTErrorCode:
        while self._writing or self._fill():
            try:
                sent = self._sock_send(self._writing)  # type: ignore[arg-type]  # for socket.send
            except BlockingIOError:
                return MQTTErrorCode.MQTT_ERR_AGAIN
            except (OSError, ValueError):  # ValueError: TLS that was ended
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
            self._writing = self._writing[sent:]
            if not self._writing and self._note_written() == _LAST:
                return MQTTErrorCode.MQTT_ERR_NO_CONN  # paho closes the socket, and tells that we wanted it
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _fill(self) -> bool:
        """Join what is queued, at least one packet; return whether there was any."""
        packets: list[bytes | bytearray] = []
        numbers, size = [], 0
        while self._out_packet and (not packets or size + len(self._out_packet[0][0]) <= WRITE_BYTES):
            packet, number = self._out_packet.popleft()
            packets.append(packet)
            size += len(packet)
            if number:
                numbers.append(number)
        if not packets:
            return False
        self._writing = memoryview(packets[0] if len(packets) == 1 else b"".join(packets))
        self._written = tuple(numbers)
        return True

    def _note_written(self) -> int:
        """Report the packets that were written; return the number of the last."""
        written, self._written, self._writing = self._written, (), _NOTHING
        self._last_msg_out = monotonic()
        if not written:
            return 0
        self.on_written(written)
        return written[-1]
