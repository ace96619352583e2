"""When a node requests the station's time: a burst at connect, then at intervals, more before a start."""

import random
from datetime import datetime, timedelta

from devices import topics
from devices.ids import NodeId
from devices.messages import TimeReply, TimeRequest
from devices.node.effects import Publish
from devices.node.exchanges import LATEST_REPLY, MICROSECOND, Exchange, micros

BURST = 8
"""Measured: the fastest of eight is within a millisecond or two on a LAN."""
BURST_GAP = timedelta(seconds=0.3)
USUAL_GAP = timedelta(seconds=20)
"""First wait once the clock is known; each further one is twice as long, while the error bound allows it."""
DOUBT_GAP = timedelta(seconds=2)
"""First wait of a node whose error bound grows fast; each further one is twice as long, up to the usual gap.
A burst while all nodes connect, or while a recording goes to all, can be too slow to use."""
PRESSING = timedelta(seconds=60)
"""This near to a start, before or after it, the wait in doubt does not grow: an airing may be joined."""
BEFORE_START = tuple(timedelta(seconds=s) for s in (28, 23, 18, 13, 8, 4))
"""Distances before an airing's start: the drift of half a minute is the largest error left."""
BURSTS_APART = timedelta(seconds=10)
"""Least time between bursts, even if the clock is often found wrong: they must not overload a station."""
MOST_OPEN = 16
"""Most requests that may be unanswered; the oldest is dropped."""


class Pings:
    """The schedule of clock requests, and the requests that are still unanswered."""

    def __init__(self, node: NodeId, rng: random.Random) -> None:
        self._node = node
        self._rng = rng
        self._due: list[datetime] = []
        self._open: dict[int, None] = {}
        self._connected = False
        self._start: datetime | None = None
        self._burst_at: datetime | None = None
        self._doubt = DOUBT_GAP
        self._gap = USUAL_GAP

    def connected(self, now: datetime) -> None:
        """Start with a burst."""
        self._connected = True
        self.burst(now)

    def disconnected(self) -> None:
        """Send no requests while disconnected."""
        self._connected = False
        self._due = []
        self._open.clear()

    def burst(self, now: datetime) -> None:
        """Send several requests, the first within one gap; only one, later, if a burst just ended."""
        self._open.clear()
        self._start = None
        self._doubt = DOUBT_GAP
        self._gap = USUAL_GAP
        if self._burst_at is not None and timedelta(0) <= now - self._burst_at < BURSTS_APART:
            self._due = [now + BURSTS_APART * self._rng.uniform(0.8, 1.2)] if self._connected else []
            return
        self._burst_at = now
        first = now + self._rng.random() * BURST_GAP
        self._due = [first + i * BURST_GAP for i in range(BURST)] if self._connected else []

    def station_spoke(self, now: datetime) -> None:
        """The station has reconnected to the broker: earlier requests may never be answered."""
        self._burst_at = None
        self.burst(now)

    def before(self, start: datetime | None, now: datetime) -> None:
        """Send requests more often before this raw instant, the start of the next airing."""
        if start is None or not self._connected:
            return
        if self._start is not None and abs(start - self._start) < timedelta(seconds=1):
            return
        self._start = start
        jittered = (start - gap - self._rng.random() * timedelta(seconds=2) for gap in BEFORE_START)
        self._due = sorted([*self._due, *(at for at in jittered if at > now)])[: 2 * MOST_OPEN]

    def tick(self, now: datetime, *, longest_gap: timedelta) -> list[Publish]:
        """Return the request that is due, if any; several missed ones become one.

        `longest_gap`: until when the clock needs the next exchange; zero while its error bound grows fast.
        """
        if not self._due or now < self._due[0]:
            return []
        self._due = [at for at in self._due if at > now]
        next_at = now + self._rng.uniform(0.8, 1.2) * self._next_gap(now, longest_gap)
        if not self._due or self._due[0] > next_at:
            self._due.insert(0, next_at)
            if longest_gap:
                self._doubt, self._gap = DOUBT_GAP, min(2 * self._gap, longest_gap)
            else:
                self._doubt, self._gap = min(2 * self._doubt, USUAL_GAP), USUAL_GAP
        sent = micros(now)
        self._open[sent] = None
        if len(self._open) > MOST_OPEN:
            del self._open[next(iter(self._open))]
        request = TimeRequest(node=self._node, sent_us=sent)
        return [Publish(topics.time(self._node), request.payload(), qos=0)]

    def _next_gap(self, now: datetime, longest_gap: timedelta) -> timedelta:
        if longest_gap:
            return min(self._gap, longest_gap)
        is_pressing = self._start is not None and abs(now - self._start) < PRESSING
        return DOUBT_GAP if is_pressing else self._doubt

    def answered(self, reply: TimeReply, arrived: datetime) -> Exchange | None:
        """Return the exchange that a reply completes; None if not requested, a duplicate, or too old."""
        if reply.node != self._node or reply.sent_us not in self._open:
            return None
        del self._open[reply.sent_us]
        exchange = Exchange(reply.sent_us, reply.received_us, reply.replied_us, micros(arrived))
        return exchange if exchange.arrived_us - exchange.sent_us <= LATEST_REPLY // MICROSECOND else None

    def due_at(self) -> datetime | None:
        """Return when `tick` has a request to send."""
        return self._due[0] if self._due else None
