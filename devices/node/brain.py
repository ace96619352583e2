"""A loudspeaker's logic: joins clock, trust, fetching, receipts and playing; docs/protocol.md, A node.

Input: events with the raw clock's reading. Output: effects. No IO, no thread, no clock, no own randomness.
"""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from devices import topics
from devices.ids import RecordingId
from devices.messages import Manifest
from devices.node.announced import POLICY
from devices.node.choosing import Choosing
from devices.node.clock import StationClock
from devices.node.effects import Effect, Publish, SaveDocument, Subscribe
from devices.node.events import (
    Booted,
    Connected,
    Digested,
    Disconnected,
    Event,
    PlayingBegan,
    PlayingEnded,
    Received,
    Tick,
    TimeTold,
)
from devices.node.exchanges import Exchange
from devices.node.fetching import MANIFEST, Fetching
from devices.node.homes import MOVE_SPREAD, Homes
from devices.node.identity import NodeIdentity
from devices.node.key_ring import KEYS
from devices.node.memory import NodeMemory
from devices.node.pings import Pings
from devices.node.playing import JOIN_AHEAD, Playing
from devices.node.receipts import RECEIPT, Outbox
from devices.node.reports import Reports
from devices.node.saved_time import SavedTime
from devices.node.trust import PLACE, PLAN, Trust

SESSION = "session"
"""Name of the document that holds the number of the newest session."""
VITALS_EVERY = timedelta(seconds=60)
"""5,000 nodes: 83 messages a second; of an idle node 0.7 MB a day with all that carries them."""
SET_BACK = timedelta(seconds=1)
"""A raw clock that goes back further than this was set; smaller steps may be rounding by the runner."""
SET_AHEAD = timedelta(days=2)
"""A larger step ahead between two events means that it was set: a brain gets a Tick at least once a day."""

_Word = topics.KeysTopic | topics.PlaceTopic | topics.PlanTopic | topics.PolicyTopic


class Brain:
    """The logic of one loudspeaker. The first event is Booted; the runner sends a Tick at `wake_at`."""

    def __init__(
        self,
        identity: NodeIdentity,
        memory: NodeMemory,
        rng: random.Random,
        join_ahead: timedelta = JOIN_AHEAD,
        move_spread: timedelta = MOVE_SPREAD,
    ) -> None:
        """Make a brain; `join_ahead`: the time this board needs to open a recording in its middle.

        `move_spread`: within which a new home is followed.
        """
        self._identity = identity
        self._memory = memory
        self._rng = rng
        self._clock = StationClock()
        self._saved_time = SavedTime(self._clock)
        self._trust = Trust(identity)
        self._pings = Pings(identity.node, rng)
        self._fetching = Fetching(identity.node, rng, memory.storage_free, identity.capabilities)
        self._outbox = Outbox(identity.node, identity.key, rng)
        self._choosing = Choosing(self._trust, self._fetching, self._outbox, self._clock)
        self._playing = Playing(self._choosing, self._fetching, self._clock, join_ahead)
        self._homes = Homes(identity, self._trust, rng, move_spread)
        self._reports = Reports(identity, memory, self._clock, self._choosing, self._playing)
        self._session = 0
        self._connected = False
        self._vitals_at: datetime | None = None
        self._playing_at: datetime | None = None
        self._last: datetime | None = None
        self._unknown_since: datetime | None = None  # on the raw clock, while the time is unknown

    @property
    def session(self) -> int:
        """Return the number of the current session, or of the next one."""
        return self._session

    @property
    def counts(self) -> Counter[str]:
        """Return the number of ignored messages, by reason: for the node's log."""
        chunks = Counter({"chunk: wrong digest": self._fetching.chunks_refused})
        return self._trust.counts + self._outbox.refusals + chunks

    @property
    def clock(self) -> StationClock:
        """Return the station's time as this node knows it; read only."""
        return self._clock

    def next_airing(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the raw instants at which the current or next planned airing starts and ends."""
        return self._playing.next_airing(now)

    def will(self) -> Publish:
        """Return the last will for the broker, for the current or next session."""
        return self._reports.death(self._session)

    def handle(self, event: Event, now: datetime) -> list[Effect]:
        """Process one event at this reading of the raw clock; return the effects, in order."""
        effects = self._note_clock(now)
        match event:
            case Booted():
                effects += self._boot(now)
            case Connected():
                effects += self._connect(now)
            case Disconnected():
                effects += self._disconnect(now)
            case Received():
                effects += self._receive(event, now)
            case Tick():
                effects += self._tick(now)
            case TimeTold():
                effects += self._take_told(event, now)
            case PlayingBegan():
                effects += [*self._playing.began(event, now), *self._agree(now)]
            case PlayingEnded():
                effects += [*self._playing.ended(event, now), *self._agree(now)]
            case Digested(recording, sha256):
                is_known = self._fetching.is_whole(recording) and sha256 == recording
                effects += self._fetching.digested(recording, sha256, now)
                effects += [] if is_known else self._agree(now)
        saved = [*self._saved_time.save(now, is_fact=_has_receipt(effects)), *self._trust.announced.save()]
        return [*saved, *effects] if saved else effects

    def wake_at(self) -> datetime | None:
        """Return the raw instant at which this brain needs a Tick; None: none needed."""
        due = (
            self._pings.due_at(),
            self._fetching.due_at(),
            self._outbox.due_at(),
            self._homes.due_at(),
            self._vitals_at,
            self._playing_at,
        )
        soonest: datetime | None = None
        for at in due:  # runs after each event of thousands of nodes: a loop is twice as fast as min()
            if at is not None and (soonest is None or at < soonest):
                soonest = at
        return soonest

    def _boot(self, now: datetime) -> list[Effect]:
        documents = self._memory.documents
        self._unknown_since = now
        self._trust.restore_keys(documents)
        self._saved_time.restore(documents, now)
        for name, text in documents.items():
            self._note_issued(name, text, now)
        station = self._clock.station(now)
        self._trust.restore(documents)
        self._outbox.witnessed = self._trust.journal
        counted = self._outbox.restore(documents)
        self._choosing.restore(documents)
        effects = self._fetching.restore(self._stored_manifests(documents, station), self._memory.chunks)
        stored = documents.get(SESSION, b"0")
        self._session = int(stored) if stored.isdigit() else 0
        homes = self._homes.restore(documents, now)
        return [*self._next_session(), *counted, *homes, *effects, *self._agree(now)]

    def _note_issued(self, name: str, text: bytes, now: datetime) -> None:
        issued_at = self._trust.issued_at(name, text)
        if issued_at is not None:
            self._clock.at_least(issued_at, now)
            self._clock.heard(issued_at)

    def _stored_manifests(self, documents: Mapping[str, bytes], now: datetime) -> dict[RecordingId, Manifest]:
        manifests = {}
        for name, text in documents.items():
            if name.startswith(MANIFEST):
                recording = RecordingId(name.removeprefix(MANIFEST))
                manifest = self._trust.read_manifest(recording, text, now)
                if manifest is not None:
                    manifests[recording] = manifest
        return manifests

    def _next_session(self) -> list[Effect]:
        self._session = max(self._session, self._identity.first_session) + 1
        self._outbox.open_session(self._session)
        return [SaveDocument(SESSION, str(self._session).encode())]

    def _connect(self, now: datetime) -> list[Effect]:
        """Subscribe to everything again, and only then send birth, and what is outstanding."""
        self._connected = True
        self._homes.connected()
        self._pings.connected(now)
        self._pings.before(self._playing.next_start(now), now)
        self._vitals_at = now + self._rng.random() * VITALS_EVERY
        return [
            Subscribe(self._trust.identity.filters),
            *self._fetching.connected(now),
            self._reports.birth(self._session, now, self._homes.version),
            *self._outbox.connected(now),
        ]

    def _disconnect(self, now: datetime) -> list[Effect]:
        self._connected, self._vitals_at = False, None
        self._homes.disconnected(now)
        self._pings.disconnected()
        self._fetching.disconnected()
        self._outbox.disconnected()
        return self._next_session()

    def _receive(self, came: Received, now: datetime) -> list[Effect]:
        payload = came.payload
        try:
            about = topics.parse(came.topic)
        except topics.UnknownTopic:
            self._trust.counts["unknown topic"] += 1
            return []
        effects: list[Effect] = []
        match about:
            case topics.ChunkTopic(recording, n) | topics.RepairChunkTopic(self._identity.node, recording, n):
                effects = self._fetching.take_chunk(recording, n, came, now)
            case topics.TimeReplyTopic(self._identity.node):
                effects = self._take_time(payload, came.at or now, now)
            case topics.ReceiptCommittedTopic(self._identity.node):
                effects = self._take_committed(payload, now)
            case topics.HomeTopic(area):
                effects = self._homes.take(area, payload, self._clock.station(now), now)
            case topics.ManifestTopic(recording):
                effects = self._take_manifest(recording, payload, now)
            case topics.RootsTopic():
                effects = self._trust.take_roots(payload, self._clock.station(now))
                effects += self._plans_changed(now) if effects else []
            case topics.KeysTopic() | topics.PlaceTopic() | topics.PlanTopic() | topics.PolicyTopic():
                effects = self._take_word(about, payload, now, is_retained=came.retain)
            case _:
                self._trust.counts["not for this node"] += 1
        return effects

    def _take_word(
        self,
        about: _Word,
        payload: bytes,
        now: datetime,
        *,
        is_retained: bool,
    ) -> list[Effect]:
        if not self._clock.is_set:
            self._note_issued(_name_of(about), payload, now)
        station = self._clock.station(now)
        match about:
            case topics.KeysTopic(area):
                judged_at = station if self._clock.is_set else None
                effects = self._trust.take_keys(area, payload, judged_at, station)
                if area == self._identity.areas[0]:
                    self._station_spoke(now)
            case topics.PlaceTopic(node):
                effects = self._trust.take_place(node, payload, station)
            case topics.PlanTopic(target):
                effects = self._trust.take_plan(target, payload, station, is_retained=is_retained)
            case topics.PolicyTopic(area):
                effects = self._trust.take_policy(area, payload, station)
        if not effects:
            return []
        self._note_issued(_name_of(about), payload, now)
        return [*effects, *self._plans_changed(now)]

    def _station_spoke(self, now: datetime) -> None:
        """The station publishes the province's keys at each connect, also when they are unchanged."""
        self._outbox.station_spoke(now)
        self._fetching.station_spoke(now)
        if not self._clock.is_together(now):
            self._pings.station_spoke(now)

    def _plans_changed(self, now: datetime) -> list[Effect]:
        self._outbox.witnessed = self._trust.journal
        self._playing.plans_changed()
        effects = [*self._agree(now), *self._homes.retry(self._clock.station(now), now)]
        self._pings.before(self._playing.next_start(now), now)
        return effects

    def _take_manifest(self, recording: RecordingId, payload: bytes, now: datetime) -> list[Effect]:
        if not self._fetching.needs_manifest(recording):
            return []
        manifest = self._trust.read_manifest(recording, payload, self._clock.station(now))
        return self._fetching.take_manifest(manifest, payload, now) if manifest is not None else []

    def _take_committed(self, payload: bytes, now: datetime) -> list[Effect]:
        told = self._trust.read_committed(payload, self._clock.station(now) if self._clock.is_set else None)
        return self._outbox.answered(told) if told is not None else []

    def _take_time(self, payload: bytes, arrived: datetime, now: datetime) -> list[Effect]:
        reply = self._trust.read_time(payload, now)
        exchange = self._pings.answered(reply, arrived) if reply is not None else None
        if reply is None or exchange is None:
            return []
        asked = self._trust.announced.take(reply, self._trust.identity.areas)
        if moved := self._homes.heard(now):
            moved.append(self._reports.birth(self._session, now, self._homes.version))
        return [*asked, *moved, *self._add_exchange(exchange, now)]

    def _add_exchange(self, exchange: Exchange, now: datetime) -> list[Effect]:
        before, was_set = self._clock.known(now), self._clock.is_set
        if not self._clock.add(exchange):
            return self._clock_was_set(now)
        if not was_set:
            return self._learn_time(now)
        is_news = self._playing.is_other_time(before, now) or self._playing.is_near_start(now)
        return self._agree(now) if is_news else []

    def _take_told(self, told: TimeTold, now: datetime) -> list[Effect]:
        before, was_set = self._clock.known(now), self._clock.is_set
        if not self._clock.tell(told.source, told.utc, told.error, told.at):
            self._trust.counts[f"time of {told.source}: contradicts the station"] += 1
        if self._clock.is_set and not was_set:
            return self._learn_time(now)
        return self._agree(now) if self._playing.is_other_time(before, now) else []

    def _learn_time(self, now: datetime) -> list[Effect]:
        """Judge all documents again by the station's time, known for the first time since boot."""
        self._saved_time.is_stale()
        station = self._clock.station(now)
        words = [*self._trust.learn_time(station), *self._plans_changed(now)]
        if self._unknown_since is None:
            return words
        since, self._unknown_since = self._clock.station(self._unknown_since), None
        return [*words, *self._choosing.hold_back_unknown(since, station), *self._agree(now)]

    def _tick(self, now: datetime) -> list[Effect]:
        effects: list[Effect] = []
        if (asks_at := self._pings.due_at()) is not None and now >= asks_at:
            effects += self._pings.tick(now, longest_gap=self._clock.longest_gap(now))
        if self._playing_at is not None and now >= self._playing_at:
            effects += self._agree(now)
            self._pings.before(self._playing.next_start(now), now)
        effects += [*self._fetch(now), *self._outbox.tick(now), *self._homes.tick(now)]
        if self._vitals_at is not None and now >= self._vitals_at:
            chunks_refused, missing = self._fetching.chunks_refused, self._trust.announced.missing
            effects.append(self._reports.vitals(self._session, now, chunks_refused, missing))
            self._vitals_at = now + self._rng.uniform(0.8, 1.2) * VITALS_EVERY
        return effects

    def _fetch(self, now: datetime) -> list[Effect]:
        due = self._fetching.due_at()
        if due is None or now < due:
            return []
        airing = self._playing.next_airing(now)
        return self._fetching.tick(now, airing and airing[0])

    def _agree(self, now: datetime) -> list[Effect]:
        effects = self._playing.agree(now)
        self._playing_at = self._playing.due_at(now)
        return effects

    def _note_clock(self, now: datetime) -> list[Effect]:
        """Detect that the raw clock was set: what was learnt about it or scheduled on it is void."""
        last, self._last = self._last, now
        if last is None or -SET_BACK <= now - last <= SET_AHEAD:
            return []
        self._clock.was_set(last, now)
        self._unknown_since = now
        return self._clock_was_set(now)

    def _clock_was_set(self, now: datetime) -> list[Effect]:
        self._saved_time.is_stale()
        self._playing.clock_was_set(now)
        self._playing.plans_changed()
        self._fetching.clock_was_set(now)
        self._outbox.clock_was_set(now)
        self._homes.clock_was_set(now)
        self._pings.burst(now)
        if self._vitals_at is not None:
            self._vitals_at = now + self._rng.random() * VITALS_EVERY
        return self._agree(now)


def _has_receipt(effects: list[Effect]) -> bool:
    for one in effects:  # noqa: SIM110 - after each event of thousands of nodes, thrice as fast as any()
        if isinstance(one, SaveDocument) and one.name.startswith(RECEIPT):
            return True
    return False


def _name_of(about: _Word) -> str:
    """Return the name under which a document of this topic is stored."""
    match about:
        case topics.KeysTopic(area):
            return KEYS + area
        case topics.PlaceTopic(node):
            return PLACE + node
        case topics.PlanTopic(target):
            return PLAN + target
        case topics.PolicyTopic(area):
            return POLICY + area
