"""What pages ask of a station and is the same in every process that serves them; see `http.station`."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from limits.storage import MemoryStorage, Storage

from controller.clocks import steady_seconds, utc_now
from controller.features.areas.queries import get_area
from controller.features.enrolment.service import welcome_of
from controller.features.journal.security_log import SecurityLog, syslog_at
from controller.features.provisioning import service as provisioning
from controller.host.sound_stores import folder_at, recordings_of, uploads_of
from controller.host.traces import OFF, Traces, traces_to
from controller.http.station import Trial
from controller.model.enrolment import Welcome
from controller.model.permissions import OperatorId
from controller.model.provider import ProviderWay
from controller.model.speech import Speech, speech_by
from controller.model.times import Times
from controller.runtime.changes import Changes
from controller.runtime.give_way import GiveWay
from controller.runtime.provider_way import provider_way
from controller.runtime.speech_ahead import SpeechAhead
from controller.runtime.speech_samples import Sampler
from controller.runtime.web_thread import PageServer
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode
from devices.jose import SigningKey
from schedules.clock import Beat
from tts.engines import engines_with
from tts.errors import StoreAway
from tts.recordings import RecordingStore
from tts.studio import Studio
from tts.uploads import UploadStore

_LOOK_AT_SOUNDS_EVERY = timedelta(seconds=15)
_SAMPLE_KEPT_S = 3600
"""Seconds: a sample is deleted when it was sent; another process of the same home may be making one."""


@dataclass
class PageStation:
    """The store, the sounds and the voices that pages need; `Controller` adds what reaches loudspeakers."""

    settings: Settings
    engines: dict[str, str] | None = None  # for tests: replaces the built-in voice engines, by import path
    now: Callable[[], datetime] = utc_now
    steady: Callable[[], float] = steady_seconds
    changes: Changes = field(default_factory=Changes)
    label: str = ""
    trial: Trial | None = None
    counters: Storage = field(default_factory=MemoryStorage)
    pages: PageServer | None = None
    provider: ProviderWay | None = None
    makes_backups: bool = True
    traces: Traces = OFF
    part: str = "station"  # which program this is, in traces
    way: GiveWay = field(default_factory=GiveWay)
    store: Store = field(init=False)
    key: SigningKey = field(init=False)
    security: SecurityLog = field(init=False)
    broker_url: str = field(init=False)
    recordings: RecordingStore = field(init=False)
    uploads: UploadStore = field(init=False)
    studio: Studio = field(init=False)
    sampler: Sampler = field(init=False)
    ahead: SpeechAhead = field(init=False)

    @property
    def speech(self) -> Speech:
        """Return the speech settings for submitted bulletins."""
        return speech_by(self.settings)

    @property
    def require_totp(self) -> bool:
        """Return whether approvers, technicians and administrators must have a second factor (TOTP)."""
        return self.settings.require_totp

    def times_at(self, pace_share: float) -> Times:
        """Return head starts and waiting times, at a share of the set rate of sending chunks."""
        return Times(
            horizon=self.settings.horizon,
            least_lead=self.settings.lead,
            bytes_per_second=self.settings.pace_bytes_per_second,
            uplink_bytes_per_second=self.settings.uplink_bytes_per_second,
            called_lead=self.settings.emergency_lead,
            pace_share=pace_share,
        )

    def first_administrator(self, *, code: str, name: str, display_name: str, password: str) -> None:
        """Create the first administrator's account with its one-time code, or raise LoaError."""
        first = provisioning.FirstAdministrator(code, name, display_name, password)
        provisioning.found_administrator(self.store, self.settings, first, now=self.now())

    def welcome(self) -> Welcome:
        """Return what a node receives when it enrols, in addition to its name and password."""
        return welcome_of(self.settings, self.key, self.broker_url, self.pages.address if self.pages else "")

    def sample(self, text: str, area: AreaCode, speech: Speech | None = None) -> bytes:
        """Return a short text spoken with an area's lexicon, as MP3; bounded, one at a time, or LoaError."""
        return self.sampler.sample(text, area, speech)

    def sample_phrase(self, spoken: str, place: int, by: OperatorId, speech: Speech) -> bytes:
        """Return one phrase of a sentence that was read already, as MP3; one a person, or LoaError."""
        return self.sampler.phrase(spoken, place, by, speech)

    def speak_ahead(self, by: OperatorId, sentences: Iterable[str], speech: Speech) -> None:
        """Have the sentences of what a person writes spoken when there is time."""
        self.ahead.offer(by, sentences, speech)

    def make_way(self) -> None:
        """Have what can wait do so for a second: an emergency or a stop is about to be signed."""
        self.way.begin()

    # --- starting

    def _know_the_store(self, parts: contextlib.ExitStack) -> None:
        self.store.on_commit(self.changes.note)
        self.provider = provider_way(self.settings)
        self.traces = traces_to(self.settings.traces_url, self.part, self.settings.province)
        parts.callback(self.traces.stop)
        self.security = SecurityLog(self.store, syslog_at(self.settings.security_syslog, "loa-security"))
        parts.callback(self.security.write)
        with self.store.read() as session:
            self.label = get_area(session, AreaCode(self.settings.province)).name

    def _make_studio(self) -> None:
        self.recordings, self.uploads = recordings_of(self.settings), uploads_of(self.settings)
        engine = self.settings.engine
        self.studio = Studio(
            self.settings.speech_cache_dir,
            self.recordings,
            workers=max(1, self.settings.speech_workers),
            cache_bytes=self.settings.phrases_megabytes << 20,
            engines={**engines_with(self.settings.voices_dir), **(self.engines or {})},
            # the one that takes time to load: a network voice has nothing to load
            warm_engine=self.settings.fallback_engine if engine == "gtts" else engine,
        )
        samples = RecordingStore(self.settings.speech_cache_dir / "samples")
        for left_by_a_crash in samples.kept_before(self.now().timestamp() - _SAMPLE_KEPT_S):
            samples.delete(left_by_a_crash)
        self.sampler = Sampler(self.store, self.studio, samples, self.settings)
        self.ahead = SpeechAhead(self.studio, self.settings, self.steady, self._speech_is_wanted)

    def _look_at_sounds(self) -> Beat:
        """Return the periodic look whether the stores of recordings and of uploads answer."""

        def look() -> None:
            for store in (self.recordings, self.uploads):
                with contextlib.suppress(StoreAway):  # it is logged once, and `sounds_up` tells it
                    store.check()

        return Beat("sounds", _LOOK_AT_SOUNDS_EVERY, look)

    def sounds_up(self) -> dict[str, bool]:
        """Return whether the stores of sounds on other machines answered when they were last asked."""
        stores = {
            "recordings": (self.settings.recordings_place, self.recordings.is_up),
            "uploads": (self.settings.uploads_place, self.uploads.is_up),
        }
        return {name: is_up for name, (place, is_up) in stores.items() if folder_at(place) is None}

    def _speech_is_wanted(self) -> bool:
        """Return whether somebody waits for speech, so that none is spoken ahead."""
        return self.sampler.is_speaking
