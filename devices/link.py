"""Links to a real broker: MQTT 5 over paho (and buffered_client.py), driven by epoll.

paho's own loop uses select(), which dies silently at file descriptor 1024; it also queues what is published
while disconnected and sends it later. So: our own loops (a thread in thread_link.py, an event loop for
fleets in fleet_link.py), a new paho client for every connection, clean sessions, and LinkDown instead of a
hidden queue.
"""

import logging
import socket
import ssl
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from itertools import count
from random import Random
from threading import Lock
from time import monotonic
from typing import Any, Final, cast

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.arrival_times import ask_for_stamps
from devices.buffered_client import FAILURES_FROM, BufferedClient, publish_packet
from devices.incoming_packets import PublishPacket
from devices.link_api import (
    Address,
    AnyLink,
    Events,
    LinkBusy,
    LinkDown,
    Message,
    OnChange,
    OnMessage,
    Options,
    Pending,
    Will,
    WillNow,
)
from devices.thread_link import CONNECT_TIMEOUT_S, MOST_IN_FLIGHT, ThreadLink

__all__ = ["AnyLink", "Connection", "Link", "LinkBusy", "LinkDown", "Message", "Options", "Pending", "Will"]

_log = logging.getLogger(__name__)

GREETING_TIMEOUT_S: Final = 10.0
"""From TCP to all subscriptions granted; a broker that accepts thousands at once needs seconds."""
FILTERS_A_PACKET: Final = 50
_KERNEL_HOLDS: Final = 256 * 1024
"""Bytes in the kernel's buffer: four chunks come whole. With the usual one thousands of readers each keep the
beginning of a chunk until the broker may send its end."""
_WRITTEN = count(1 << 16)
"""Numbers of messages of QoS 0 until they are written: none is a packet id."""


@cache
def _connect_properties(receive_maximum: int) -> Properties:
    """Return the properties of CONNECT: paho keeps them, so that all clients share what is 2 kB each."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = receive_maximum
    return properties


def _tls(authorities: tuple[str, ...]) -> ssl.SSLContext:
    """Return the context that checks a broker's certificate; the system's authorities may have changed."""
    return _tls_by(authorities) if authorities else ssl.create_default_context()


@lru_cache(16)
def _tls_by(authorities: tuple[str, ...]) -> ssl.SSLContext:
    """Return the one context of all connections that trust these: each takes 0.1 MB."""
    try:
        return ssl.create_default_context(cadata=b"".join(b64decode(one) for one in authorities))
    except ValueError as error:
        raise OSError(f"an authority is no base64: {error}") from error


class Connection:
    """One connection, from TCP to its loss; then it is discarded with all of paho's queues.

    The owner calls open, then read/write/misc as the socket requires, and drain after each; publish and
    subscribe may come from other threads. paho's callbacks run inside paho's locks, so they only queue.
    """

    def __init__(
        self,
        address: Address,
        options: Options,
        will: Will | None,
        *,
        filters: Callable[[], Mapping[str, int]],
        events: Events,
        in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        self._address = address
        self._options = options
        self._filters = filters
        self._events = events
        self._held: list[Message] = []
        self._held_bytes = 0
        self._queue: list[Callable[[], None]] = []  # a deque takes 0.7 kB more, of thousands of clients
        self._pending: dict[int, Pending] = {}
        self._at_broker = 0  # messages of QoS 1 that were sent and are not acknowledged
        self._held_back: deque[bytes] | None = None  # those to be sent when fewer are
        self._lock = Lock()
        self._ungranted: set[int] = set()
        self._deadline = 0.0
        self._is_accepted = False
        self._is_parting = False
        self.in_flight = in_flight
        """Unacknowledged messages that the broker accepts; lowered for the next connection if it says so."""
        self.is_up = False
        self.was_up = False
        """Whether on_up was called: then on_down must be called at the end."""
        self.loss: str | None = None
        """Why the connection ended; None while it lasts."""
        self._client = self._make_client(will)

    def _make_client(self, will: Will | None) -> BufferedClient:
        client = BufferedClient(self._options.client_id, self._options.read_bytes)
        client.connect_timeout = CONNECT_TIMEOUT_S
        if self._address.user is not None:
            client.username_pw_set(self._address.user, self._address.password)
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._note_connect
        client.on_subscribe = self._note_subscribe
        client.on_published = self._note_message
        client.on_acknowledged = self._note_acknowledged
        client.on_written = self._note_written
        client.on_disconnect = self._note_disconnect
        return client

    # -- paho's callbacks: queue only

    def _note_connect(
        self, _c: Client, _u: Any, _f: Any, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.value >= FAILURES_FROM:
            self._queue.append(partial(self._lose, f"refused: {code}"))
            return
        at_once = int(getattr(properties, "ReceiveMaximum", self.in_flight))
        self._queue.append(partial(self._accept, at_once))

    def _note_subscribe(self, _c: Client, _u: Any, mid: int, codes: list[ReasonCode], _p: Any) -> None:
        self._queue.append(partial(self._grant, mid, codes))

    def _note_message(self, came: PublishPacket) -> None:
        try:
            topic = came.topic.decode()
        except UnicodeDecodeError:
            _log.warning("dropped a message whose topic is not UTF-8")
            return
        qos, came_at = 1 if came.packet_id else 0, self._client.came_at
        message = Message(topic, came.payload, qos, came.retain, came_at)
        self._queue.append(partial(self._take, message))

    def _note_acknowledged(self, packet_id: int, failure: str | None) -> None:
        self._queue.append(partial(self._settle, packet_id, failure))

    def _note_written(self, numbers: tuple[int, ...]) -> None:
        self._queue.append(partial(self._settle_written, numbers))

    def _note_disconnect(self, _c: Client, _u: Any, _f: Any, code: ReasonCode, _p: Any) -> None:
        self._queue.append(partial(self._lose, str(code)))

    # -- what the owner calls

    def open(self) -> None:
        """Connect TCP (and TLS) and send CONNECT; blocks up to CONNECT_TIMEOUT_S, raises OSError."""
        self._deadline = monotonic() + CONNECT_TIMEOUT_S + GREETING_TIMEOUT_S
        if self._address.tls:
            self._client.tls_set_context(_tls(self._address.authorities))
        self._client.connect(
            self._address.host,
            self._address.port,
            keepalive=self._options.keepalive_s,
            clean_start=True,
            properties=_connect_properties(self._options.receive_maximum),
        )
        found = cast("socket.socket", self._client.socket())
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_HOLDS)
        ask_for_stamps(found)

    def fileno(self) -> int:
        """Return the socket's descriptor, or -1 when it is closed."""
        found = self._client.socket()
        return -1 if found is None else found.fileno()

    def wants_write(self) -> bool:
        """Say whether something waits to be written."""
        return self._client.want_write()

    @property
    def outstanding(self) -> int:
        """How many messages are published and not settled."""
        return len(self._pending)

    @property
    def has_news(self) -> bool:
        """Whether drain has something to act on."""
        return bool(self._queue)

    def read(self) -> None:
        """Take in what arrived, at most `READS_AT_ONCE` buffers; the descriptor announces the rest again."""
        self._check(self._client.loop_read())

    def write(self) -> None:
        """Send what waits, as far as the socket takes it."""
        self._check(self._client.loop_write())

    def misc(self) -> None:
        """Send keep-alives, and end a connection attempt that takes too long."""
        self._check(self._client.loop_misc())
        if not self.is_up and monotonic() > self._deadline:
            self._queue.append(partial(self._lose, "the broker does not greet"))

    def drain(self) -> None:
        """Process the events queued by paho's callbacks; on_up and on_message are called from here."""
        while self._queue:
            act = self._queue.pop(0)
            try:
                act()
            except Exception:  # noqa: BLE001 - the link must survive an error in one callback
                _log.exception("a callback of link %s failed", self._options.client_id)

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> Pending:
        """Hand over one message; LinkDown, LinkBusy as in AnyLink.publish."""
        with self._lock:
            if not self.is_up or self.loss is not None:
                raise LinkDown("not connected to the broker")
            if len(self._pending) >= self._options.window:
                raise LinkBusy(f"{len(self._pending)} messages are outstanding")
            number = self._next_number() if qos else next(_WRITTEN)
            packet = publish_packet(topic, payload, number if qos else None, retain=retain)
            pending = self._pending[number] = Pending()
            if not qos:
                self._client.send(packet, number)
            elif self._at_broker < self.in_flight:
                self._at_broker += 1
                self._client.send(packet)
            else:
                self._held_back = self._held_back or deque()
                self._held_back.append(packet)
            return pending

    def _next_number(self) -> int:
        """Return a packet id that no message has which waits for its acknowledgement."""
        while (number := self._client.packet_id()) in self._pending:
            pass
        return number

    def subscribe(self, filters: Mapping[str, int]) -> None:
        """Send SUBSCRIBE if the broker has accepted us; until then `filters()` is what is sent."""
        if self._is_accepted and self.loss is None:
            self._subscribe(filters)

    def unsubscribe(self, filters: list[str]) -> None:
        """Send UNSUBSCRIBE if the broker has accepted us."""
        if self._is_accepted and self.loss is None and filters:
            self._client.unsubscribe(filters)

    def farewell(self) -> None:
        """Send DISCONNECT, once, after all queued messages; no will is published."""
        if not self._is_parting:
            self._is_parting = True
            self._client.disconnect()

    def cut(self, why: str) -> None:
        """Close the socket without DISCONNECT, as a power failure would: the broker publishes the will."""
        self._lose(why)
        self.close()

    def close(self) -> None:
        """Close the socket if it is open; the last call for every connection."""
        if (found := self._client.socket()) is not None:
            found.close()
            # paho releases its socket when it finds it closed.
            self._client.loop_read()
        self._queue.clear()
        self._lose("closed")

    # -- what drain does

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._queue.append(partial(self._lose, code.name))

    def _accept(self, at_once: int) -> None:
        if at_once < self.in_flight:
            self.in_flight = at_once
            self.cut(f"the broker takes {at_once} messages at once; connecting again with fewer")
            return
        self._is_accepted = True
        self._ungranted.update(self._subscribe(self._filters()))
        self._rise()

    def _subscribe(self, filters: Mapping[str, int]) -> list[int]:
        mids: list[int] = []
        wanted = [(name, SubscribeOptions(qos=qos)) for name, qos in filters.items()]
        for at in range(0, len(wanted), FILTERS_A_PACKET):
            _, mid = self._client.subscribe(wanted[at : at + FILTERS_A_PACKET])
            if mid is not None:
                mids.append(mid)
        return mids

    def _grant(self, mid: int, codes: list[ReasonCode]) -> None:
        for code in codes:
            if code.value >= FAILURES_FROM:
                _log.warning("%s: the broker refused a subscription: %s", self._options.client_id, code)
        self._ungranted.discard(mid)
        self._rise()

    def _rise(self) -> None:
        """Report up once all subscriptions are granted; earlier messages are handed over after on_up."""
        if self._ungranted or self.is_up or self.loss is not None:
            return
        self.is_up = self.was_up = True
        held, self._held, self._held_bytes = self._held, [], 0
        self._queue[:0] = [partial(self._take, message) for message in held]
        self._events.on_up()

    def _take(self, message: Message) -> None:
        if self.is_up:
            self._events.on_message(message)
            return
        self._held.append(message)
        self._held_bytes += len(message.payload)
        if self._options.most_held is not None and self._held_bytes > self._options.most_held:
            self.cut("the broker sends much and grants nothing")

    def _settle(self, packet_id: int, failure: str | None) -> None:
        with self._lock:
            pending = self._pending.pop(packet_id, None)
            if pending is None:
                return
            if self._held_back:
                self._client.send(self._held_back.popleft())
            else:
                self._at_broker -= 1
        pending.settle(acknowledged=failure is None, failure=failure)

    def _settle_written(self, numbers: tuple[int, ...]) -> None:
        with self._lock:
            written = [self._pending.pop(number, None) for number in numbers]
        for pending in written:
            if pending is not None:
                pending.settle(acknowledged=True)

    def _lose(self, why: str) -> None:
        with self._lock:
            if self.loss is not None:
                return
            self.loss = why
            self.is_up = False
            lost, self._pending = self._pending, {}
        for pending in lost.values():
            pending.settle(acknowledged=False, failure=why)


class Link(ThreadLink):
    """One client with a thread of its own, over MQTT 5, for the station: `mqtt://user:password@host:port`."""

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        will: WillNow = None,
        on_message: OnMessage | None = None,
        on_up: OnChange | None = None,
        on_down: OnChange | None = None,
        options: Options | None = None,
        randomness: Random | None = None,
        address: Address | None = None,
    ) -> None:
        """Make one; `address`: instead of what the URL says."""
        options = options or Options(client_id)
        connect = partial(Connection, address or Address.of(url), options)
        super().__init__(
            connect, options, Events(on_message, on_up, on_down), will=will, randomness=randomness
        )
