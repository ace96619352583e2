"""A link with its own thread: epoll on one connection after another, from start until stop."""

import logging
import os
import selectors
from collections.abc import Callable, Mapping
from random import Random
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Final, Protocol

from devices.link_api import (
    FIRST_PAUSE_S,
    BackOff,
    Events,
    LinkDown,
    Options,
    Pending,
    Will,
    WillNow,
    will_now,
)

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S: Final = 5.0
"""For TCP and TLS; a lost SYN is sent again after 1 s and 3 s."""
FAREWELL_TIMEOUT_S: Final = 2.0
"""For what is still outstanding, and the DISCONNECT, to leave."""
MISC_EVERY_S: Final = 1.0
"""How often keep-alive and deadlines are looked at."""
PARTING_STEP_S: Final = 0.05
MOST_IN_FLIGHT: Final = 64
"""QoS 1 messages unacknowledged on the wire; Mosquitto is configured for 100."""


class AnyConnection(Protocol):
    """One connection from its opening to its loss; link.Connection is the real one."""

    in_flight: int
    is_up: bool
    was_up: bool
    loss: str | None

    @property
    def outstanding(self) -> int:
        """How many messages are published and not settled."""

    def open(self) -> None:
        """Connect; blocks, raises OSError."""

    def close(self) -> None:
        """Close the socket; the last call."""

    def cut(self, why: str) -> None:
        """Close the socket without DISCONNECT."""

    def farewell(self) -> None:
        """Ask for an orderly end after all that waits."""

    def fileno(self) -> int:
        """Return the descriptor, or -1."""

    def wants_write(self) -> bool:
        """Say whether something waits to be written."""

    def read(self) -> None:
        """Take in what arrived."""

    def write(self) -> None:
        """Send what waits."""

    def misc(self) -> None:
        """Keep alive, and judge deadlines."""

    def drain(self) -> None:
        """Act on what happened."""

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> Pending:
        """Hand over one message."""

    def subscribe(self, filters: Mapping[str, int]) -> None:
        """Subscribe if the broker has accepted us."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Unsubscribe if the broker has accepted us."""


class Connect(Protocol):
    """Makes the next connection, not yet open."""

    def __call__(
        self,
        will: Will | None,
        *,
        filters: Callable[[], Mapping[str, int]],
        events: Events,
        in_flight: int,
    ) -> AnyConnection:
        """Return a fresh connection that uses no more than `in_flight` messages at once."""


class ThreadLink:
    """One client with a thread of its own; see AnyLink."""

    def __init__(
        self,
        connect: Connect,
        options: Options,
        events: Events,
        *,
        will: WillNow = None,
        randomness: Random | None = None,
    ) -> None:
        self._connect = connect
        self._options = options
        self._events = events
        self._will = will
        self._back_off = BackOff(randomness or Random())  # noqa: S311 - spreads load, no secret
        self._filters: dict[str, int] = {}
        self._lock = Lock()
        self._connection: AnyConnection | None = None
        self._stopping = Event()
        self._cutting = Event()
        self._thread: Thread | None = None
        self._told: str | None = None  # what was last logged of a connection that did not come about
        self._wake_read = self._wake_write = -1
        self._is_woken = False  # a byte is in the pipe that the thread has not read

    @property
    def is_up(self) -> bool:
        """Whether the broker accepted us and the connection stands."""
        connection = self._connection
        return connection is not None and connection.is_up

    def start(self) -> None:
        """Begin to connect, in the background; returns at once."""
        if self._thread is not None:
            raise RuntimeError("the link was started already")
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._is_woken = False
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=f"link-{self._options.client_id}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Disconnect (no will is published) and end; bounded by the time-outs above."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        self._wake()
        thread.join(CONNECT_TIMEOUT_S + FAREWELL_TIMEOUT_S + MISC_EVERY_S)
        if thread.is_alive():
            _log.error("link %s did not end in time", self._options.client_id)
            return
        with self._lock:
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1

    def cut(self) -> None:
        """Drop the connection without DISCONNECT, as a power failure would; the link reconnects."""
        self._cutting.set()
        self._wake()

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe now if up, and again after every connect."""
        with self._lock:
            fresh = dict.fromkeys(filters, qos)
            self._filters.update(fresh)
            if self._connection is not None:
                self._connection.subscribe(fresh)
        self._wake()

    def unsubscribe(self, *filters: str) -> None:
        """Unsubscribe now if up, and do not subscribe again."""
        with self._lock:
            gone = [name for name in filters if self._filters.pop(name, None) is not None]
            if self._connection is not None:
                self._connection.unsubscribe(gone)
        self._wake()

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> Pending:
        """Send; raise LinkDown when not connected, LinkBusy when too much is outstanding."""
        connection = self._connection
        if connection is None:
            raise LinkDown("not connected to the broker")
        if not self._options.may_speak():
            raise LinkDown("this station does not lead")
        pending = connection.publish(topic, payload, qos, retain=retain)
        self._wake()
        return pending

    def _subscriptions(self) -> dict[str, int]:
        with self._lock:
            return dict(self._filters)

    def _wake(self) -> None:
        if self._is_woken or current_thread() is self._thread:
            return  # it looks at what is to be written before it waits again
        with self._lock:
            if self._is_woken or self._wake_write < 0:
                return
            self._is_woken = True
            os.write(self._wake_write, b"x")

    def _run(self) -> None:
        in_flight = MOST_IN_FLIGHT
        while not self._stopping.is_set():
            if not self._options.may_speak():
                self._stopping.wait(FIRST_PAUSE_S)
                continue
            connection = self._connect(
                will_now(self._will),
                filters=self._subscriptions,
                events=self._events,
                in_flight=in_flight,
            )
            try:
                connection.open()
                self._connection = connection
                self._serve(connection)
            except (OSError, UnicodeError) as error:  # a host name that cannot be one is no OSError
                self._tell(str(error))
            except Exception:  # noqa: BLE001 - whatever ended one connection, the next may work
                _log.exception("link %s: a connection failed; it connects again", self._options.client_id)
            finally:
                self._connection = None
                connection.close()
            in_flight = connection.in_flight
            self._stopping.wait(self._back_off.pause())

    def _serve(self, connection: AnyConnection) -> None:
        """Run one connection until it is lost, or disconnect when stopping."""
        self._cutting.clear()
        deadline = float("inf")
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ)
            selector.register(connection.fileno(), selectors.EVENT_READ)
            while connection.loss is None and monotonic() < deadline:
                if not self._options.may_speak():  # before anything that waits is written
                    connection.cut("this station does not lead")
                    break
                self._turn(connection, selector, MISC_EVERY_S if deadline == float("inf") else PARTING_STEP_S)
                if self._cutting.is_set():
                    connection.cut("cut")
                elif self._stopping.is_set():
                    deadline = min(deadline, monotonic() + FAREWELL_TIMEOUT_S)
                    if connection.outstanding == 0 or monotonic() > deadline - FAREWELL_TIMEOUT_S / 2:
                        connection.farewell()
        if connection.was_up:
            self._told = None
            self._back_off.reset()
            _log.info("link %s is down: %s", self._options.client_id, connection.loss)
            self._events.on_down()
        elif connection.loss is not None and not self._stopping.is_set():
            self._tell(connection.loss)

    def _tell(self, trouble: str) -> None:
        """Log why there is no connection; as a warning once, since a password or address may be wrong."""
        level = logging.DEBUG if trouble == self._told else logging.WARNING
        _log.log(level, "link %s: no connection: %s", self._options.client_id, trouble)
        self._told = trouble

    def _turn(self, connection: AnyConnection, selector: selectors.BaseSelector, timeout: float) -> None:
        """Wait for something to do, and do it."""
        descriptor = connection.fileno()
        if descriptor < 0:  # the last write found it lost
            connection.drain()
            return
        mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_write() else 0)
        selector.modify(descriptor, mask)
        for found, events in selector.select(timeout):
            if found.fd == self._wake_read:
                os.read(self._wake_read, 4096)
                self._is_woken = False  # after the reading: else a byte could be read and still be waited for
                continue
            if events & selectors.EVENT_WRITE:
                connection.write()
            if events & selectors.EVENT_READ:
                connection.read()
        connection.misc()
        connection.drain()
        if connection.wants_write():  # mostly the socket takes it: no need to ask first
            connection.write()
