"""paho's client with buffers of our own: many packets by one call to the socket, in both directions.

Messages, their acknowledgements and all that is read and written go past paho, which makes some ten objects
for each message and reads each packet byte by byte. Connecting, subscribing and keep-alive remain paho's.
"""

import fcntl
import socket
import ssl
import sys
import termios
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final, Literal, cast

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from devices.arrival_times import receive
from devices.incoming_packets import BadPacket, Packet, Packets, PublishPacket, read_publish

__all__ = ["READS_AT_ONCE", "BufferedClient", "publish_packet"]

LONGEST_READ: Final = 64 * 1024
"""The same while a long packet comes, such as a chunk, of which the beginning was read."""
READS_AT_ONCE: Final = 8
"""Buffers read before what they hold is handed on: under a flood the rest waits in the socket."""
WRITE_BYTES: Final = 64 * 1024
"""Packets are joined up to this size; a longer one is sent alone."""
FAILURES_FROM: Final = 0x80
_INT: Final = 4
"""Bytes of the system's int."""
_NOTHING: Final = memoryview(b"")
_LAST: Final = -1
"""The number of DISCONNECT."""
_LONGEST: Final = 268_435_455
_PUBLISH, _QOS_1, _RETAIN, _KIND = 0x30, 0x02, 0x01, 0xF0
_ACKNOWLEDGED: Final = b"\x40\x02"
"""The head of a PUBACK that means success; the packet id follows."""
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

    _writing = _NOTHING
    """The joined packets that the socket has not taken yet."""
    _written: tuple[int, ...] = ()
    """What to report once `_writing` is written."""
    came_at: float | None = None
    """When the bytes that were read last came, by time.monotonic; None: not known."""
    _out_packet: "deque[tuple[bytes | bytearray, int]]"  # type: ignore[assignment]  # paho's has a dict each

    def __init__(self, client_id: str, read_bytes: int) -> None:
        """Make one; `read_bytes`: so many are read at a time, and kept of a packet that is not whole yet."""
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self._packets = Packets()
        self._read_bytes = read_bytes
        self._announced_from = 1
        """Bytes that must be there before the descriptor announces any."""
        self.on_published: Callable[[PublishPacket], None] = lambda _: None
        """Called with each PUBLISH that comes; the broker is told afterwards that it came."""
        self.on_written: Callable[[tuple[int, ...]], None] = lambda _: None
        """Called with the numbers given to `send` once these packets are written."""
        self.on_acknowledged: Callable[[int, str | None], None] = lambda *_: None
        """Called with a packet id and, if the broker refused the message, why."""

    # -- reading

    def _packet_read(self) -> MQTTErrorCode:
        """Read what the socket holds, at most `READS_AT_ONCE` buffers, and handle each packet in it."""
        reads = 0
        while reads < READS_AT_ONCE or self._has_decrypted:
            size = max(self._read_bytes, min(self._packets.lacks, LONGEST_READ))
            if reads and self._is_rest_to_come(size):
                break
            try:
                read = self._received(size)
            except BlockingIOError:
                break
            except OSError:
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
            if not read:
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
            reads += 1
            try:
                code = self._handle(read)
            except (BadPacket, MalformedPacket):
                return MQTTErrorCode.MQTT_ERR_PROTOCOL
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._sock is None:
                return code
            if len(read) < size and not self._has_decrypted:
                break  # nothing more is there now; the descriptor announces what comes
        self._announce_from(min(self._packets.lacks, LONGEST_READ))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _is_rest_to_come(self, size: int) -> bool:
        """Whether a long packet has begun whose rest, so many bytes, is not in the kernel yet."""
        if self._packets.lacks <= self._read_bytes or isinstance(self._sock, ssl.SSLSocket):
            return False
        held = fcntl.ioctl(cast("socket.socket", self._sock), termios.FIONREAD, bytes(_INT))
        return int.from_bytes(held, sys.byteorder) < size

    def _announce_from(self, lacks: int) -> None:
        """Have the descriptor announce no less than the rest of a long packet, or the connection's end.

        So the rest waits in the kernel until it is whole. Read as it comes, it would lie in this process, for
        thousands of nodes at once, and wake it for each piece. What the kernel cannot hold is announced, too.
        """
        size = lacks if lacks > self._read_bytes else 1
        if size == self._announced_from or isinstance(self._sock, ssl.SSLSocket):
            return
        self._announced_from = size
        with suppress(OSError):
            cast("socket.socket", self._sock).setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)

    @property
    def _has_decrypted(self) -> bool:
        """Whether TLS holds decrypted bytes, which the descriptor does not announce."""
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def _received(self, size: int) -> bytes:
        if self._sock is None:
            raise ConnectionError("the socket is closed")
        try:
            data, self.came_at = receive(cast("socket.socket", self._sock), size)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise BlockingIOError from error
        return data

    def _handle(self, read: bytes) -> MQTTErrorCode:
        """Handle the packets that are whole now: PUBLISH here, the others by paho."""
        self._last_bytes_received = monotonic()
        acknowledged: list[bytes] = []
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        for packet in self._packets.add(read):
            if packet.is_publish:
                published = read_publish(packet)
                self.on_published(published)
                if published.packet_id:
                    acknowledged += (_ACKNOWLEDGED, published.packet_id)
                continue
            code = self._handle_by_paho(packet)
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._sock is None:
                break
        if acknowledged:
            self.send(b"".join(acknowledged))
        return code

    def _handle_by_paho(self, packet: Packet) -> MQTTErrorCode:
        if packet.kind & _KIND == _PUBLISH:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL  # QoS 2, to which we never subscribe
        body, found = bytearray(packet.body), self._in_packet
        found["command"], found["remaining_length"], found["packet"] = packet.kind, len(body), body
        return self._packet_handle()

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
