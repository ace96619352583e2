"""A broker and its links inside one process, in place of link.py for tests and simulations in virtual time.

It has retained messages, wills, wildcards and QoS 1 outcomes; the contract tests check that it behaves like
Mosquitto and iotcore. Nothing happens by itself: `deliver` moves queued messages, or a thread from `start`.
"""

from collections import deque
from collections.abc import Callable
from functools import lru_cache, partial
from threading import Condition, Lock, Thread
from typing import Final

from devices.link_api import (
    Events,
    LinkBusy,
    LinkDown,
    Message,
    OnChange,
    OnMessage,
    Pending,
    Will,
    WillNow,
    will_now,
)

WINDOW: Final = 1000
"""As link.Options.window."""


@lru_cache(maxsize=16_384)
def matches(topic_filter: str, topic: str) -> bool:
    """Say whether an MQTT filter with + and # takes the topic."""
    wanted, found = topic_filter.split("/"), topic.split("/")
    for n, level in enumerate(wanted):
        if level == "#":
            return True
        if n >= len(found) or level not in {"+", found[n]}:
            return False
    return len(wanted) == len(found)


class MemoryBroker:
    """Holds retained messages and moves messages between its links, in order, one at a time."""

    def __init__(self) -> None:
        self.is_running = True
        self.retained: dict[str, Message] = {}
        self._links: dict[str, MemoryLink] = {}
        self._work: deque[Callable[[], None]] = deque()
        self._changed = Condition()
        self._turn = Lock()
        self._stopping = False
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start a thread that delivers, as a separate broker would."""
        self._stopping = False
        self._thread = Thread(target=self._run, name="memory-broker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; links stay as they are."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def deliver(self) -> int:
        """Do all queued steps and those that they queue; return how many there were."""
        steps = 0
        while self._work:
            self._step()
            steps += 1
        return steps

    def fail(self, *, forget: bool = False) -> None:
        """Drop all links as a killed broker does; `forget`: lose the retained messages."""
        self.is_running = False
        if forget:
            self.retained.clear()
        self.later(self._drop_all)

    def recover(self) -> None:
        """Accept links again: those that were dropped reconnect."""
        self.is_running = True
        self.later(self._greet_all)

    def later(self, act: Callable[[], None]) -> None:
        """Queue one step; for links."""
        with self._changed:
            self._work.append(act)
            self._changed.notify_all()

    def join(self, link: "MemoryLink") -> None:
        """Accept a link; one with the same client id is disconnected, as MQTT requires."""
        old = self._links.get(link.client_id)
        if old is not None and old is not link:
            self.leave(old, with_will=True)
        self._links[link.client_id] = link
        if self.is_running:
            link.rise()

    def leave(self, link: "MemoryLink", *, with_will: bool) -> None:
        """Remove a link; publish its will if it ended without DISCONNECT."""
        if self._links.get(link.client_id) is link:
            del self._links[link.client_id]
        will = link.fall()
        if with_will and will is not None:
            self.take(Message(will.topic, will.payload, will.qos, will.retain))

    def take(self, message: Message) -> None:
        """Keep a retained message and pass it to every link that wants it, once each."""
        if message.retain and message.payload:
            self.retained[message.topic] = message
        elif message.retain:
            self.retained.pop(message.topic, None)
        for link in tuple(self._links.values()):
            qos = link.wants(message.topic)
            if qos is not None:
                link.receive(Message(message.topic, message.payload, min(qos, message.qos), retain=False))

    def retained_for(self, topic_filter: str) -> list[Message]:
        """Return what a new subscription gets at once."""
        return [message for topic, message in self.retained.items() if matches(topic_filter, topic)]

    def _drop_all(self) -> None:
        for link in tuple(self._links.values()):
            link.fall()

    def _greet_all(self) -> None:
        for link in tuple(self._links.values()):
            link.rise()

    def _step(self) -> None:
        with self._turn:
            try:
                act = self._work.popleft()
            except IndexError:
                return
            act()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._work)
                if self._stopping:
                    return
            self.deliver()


class MemoryLink:
    """One client of a MemoryBroker; see AnyLink. Callbacks come from whoever delivers."""

    def __init__(
        self,
        broker: MemoryBroker,
        client_id: str,
        *,
        will: WillNow = None,
        on_message: OnMessage | None = None,
        on_up: OnChange | None = None,
        on_down: OnChange | None = None,
    ) -> None:
        self.client_id = client_id
        self._broker = broker
        self._will = will
        self._will_now: Will | None = None
        self._events = Events(on_message, on_up, on_down)
        self._filters: dict[str, int] = {}
        self._outstanding: set[Pending] = set()
        self._lock = Lock()
        self._is_up = False

    @property
    def is_up(self) -> bool:
        """Whether the broker accepted us and the connection stands."""
        return self._is_up

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._broker.later(partial(self._broker.join, self))

    def stop(self) -> None:
        """Disconnect after all published messages; no will is published."""
        self._broker.later(partial(self._broker.leave, self, with_will=False))

    def cut(self) -> None:
        """Lose the connection without DISCONNECT: the will is published, and the link reconnects."""
        self._broker.later(partial(self._broker.leave, self, with_will=True))
        self.start()

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe now if up, and again after every connect."""
        with self._lock:
            self._filters.update(dict.fromkeys(filters, qos))
        if self._is_up:
            self._broker.later(partial(self._replay, filters))

    def unsubscribe(self, *filters: str) -> None:
        """Unsubscribe now if up, and do not subscribe again."""
        with self._lock:
            for topic_filter in filters:
                self._filters.pop(topic_filter, None)

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> Pending:
        """Send; raise LinkDown when not connected, LinkBusy when too much is outstanding."""
        pending = Pending()
        with self._lock:
            if not self._is_up or not self._broker.is_running:
                raise LinkDown("not connected to the broker")
            if len(self._outstanding) >= WINDOW:
                raise LinkBusy(f"{WINDOW} messages are outstanding")
            self._outstanding.add(pending)
        self._broker.later(partial(self._hand_over, pending, Message(topic, payload, qos, retain)))
        return pending

    # -- for the broker

    def rise(self) -> None:
        """Be connected: on_up first, then what is retained."""
        with self._lock:
            if self._is_up:
                return
            self._is_up = True
            self._will_now = will_now(self._will)
            filters = tuple(self._filters)
        self._events.on_up()
        self._replay(filters)

    def fall(self) -> Will | None:
        """Be disconnected: what is outstanding fails; return the will of the connection that ended."""
        with self._lock:
            was_up, self._is_up = self._is_up, False
            lost, self._outstanding = self._outstanding, set()
            will, self._will_now = self._will_now, None
        for pending in lost:
            pending.settle(acknowledged=False, failure="the connection was lost")
        if was_up:
            self._events.on_down()
        return will

    def wants(self, topic: str) -> int | None:
        """Return the highest QoS of the filters that take the topic, or None."""
        with self._lock:
            if not self._is_up:
                return None
            return max((qos for name, qos in self._filters.items() if matches(name, topic)), default=None)

    def receive(self, message: Message) -> None:
        """Pass a message to the owner."""
        self._events.on_message(message)

    def _replay(self, filters: tuple[str, ...]) -> None:
        for topic_filter in filters:
            for message in self._broker.retained_for(topic_filter):
                self.receive(Message(message.topic, message.payload, message.qos, retain=True))

    def _hand_over(self, pending: Pending, message: Message) -> None:
        with self._lock:
            if pending not in self._outstanding:
                return  # the connection was lost before the broker took it
            self._outstanding.discard(pending)
        self._broker.take(message)
        pending.settle(acknowledged=True)
