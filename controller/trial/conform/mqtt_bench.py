"""The bench over a real broker, in real time."""

import queue
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from controller.errors import StartFailed
from controller.host.broker import ChildBroker
from controller.trial.conform.checks import Requirement, Unmet
from controller.trial.conform.handling import NodeHandling
from devices import topics
from devices.ids import NodeId
from devices.link import Link, LinkDown, Message, Options

CLIENT_ID = "loa-conform"
_FILTERS = (topics.state, topics.vitals, topics.receipt, topics.want, topics.time)
_LINK_S = 40.0
"""Longer than a link waits between two attempts, 22.5 s at most, and connects."""
_POLL_S = 0.05
_GONE = f"the broker was not reached for {_LINK_S:g} s"


class MqttBench:
    """The kit's connection, its broker if it is the kit's own, and who handles the node."""

    def __init__(self, url: str, node: NodeId, handling: NodeHandling, broker: ChildBroker | None) -> None:
        self._url, self._node, self._handling, self._broker = url, node, handling, broker
        self.has = set(handling.can) | ({Requirement.BROKER} if broker is not None else set())
        self.node_broker = url
        self._came: queue.SimpleQueue[tuple[datetime, Message]] = queue.SimpleQueue()
        self._waiting: list[tuple[datetime, Message]] = []
        self._link = Link(url, CLIENT_ID, on_message=self._note)

    def start(self) -> None:
        """Connect."""
        self._link.subscribe(*(make(self._node) for make in _FILTERS))
        self._link.start()
        if not self._comes_up(self._link):
            raise StartFailed("Không kết nối được với trạm trung chuyển MQTT.", code="conform.broker")

    def stop(self) -> None:
        """Disconnect."""
        self._link.stop()

    def now(self) -> datetime:
        """Return this machine's time: the station's, by definition."""
        return datetime.now(UTC)

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001 - as Send
        """Publish; wait for the link for a bounded time, then raise Unmet."""
        end = time.monotonic() + _LINK_S
        while True:
            try:
                self._link.publish(topic, payload, qos, retain=retain)
            except LinkDown as down:
                if time.monotonic() > end:
                    raise Unmet(_GONE) from down
                time.sleep(_POLL_S)
            else:
                return

    def messages(self) -> list[tuple[datetime, Message]]:
        """Return what came since the last call."""
        came, self._waiting = self._waiting, []
        while not self._came.empty():
            came.append(self._came.get())
        return came

    def sleep(self, seconds: float) -> None:
        """Wait for a message, at most so long."""
        try:
            self._waiting.append(self._came.get(timeout=max(0.0, min(seconds, 1.0))))
        except queue.Empty:
            return

    def look_again(self, topic: str) -> None:
        """Subscribe anew."""
        self._link.unsubscribe(topic)
        self._link.subscribe(topic)

    def kick(self) -> None:
        """Connect under the node's name: a broker then ends the connection that is there."""
        user = self._handling.password
        parts = urlsplit(self._url)
        host = parts.netloc.rpartition("@")[2]
        url = f"{parts.scheme}://{self._node}:{user}@{host}" if parts.username else self._url
        other = Link(url, self._node, options=Options(self._node))
        other.start()
        is_kicked = self._comes_up(other)
        other.stop()
        if not is_kicked:
            raise Unmet(_GONE)

    def stop_broker(self) -> None:
        """Stop the kit's own broker."""
        assert self._broker is not None, "Requirement.BROKER says whether it may be called"
        self._broker.stop()

    def start_broker(self) -> None:
        """Start it again, and wait for the link."""
        assert self._broker is not None, "Requirement.BROKER says whether it may be called"
        self._broker.start()
        if not self._comes_up(self._link):
            raise Unmet(_GONE)

    def cut_power(self) -> None:
        """Take the node's power."""
        self._handling.cut_power()

    def restore_power(self) -> None:
        """Give it back."""
        self._handling.restore_power()

    def enrol(self) -> None:
        """Have the code typed into the node."""
        self._handling.enrol()

    def _note(self, message: Message) -> None:
        self._came.put((self.now(), message))

    @staticmethod
    def _comes_up(link: Link) -> bool:
        end = time.monotonic() + _LINK_S
        while not link.is_up and time.monotonic() <= end:
            time.sleep(_POLL_S)
        return link.is_up
