"""What every link to a broker offers, whatever carries it: words, errors and the outcome of a publish."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import ClassVar, Protocol
from urllib.parse import unquote, urlsplit

MQTT_PORT = 1883
MQTTS_PORT = 8883


class LinkDown(Exception):  # noqa: N818 - says what is the case
    """The link cannot carry this now: it is not connected. Nothing was kept; the caller sends again later."""

    code: ClassVar[str] = "link-down"
    sentence: ClassVar[str] = "Chưa kết nối được với máy chủ tin MQTT; hệ thống đang tự kết nối lại."


class LinkBusy(LinkDown):
    """The link is up, but its window of outstanding messages is full. Nothing was kept."""

    code = "link-busy"
    sentence = "Đường truyền đang bận; hệ thống sẽ tự gửi lại sau giây lát."


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as it came from the broker."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are lost without a farewell."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


OnMessage = Callable[[Message], None]
OnChange = Callable[[], None]


class Pending:
    """The outcome of one publish: open at first, then acknowledged or failed, once and for good.

    Acknowledged means: QoS 1, the broker took it over; QoS 0, it left for the network. Failed means that the
    link dropped (or the broker refused) first, and that the message will NOT be sent later by itself.
    """

    __slots__ = ("_condition", "_outcome", "_then", "failure")

    def __init__(self) -> None:
        self._condition = Condition()
        self._outcome: bool | None = None
        self._then: list[Callable[[bool], None]] = []
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
        with self._condition:
            self._condition.wait_for(lambda: self._outcome is not None, timeout)
            return self._outcome is True

    def then(self, act: Callable[[bool], None]) -> None:
        """Call `act(acknowledged)` once when settled, from the thread that settles it; at once if it is."""
        with self._condition:
            if self._outcome is None:
                self._then.append(act)
                return
        act(self._outcome)

    async def settled(self, timeout_s: float) -> bool:
        """Wait like `wait`, in an event loop."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def wake(_: bool) -> None:  # noqa: FBT001 - the shape of `then`
            loop.call_soon_threadsafe(done.set)

        self.then(wake)
        try:
            await asyncio.wait_for(done.wait(), timeout_s)
        except TimeoutError:
            return False
        return self._outcome is True

    def settle(self, *, acknowledged: bool, failure: str | None = None) -> None:
        """Settle it; the first call counts, later ones change nothing. For links only."""
        with self._condition:
            if self._outcome is not None:
                return
            self._outcome = acknowledged
            self.failure = failure
            waiting, self._then = self._then, []
            self._condition.notify_all()
        for act in waiting:
            act(acknowledged)


class AnyLink(Protocol):
    """One client of one broker. It connects by itself, again and again, from `start` until `stop`.

    `on_up` is called after every connect, once the subscriptions stand again; `on_down` after every loss.
    All callbacks come from the link's own thread (or event loop) and must only queue.
    """

    @property
    def is_up(self) -> bool:
        """Whether the broker accepted us and the connection stands."""

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

    @classmethod
    def of(cls, url: str) -> "Address":
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
        )
