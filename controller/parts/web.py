"""`loa web`: pages and JSON of a station that leads elsewhere; docs/several-machines.md."""

import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from controller.errors import LoaError
from controller.features.bulletins.claims import noted_progress
from controller.features.keys.station_key_renewal import is_in_use
from controller.host.interpreter import settle
from controller.host.station_keys import Secrets, StationSeal, key_at, station_key
from controller.model.bulletins import Rendering
from controller.model.outgoing import Outgoing
from controller.model.times import Times
from controller.parts.schema_check import refuse_other_schema
from controller.parts.station import begin_part
from controller.runtime.page_station import PageStation
from controller.runtime.web_thread import PageServer
from controller.store import Session, Store
from controller.store.announcements import Announcements, announce_urgent
from controller.store.rate_counters import SharedCounters
from controller.store.station_lease import NOBODY, Leader, leader_of
from controller.terminal.progress import Stages
from devices.ids import AreaCode
from schedules.clock import Beat, Clock
from tts.orders import Progress

_LOG = logging.getLogger(__name__)

_ASKED_EVERY_S: Final = 1.0
"""Seconds for which it is known who leads: the leader renews its row as often."""
_NOTE_REFUSED_EVERY: Final = timedelta(seconds=5)
_KEEP_HOUSE_EVERY: Final = timedelta(minutes=10)
_LOOK_AT_KEYS_EVERY: Final = timedelta(minutes=1)


@dataclass
class WebStation(PageStation):
    """A station as pages see it, in a process that keeps nothing: all it knows is in the database.

    Implements `controller.http.station.Station`. Nothing is signed or published here: the station that leads
    hears of each commit, and of an emergency or a stop before all others.
    """

    part: str = "web"
    makes_backups: bool = False
    _seen: tuple[float, Leader] = (float("-inf"), NOBODY)
    _has_key: bool = False
    _parts: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self) -> None:
        """Start serving; raises StartFailed, with nothing left running."""
        with contextlib.ExitStack() as parts:
            self.store = Store(self.settings.database)
            parts.callback(self.store.close)
            refuse_other_schema(self.store, "trang sẽ mở khi xong")
            self._take_keys()
            self.broker_url = self.settings.broker_url
            self.counters = SharedCounters(self.store)
            self._know_the_store(parts)
            self._make_studio()
            self.pages = PageServer(self, self.settings.host, self.settings.port)
            self.pages.bind()
            parts.callback(self.pages.stop)
            if self.settings.speech_workers:
                for speaker in (self.studio, self.ahead):
                    speaker.start()
                    parts.callback(speaker.stop)
            for part in (Announcements(self.store), self._clock()):
                part.start()
                parts.callback(part.stop)
            self.pages.start()
            self._parts = parts.pop_all()

    def stop(self) -> None:
        """Stop serving."""
        self._parts.close()

    # --- what pages ask

    def rendering_progress(self, rendering: Rendering) -> Progress | None:
        """Return how far a recording is that another process makes, as that process notes it."""
        return noted_progress(rendering)

    def wake(self) -> None:
        """Do nothing: the commit before has told the station that leads."""

    def sign(self, session: Session, areas: Collection[AreaCode]) -> list[Outgoing]:
        """Have the station that leads sign and publish the plans of these areas at the commit."""
        announce_urgent(session, areas)
        return []

    def publish_now(self, outgoing: Iterable[Outgoing]) -> None:
        """Do nothing: see `sign`."""

    @property
    def times(self) -> Times:
        """Return head starts and waiting times, at the rate at which the leader sends chunks."""
        return self.times_at(self._leader().facts.pace_share)

    def parts_up(self) -> dict[str, bool]:
        """Return whether a station leads, and has its broker; whether the key of this home is in use."""
        is_led = self._leader().is_there
        return {"broker": self.broker_up(), "lead": is_led, "key": self._has_key, **self.sounds_up()}

    def broker_up(self) -> bool:
        """Return whether the station that leads is connected to the broker."""
        leader = self._leader()
        return leader.is_there and leader.facts.broker_up

    def _leader(self) -> Leader:
        asked_at, leader = self._seen
        if time.monotonic() - asked_at < _ASKED_EVERY_S:
            return leader
        try:
            with self.store.read() as session:
                leader = leader_of(session)
        except LoaError:  # the page says by itself that the database does not answer
            leader = NOBODY
        self._seen = (time.monotonic(), leader)
        return leader

    def _take_keys(self) -> None:
        """Use the station's key as its file has it, or the next one where the leader has taken that up."""
        files = Secrets(self.settings.home)
        key, first = station_key(self.settings), key_at(files.sealing_key)
        waiting = key_at(files.next_station_key)
        if waiting is not None and not is_in_use(self.store, key):
            key, first = waiting, first or key
        self.key, self.store.signer = key, StationSeal(key, first)
        self._has_key = is_in_use(self.store, key)
        if not self._has_key:
            _LOG.error("the key in %s is not the province's: copy keys/ from the station", self.settings.home)

    def _clock(self) -> Clock:
        shared: Callable[[], None] = SharedCounters(self.store).sweep
        beats = (
            Beat("note-refused", _NOTE_REFUSED_EVERY, self.security.write),
            Beat("keys", _LOOK_AT_KEYS_EVERY, self._take_keys),
            self._look_at_sounds(),
            Beat("rate-hits", _KEEP_HOUSE_EVERY, shared),
        )
        return Clock(list(beats))


def run() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    settings, asked = begin_part("loa-web.log")
    station = WebStation(settings)
    with contextlib.ExitStack() as parts:
        stages = parts.enter_context(Stages())
        station.start()
        parts.callback(stages.say, "Đã dừng.")
        parts.callback(station.stop)
        assert station.pages is not None
        stages.say(f"Trang của đài:  {station.pages.address}")
        settle()
        asked.wait()
        stages.say("Đang dừng…")
