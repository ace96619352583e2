"""Answers the clock requests of nodes, quickly and signed; see docs/protocol.md (clock)."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from controller.host.metrics import CLOCK_ANSWER_SECONDS
from controller.runtime.drops import Drops
from controller.runtime.newest_versions import NOTHING, Newest
from controller.runtime.own_links import CLOCK, own_link
from controller.settings import Settings
from devices import topics
from devices.ids import NodeId
from devices.jose import SigningKey
from devices.link import Link
from devices.link_api import AnyLink, LinkDown, OnMessage
from devices.messages import TimeReply, TimeRequest
from devices.signing import sign
from devices.wire_types import Malformed, parse

_LOG = logging.getLogger(__name__)

_QUEUE = 5_000  # one request of each node of a large province; a request that is dropped comes again
_STALE_US = 2_000_000  # an answer this late is useless to the node
_WAKE = 0.5  # seconds between looks at the stop sign


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware instant."""
    return round(at.timestamp() * 1_000_000)


@dataclass
class TimeService:
    """Stamps requests in the thread of the link and answers them in a thread of its own.

    Of many that come at once none is stamped late because others are being answered.
    """

    link: AnyLink
    key: SigningKey
    now: Callable[[], datetime]
    may_tell: Callable[[], bool] = lambda: True  # whether our own clock is to be believed
    newest: Callable[[NodeId], Newest] = lambda _: NOTHING  # versions of keys, policies and the place
    epoch: int = 0  # since when this station leads
    own_link: Link | None = None  # started and stopped here; None: requests come by the station's
    _requests: "queue.LifoQueue[tuple[int, NodeId, bytes]]" = field(
        default_factory=lambda: queue.LifoQueue(_QUEUE)
    )  # newest first: when too many come, those that waited long are worth nothing any more
    _drops: Drops = field(default_factory=lambda: Drops(_LOG, "clock requests"))
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start answering."""
        self._thread = threading.Thread(target=self._run, name="time-service", daemon=True)
        self._thread.start()
        if self.own_link is not None:
            self.own_link.start()

    def stop(self) -> None:
        """Stop; returns when the thread is gone."""
        if self.own_link is not None:
            self.own_link.stop()
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_WAKE * 4)

    def take(self, node: NodeId, payload: bytes, waited_s: float = 0.0) -> None:
        """Stamp a request with its arrival, so long ago; no time is told while our own clock is in doubt."""
        if not self.may_tell():
            return
        received_us = microseconds(self.now()) - round(waited_s * 1_000_000)
        try:
            self._requests.put_nowait((received_us, node, payload))
        except queue.Full:
            self._drops.add()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._drops.tell(_QUEUE)
            try:
                received_us, node, payload = self._requests.get(timeout=_WAKE)
            except queue.Empty:
                continue
            self._try_to_answer(received_us, node, payload)

    def _try_to_answer(self, received_us: int, node: NodeId, payload: bytes) -> None:
        try:
            self._answer(received_us, node, payload)
        except LinkDown:
            return  # the node asks again when it is back
        except Malformed as error:
            _LOG.warning("clock request refused: %s", error)
        except Exception:  # noqa: BLE001 - one request must not cost all others the time
            _LOG.exception("a clock request could not be answered")

    def _answer(self, received_us: int, node: NodeId, payload: bytes) -> None:
        request = parse(TimeRequest, payload)
        if request.node != node:
            raise Malformed(f"{node} asks for {request.node}")
        newest = self.newest(node)
        replied_us = microseconds(self.now())
        if not 0 <= replied_us - received_us <= _STALE_US or not self.may_tell():
            return
        reply = TimeReply(
            node=request.node,
            sent_us=request.sent_us,
            received_us=received_us,
            replied_us=replied_us,
            epoch=self.epoch,
            keys=newest.keys,
            policies=newest.policies,
            place=newest.place,
        )
        (self.own_link or self.link).publish(
            topics.time_reply(request.node), sign(reply, self.key).encode(), qos=0, retain=False
        )
        CLOCK_ANSWER_SECONDS.observe((microseconds(self.now()) - received_us) / 1_000_000)


def time_service_of(
    settings: Settings,
    broker_url: str,
    link: AnyLink,
    *,
    key: SigningKey,
    now: Callable[[], datetime],
    may_tell: Callable[[], bool],
    on_message: OnMessage,
    newest: Callable[[NodeId], Newest] = lambda _: NOTHING,
    epoch: int = 0,
    may_speak: Callable[[], bool] = lambda: True,
) -> TimeService:
    """Return the time service of a station; requests come to `on_message`, by a link of their own if may be.

    Clock requests that come by the station's own link wait behind the receipts of a broadcast that begins.
    """
    own = own_link(CLOCK, broker_url, settings.clock_broker_url, on_message=on_message, may_speak=may_speak)
    (own or link).subscribe(topics.ALL_TIME_REQUESTS)
    return TimeService(link, key, now, may_tell, newest=newest, epoch=epoch, own_link=own)
