"""Where a node lives: the broker it was enrolled at, or one that a signed home document names.

The rules are in docs/protocol.md, "Home". The document is stored before it is followed; a new home counts
once the station was heard there; until then the former one is a bounded time away.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.enrolment import Home
from devices.ids import AreaCode
from devices.jose import read_unchecked
from devices.node.effects import ConnectTo, DropDocument, Effect, SaveDocument
from devices.node.identity import NodeIdentity
from devices.node.trust import Trust
from devices.not_trusted import Expired, FarVersion, NotTrusted, UnknownKey

HOME = "home/"
"""Prefix of the names of documents that hold one signed home each; then its version."""
LIVES = "lives"
"""Name of the document that says at which home the node lives, and lived before."""
ENROLLED = 0
"""In place of a version: the broker that the node was enrolled at."""
MOVE_SPREAD = timedelta(minutes=2)
"""Thousands of nodes get a new home at the same instant; they move at random within this time."""
TRY_FOR = timedelta(seconds=90)
"""At each broker of a home: to connect (up to 15 s between attempts) and to hear the station."""
FIRST_RETRY = timedelta(hours=1)
LAST_RETRY = timedelta(days=1)
"""A home that could not be reached is tried again after an hour, then twice as long: each try costs calls."""
LOST_AFTER = timedelta(minutes=30)
"""A node that has not heard the station for so long, or up to half as long again (a fleet loses it at one
instant), looks for it at the other homes that it knows."""
CUT_AFTER = timedelta(minutes=3)
"""A node that cannot connect for so long, or up to twice as long, tries the other brokers of its own home;
after each round in vain it waits twice as long, `LOST_AFTER` at most: each try costs calls."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """One broker of one home."""

    home: int
    broker: int


@dataclass(slots=True)
class _Lives:
    """What is saved: the home at which the station was heard last, the one before, and failed tries."""

    now: int = ENROLLED
    former: int = ENROLLED
    failures: int = 0

    def saved(self) -> SaveDocument:
        told = {"now": self.now, "former": self.former, "failures": self.failures}
        return SaveDocument(LIVES, json.dumps(told).encode())

    @classmethod
    def read(cls, body: bytes) -> "_Lives":
        try:
            told = json.loads(body)
            return cls(int(told["now"]), int(told["former"]), int(told["failures"]))
        except (ValueError, KeyError, TypeError):
            return cls()


@dataclass(slots=True)
class _Search:
    """Brokers that are still to be tried, the present one first, and until when that one has time."""

    spots: list[_Spot]
    until: datetime
    is_move: bool = field(default=False, kw_only=True)
    """Whether it is for a new home, and not because the station is lost."""


class Homes:
    """Follows signed home documents: stores them, moves, proves, and goes back."""

    def __init__(
        self, identity: NodeIdentity, trust: Trust, rng: random.Random, spread: timedelta = MOVE_SPREAD
    ) -> None:
        """`spread`: in a small fleet nobody has to wait so long."""
        self._identity = identity
        self._trust = trust
        self._rng = rng
        self._spread = spread
        self._known: dict[int, Home] = {}
        self._lives = _Lives()
        self._spot = _Spot(ENROLLED, 0)
        self._search: _Search | None = None
        self._move_at: datetime | None = None
        self._heard_at: datetime | None = None
        self._patience = LOST_AFTER
        self._cut_at: datetime | None = None
        self._cut_patience = CUT_AFTER
        self._early: dict[AreaCode, bytes] = {}

    @property
    def version(self) -> int | None:
        """Return the version of the home at which this node lives; None: where it was enrolled."""
        return self._lives.now or None

    def restore(self, documents: Mapping[str, bytes], now: datetime) -> list[Effect]:
        """Live where this node lived before; what was stored was checked when it came."""
        for name, text in documents.items():
            if name.startswith(HOME):
                try:
                    home = read_unchecked(text, Home)
                except NotTrusted:
                    continue  # an incomplete document
                self._known[home.version] = home
        self._lives = _Lives.read(documents.get(LIVES, b"{}"))
        if self._lives.now not in self._known:
            self._lives.now = ENROLLED
        self._heard_at = self._cut_at = now
        self._cut_patience = CUT_AFTER * self._rng.uniform(1.0, 2.0)
        if self._known:
            self._patience = LOST_AFTER * self._rng.uniform(1.0, 1.5)
        if self._newest > self._lives.now:
            self._move_at = now + self._pause()
        return [] if self._lives.now == ENROLLED else self._go(_Spot(self._lives.now, 0))

    def take(self, area: AreaCode, text: bytes, station: datetime, now: datetime) -> list[Effect]:
        """Store a newer home and follow it soon; `station`: its time, `now`: the raw clock."""
        try:
            home = self._trust.read_home(text, station)
        except (UnknownKey, Expired, FarVersion) as reason:
            if area in self._trust.identity.areas:
                self._early[area] = text  # the key, or the time, may still arrive
            return self._refuse(reason.code)
        except NotTrusted as reason:
            return self._refuse(reason.code)
        self._early.pop(area, None)
        if home.target != area or area not in self._trust.identity.areas:
            return self._refuse("wrong-target")
        if home.version <= self._newest:
            return [] if home.version == self._newest else self._refuse("older-version")
        if self._is_secret and not all(_is_tls(broker) for broker in home.brokers):
            return self._refuse("no-tls")
        return self._keep(home, text, now)

    def retry(self, station: datetime, now: datetime) -> list[Effect]:
        """Read again what came before its key, or before the time was known."""
        early, self._early = self._early, {}
        return [effect for area, text in early.items() for effect in self.take(area, text, station, now)]

    def connected(self) -> None:
        """Note that the present broker took the connection."""
        self._cut_at = None

    def disconnected(self, now: datetime) -> None:
        """Note that the connection is lost."""
        self._cut_at = self._cut_at or now

    def heard(self, now: datetime) -> list[Effect]:
        """Note that the station answered through the present broker: this is a good home."""
        self._heard_at = now
        self._cut_patience = CUT_AFTER * self._rng.uniform(1.0, 2.0)
        if self._search is None:
            return []
        self._search = None
        if self._spot.home == self._lives.now:
            return []
        self._lives.former, self._lives.now = self._lives.now, self._spot.home
        if self._lives.now == self._newest:
            self._lives.failures, self._move_at = 0, None
        else:  # the newest home is lost, and the station speaks at an older one
            self._lives.failures += 1
            self._move_at = now + self._pause()
        return [self._lives.saved(), *self._drop_others()]

    def tick(self, now: datetime) -> list[Effect]:
        """Move, give up or search, where it is due."""
        if self._search is not None:
            return self._next(self._search, now) if now >= self._search.until else []
        if self._move_at is not None and now >= self._move_at:
            self._move_at = None
            return self._try(self._spots_of(self._newest), now, is_move=True)
        if (cut_until := self._cut_until()) is not None and now >= cut_until:
            self._cut_at, self._cut_patience = now, min(self._cut_patience * 2, LOST_AFTER)
            return self._try(self._others_of_home(), now, is_move=False)
        if self._heard_at is not None and now - self._heard_at >= self._patience:
            return self._try(self._elsewhere(), now, is_move=False)
        return []

    def due_at(self) -> datetime | None:
        """Return when `tick` has something to do."""
        if self._search is not None:
            return self._search.until
        if self._heard_at is None or not self._known:
            return self._move_at
        due = (self._heard_at + self._patience, self._move_at, self._cut_until())
        return min(instant for instant in due if instant is not None)

    def clock_was_set(self, now: datetime) -> None:
        """Bring instants of the old clock close to now again."""
        self._heard_at = now
        self._cut_at = self._cut_at and now
        if self._search is not None:
            self._search.until = now + TRY_FOR
        if self._move_at is not None:
            self._move_at = now + self._pause()

    # -- moving

    @property
    def _newest(self) -> int:
        return max(self._known, default=ENROLLED)

    @property
    def _is_secret(self) -> bool:
        """Whether this node lives at, or comes from, a broker with TLS."""
        return any(_is_tls(broker) for broker in (self._identity.broker, *self._brokers(self._lives.now)))

    def _keep(self, home: Home, text: bytes, now: datetime) -> list[Effect]:
        is_same = (home.brokers, home.authorities) == self._brokers_of(self._lives.now)
        self._known[home.version] = home
        self._patience = LOST_AFTER * self._rng.uniform(1.0, 1.5)
        effects: list[Effect] = [SaveDocument(f"{HOME}{home.version}", text)]
        self._lives.failures = 0
        if is_same and self._search is None:  # only issued again: there is nowhere to go
            self._lives.now, self._move_at = home.version, None
            self._spot = _Spot(home.version, self._spot.broker)
        else:
            self._move_at = now + self._rng.random() * self._spread
        return [*effects, self._lives.saved(), *self._drop_others()]

    def _drop_others(self) -> list[Effect]:
        """Forget homes that are neither lived at, nor lived at before, nor the newest."""
        wanted = {self._lives.now, self._lives.former, self._newest}
        gone = sorted(set(self._known) - wanted)
        for version in gone:
            del self._known[version]
        return [DropDocument(f"{HOME}{version}") for version in gone]

    def _try(self, spots: list[_Spot], now: datetime, *, is_move: bool) -> list[Effect]:
        if not spots:
            self._heard_at = now
            return []
        self._search = _Search(spots, now + TRY_FOR, is_move=is_move)
        return self._go(spots[0])

    def _next(self, search: _Search, now: datetime) -> list[Effect]:
        """Leave a broker at which the station was not heard: for the next one, or for home."""
        del search.spots[0]
        if search.spots:
            search.until = now + TRY_FOR
            return self._go(search.spots[0])
        self._search, self._heard_at = None, now
        saves: list[Effect] = []
        if search.is_move:
            self._lives.failures += 1
            self._move_at = now + self._pause()
            saves = [self._lives.saved()]
        return [*saves, *self._go(_Spot(self._lives.now, 0))]

    def _pause(self) -> timedelta:
        """Return how long to wait before the newest home is tried (again)."""
        if not self._lives.failures:
            return self._rng.random() * self._spread
        pause = min(FIRST_RETRY * (1 << min(self._lives.failures - 1, 8)), LAST_RETRY)
        return pause * self._rng.uniform(0.8, 1.2)

    def _cut_until(self) -> datetime | None:
        """Return until when this node waits for the present broker to take its connection."""
        if self._cut_at is None or len(self._brokers(self._lives.now)) == 1:
            return None
        return self._cut_at + self._cut_patience

    def _others_of_home(self) -> list[_Spot]:
        """Return the other brokers of the home that this node lives at, those after the present one first."""
        spots = self._spots_of(self._lives.now)
        after = self._spot.broker + 1 if self._spot.home == self._lives.now else 0
        return [spot for spot in (*spots[after:], *spots[:after]) if spot != self._spot]

    def _elsewhere(self) -> list[_Spot]:
        """Return every broker that this node knows, the present one last."""
        homes = dict.fromkeys((self._lives.now, self._newest, self._lives.former, ENROLLED))
        spots = [spot for home in homes for spot in self._spots_of(home)]
        return [spot for spot in spots if spot != self._spot and self._may_go(spot)]

    def _may_go(self, spot: _Spot) -> bool:
        return not self._is_secret or _is_tls(self._brokers(spot.home)[spot.broker])

    def _spots_of(self, home: int) -> list[_Spot]:
        return [_Spot(home, at) for at in range(len(self._brokers(home)))]

    def _brokers(self, home: int) -> tuple[str, ...]:
        return self._brokers_of(home)[0]

    def _brokers_of(self, home: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the brokers of a home, and the authorities to trust there."""
        known = self._known.get(home)
        return ((self._identity.broker,), ()) if known is None else (known.brokers, known.authorities)

    def _go(self, spot: _Spot) -> list[Effect]:
        self._spot = spot
        brokers, authorities = self._brokers_of(spot.home)
        return [ConnectTo(brokers[spot.broker], authorities)]

    def _refuse(self, why: str) -> list[Effect]:
        self._trust.counts[f"home: {why}"] += 1
        return []


def _is_tls(broker: str) -> bool:
    return broker.startswith("mqtts://")
