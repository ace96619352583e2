"""Interface of every link to a broker: types, errors and the outcome of a publish."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random
from threading import Event, Lock
from time import monotonic
from typing import ClassVar, Protocol
from urllib.parse import unquote, urlsplit

MQTT_PORT = 1883
MQTTS_PORT = 8883
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
"""Pauses between connection attempts: doubled each time, random within half, to spread a fleet's attempts."""


class LinkDown(Exception):  # noqa: N818 - named by the condition
    """The link is not connected. Nothing was queued; the caller sends again later."""

    code: ClassVar[str] = "link-down"
    sentence: ClassVar[str] = "Chưa kết nối được với máy chủ tin MQTT; hệ thống đang tự kết nối lại."


class LinkBusy(LinkDown):
    """The link is up, but its window of outstanding messages is full. Nothing was queued."""

    code = "link-busy"
    sentence = "Đường truyền đang bận; hệ thống sẽ tự gửi lại sau giây lát."


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as it came from the broker."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    came_at: float | None = field(default=None, compare=False)
    """When it reached this machine, by time.monotonic; None: not known."""

    def waited_s(self) -> float:
        """Return for how many seconds it has been on this machine; 0 where that is not known."""
        return 0.0 if self.came_at is None else max(0.0, monotonic() - self.came_at)


@dataclass(frozen=True, slots=True)
class Will:
    """The will: a message that the broker publishes when the connection ends without DISCONNECT."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


OnMessage = Callable[[Message], None]
OnChange = Callable[[], None]


class Events:
    """Callbacks of a link's owner; None: not wanted."""

    __slots__ = ("on_down", "on_message", "on_up")

    def __init__(
        self, on_message: OnMessage | None, on_up: OnChange | None, on_down: OnChange | None
    ) -> None:
        self.on_message: OnMessage = on_message or (lambda _: None)
        self.on_up: OnChange = on_up or (lambda: None)
        self.on_down: OnChange = on_down or (lambda: None)


class Pending:
    """The outcome of one publish: open at first, then acknowledged or failed; it changes once.

    Acknowledged means: QoS 1, the broker confirmed it; QoS 0, it was sent to the network. Failed means that
    the link dropped (or the broker refused) first, and that the message will NOT be sent later by itself.
    """

    __slots__ = ("_outcome", "_then", "_waiting", "failure")
    _guard: ClassVar[Lock] = Lock()
    """One lock for all outcomes: it is held for one or two assignments, and few are waited for."""

    def __init__(self) -> None:
        self._outcome: bool | None = None
        self._then: list[Callable[[bool], None]] = []
        self._waiting: Event | None = None
        self.failure: str | None = None
        """Why it failed, for the log; None while open or when acknowledged."""

    @property
    def outcome(self) -> bool | None:
        """True when acknowledged, False when failed, None while open."""
        return self._outcome

    def wait(self, timeout: float) -> bool:
        """Wait until settled, at most `timeout` seconds; return whether it is acknowledged by then.

        Never call it from a callback of the link: the acknowledgement could not come in.
        """
        with self._guard:
            if self._outcome is None:
                self._waiting = self._waiting or Event()
            waiting = self._waiting
        if waiting is not None:
            waiting.wait(timeout)
        return self._outcome is True

    def then(self, act: Callable[[bool], None]) -> None:
        """Call `act(acknowledged)` once when settled, from the thread that settles it; at once if it is."""
        with self._guard:
            if self._outcome is None:
                self._then.append(act)
                return
        act(self._outcome)

    async def settled(self, timeout_s: float) -> bool:
        """Wait like `wait`, in an event loop."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def wake(_: bool) -> None:  # noqa: FBT001 - the signature that `then` needs
            loop.call_soon_threadsafe(done.set)

        self.then(wake)
        try:
            await asyncio.wait_for(done.wait(), timeout_s)
        except TimeoutError:
            return False
        return self._outcome is True

    def settle(self, *, acknowledged: bool, failure: str | None = None) -> None:
        """Settle it; the first call counts, later ones change nothing. For links only."""
        with self._guard:
            if self._outcome is not None:
                return
            self._outcome = acknowledged
            self.failure = failure
            then, self._then = self._then, []
            waiting = self._waiting
        if waiting is not None:
            waiting.set()
        for act in then:
            act(acknowledged)


WillNow = Will | Callable[[], Will] | None
"""A will, or a function that makes it before each connect: a node's will names the session that begins."""


def will_now(will: WillNow) -> Will | None:
    """Return the will for the connection that is about to be made."""
    return will() if callable(will) else will


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one client."""

    client_id: str
    receive_maximum: int = 65535
    """MQTT receive maximum: unacknowledged QoS 1 messages to us; 4 for a node saves the broker's memory."""
    keepalive_s: int = 30
    window: int = 1000
    """Messages published and not settled; more raise LinkBusy."""
    most_held: int | None = None
    """Bytes of messages that come before all subscriptions are granted; more end the connection."""
    read_bytes: int = 16 * 1024
    """Read from the socket at a time: some fifty receipts. Of a packet that is not whole no more is kept,
    where there is no TLS: one client of thousands reads less."""
    may_speak: Callable[[], bool] = lambda: True
    """Asked before each connect and each publish; cheap. False: nothing is sent, and the link stays down."""


class BackOff:
    """Growing, spread pauses between attempts."""

    def __init__(self, randomness: Random) -> None:
        self._randomness = randomness
        self._next = FIRST_PAUSE_S

    def pause(self) -> float:
        """Return the seconds to wait now."""
        pause = self._next * self._randomness.uniform(0.5, 1.5)
        self._next = min(self._next * 2, LONGEST_PAUSE_S)
        return pause

    def reset(self) -> None:
        """Start again with the shortest pause, after a connection succeeded."""
        self._next = FIRST_PAUSE_S


class AnyLink(Protocol):
    """One client of one broker. It connects and reconnects by itself from `start` until `stop`.

    `on_up` is called after every connect, once the subscriptions are granted; `on_down` after every loss.
    All callbacks come from the link's own thread (or event loop) and must only queue.
    """

    @property
    def is_up(self) -> bool:
        """Whether the broker accepted us and the connection is up."""

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe now if up, and again after every connect."""

    def unsubscribe(self, *filters: str) -> None:
        """Unsubscribe now if up, and do not subscribe again."""

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> Pending:
        """Send; raise LinkDown when not connected, LinkBusy when too much is outstanding."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is: `mqtt://user:pass@host:port`, or `mqtts` for TLS."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    authorities: tuple[str, ...] = ()
    """Certificates (base64 of DER) of which one must have signed the broker's; none: those of the system."""

    def signed_in(self, user: str | None, password: str | None) -> "Address":
        """Return the same broker with another user."""
        return replace(self, user=user, password=password)

    @classmethod
    def of(cls, url: str, authorities: Iterable[str] = ()) -> "Address":
        """Read a URL; raise ValueError for one that names no broker."""
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError("a broker's address looks like mqtt://user:password@host:port")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (MQTTS_PORT if tls else MQTT_PORT),
            user=unquote(parts.username) if parts.username is not None else None,
            password=unquote(parts.password) if parts.password is not None else None,
            tls=tls,
            authorities=tuple(authorities),
        )
