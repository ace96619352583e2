"""The composition root: builds the controller from settings; parts start in order and stop in reverse."""

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.clocks import steady_seconds, utc_now
from controller.errors import StartFailed
from controller.features.areas.queries import get_area
from controller.features.enrolment.broker_credentials import BrokerPasswordFile
from controller.features.enrolment.service import welcome_of
from controller.features.journal.security_log import SecurityLog, syslog_at
from controller.features.keys.station_key_renewal import take_due_key
from controller.features.plans.leadership import take_lead
from controller.features.provisioning import service as provisioning
from controller.host.broker import ChildBroker
from controller.host.home_folder import HomeLock, make_home
from controller.host.interpreter import collect_when_idle
from controller.host.metrics import measured
from controller.host.station_keys import station_key, station_seal
from controller.http.station import Trial
from controller.model.bulletin_states import RenderingId
from controller.model.enrolment import Welcome
from controller.model.outgoing import Outgoing
from controller.model.permissions import OperatorId
from controller.model.speech import Speech, speech_by
from controller.model.times import Times
from controller.runtime.airing_progress import advance_airings
from controller.runtime.budgets import Budgets
from controller.runtime.changes import Changes
from controller.runtime.checkpoints import checkpoints_by
from controller.runtime.due import DueWatch
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.ingest import Ingest
from controller.runtime.lateness_notices import LatenessWatch
from controller.runtime.newest_versions import NewestVersions
from controller.runtime.notice_sender import notice_sender
from controller.runtime.own_state import OwnState
from controller.runtime.publisher import Publisher
from controller.runtime.queries import has_airings_in_plans, needs_in_plans
from controller.runtime.recording_cleanup import Tidying
from controller.runtime.renderer import Renderer
from controller.runtime.sender import sender_of
from controller.runtime.speech_ahead import SpeechAhead
from controller.runtime.speech_samples import Sampler
from controller.runtime.startup_grace import Settling
from controller.runtime.time_service import TimeService, time_service_of
from controller.runtime.wall_clock_watch import WallClock
from controller.runtime.wants import Need
from controller.runtime.web_thread import PageServer
from controller.settings import Settings
from controller.store import Store
from controller.store.station_lock import lock_of
from devices import topics
from devices.ids import AreaCode, RecordingId
from devices.jose import SigningKey
from devices.link import Link, Options
from devices.link_api import Message
from schedules.clock import Beat, Clock
from tts.engines import engines_with
from tts.recordings import RecordingStore
from tts.studio import Progress, Studio
from tts.uploads import UploadStore

_LOG = logging.getLogger(__name__)

_WORK_EVERY = timedelta(seconds=0.5)  # seconds between runs of the periodic work; a wake runs it at once
_NOTE_REFUSED_EVERY = timedelta(seconds=5)
_WINDOW = 10_000  # messages sent and not acknowledged yet: enough for a whole province


@dataclass
class Controller:
    """The running station; implements `controller.http.station.Station` for the pages."""

    settings: Settings
    engines: dict[str, str] | None = None  # for tests: replaces the built-in voice engines, by import path
    serve_pages: bool = True
    now: Callable[[], datetime] = utc_now
    steady: Callable[[], float] = steady_seconds
    changes: Changes = field(default_factory=Changes)
    label: str = ""
    trial: Trial | None = None
    broker: ChildBroker | None = None
    pages: PageServer | None = None
    _parts: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _returning: bool = False  # airings were in progress when the station stopped

    def start(self) -> None:
        """Start all parts; raises StartFailed, with nothing left running, when a part cannot start."""
        with contextlib.ExitStack() as parts:
            parts.callback(self._stopping.set)
            self._take_home(parts)
            self._open_store(parts)
            self._start_studio(parts)
            self._start_broker(parts)
            self._wire()
            if self.serve_pages:
                self.pages = PageServer(self, self.settings.host, self.settings.port)
                self.pages.bind()
                parts.callback(self.pages.stop)
            self._start_parts(parts)
            self._parts = parts.pop_all()

    def stop(self) -> None:
        """Stop all parts, in reverse order of the start."""
        self._parts.close()

    # --- what pages and operations ask of a running station

    @property
    def speech(self) -> Speech:
        """Return the speech settings for submitted bulletins."""
        return speech_by(self.settings)

    @property
    def require_totp(self) -> bool:
        """Return whether approvers, technicians and administrators must have a second factor (TOTP)."""
        return self.settings.require_totp

    def first_administrator(self, *, code: str, name: str, display_name: str, password: str) -> None:
        """Create the first administrator's account with its one-time code, or raise LoaError."""
        first = provisioning.FirstAdministrator(code, name, display_name, password)
        provisioning.found_administrator(self.store, self.settings, first, now=self.now())

    def welcome(self) -> Welcome:
        """Return what a node receives when it enrols, in addition to its name and password."""
        return welcome_of(self.settings, self.key, self.broker_url, self.pages.address if self.pages else "")

    def rendering_progress(self, rendering: RenderingId) -> Progress | None:
        """Return the progress of a rendering; None when it is not being rendered."""
        return self.renderer.progress(rendering)

    def sample(self, text: str, area: AreaCode, speech: Speech | None = None) -> bytes:
        """Return a short text spoken with an area's lexicon, as MP3; bounded, one at a time, or LoaError."""
        return self.sampler.sample(text, area, speech)

    def sample_phrase(self, spoken: str, place: int, by: OperatorId, speech: Speech) -> bytes:
        """Return one phrase of a sentence that was read already, as MP3; one a person, or LoaError."""
        return self.sampler.phrase(spoken, place, by, speech)

    def speak_ahead(self, by: OperatorId, sentences: Iterable[str], speech: Speech) -> None:
        """Have the sentences of what a person writes spoken when there is time."""
        self.ahead.offer(by, sentences, speech)

    def _speech_is_wanted(self) -> bool:
        return self.renderer.is_busy or self.sampler.is_speaking

    def wake(self) -> None:
        """Run the periodic tasks at once, because a person is waiting."""
        self.renderer.wake()
        self._wake()

    def sign(self, session: Session, areas: Collection[AreaCode]) -> list[Outgoing]:
        """Sign what is new in these areas' plans, in the caller's transaction; for urgent operations."""
        return self.publisher.sign(session, areas)

    def publish_now(self, outgoing: Iterable[Outgoing]) -> None:
        """Publish at once what was signed and committed; the periodic task repeats it if it fails."""
        self.ingest.give_way()
        self.publisher.publish_now(outgoing)

    @property
    def times(self) -> Times:
        """Return head starts and waiting times, at the current rate of sending chunks."""
        return replace(self.set_times, pace_share=self.sender.pace_share)

    def parts_up(self) -> dict[str, bool]:
        """Return whether each part works that the station cannot do without, beside its database."""
        return {"broker": self.link.is_up, "lead": self.lock.is_held, "clock": self.wall.is_steady()}

    def broker_up(self) -> bool:
        """Return whether the station is connected to its broker."""
        return self.link.is_up

    # --- starting

    def _take_home(self, parts: contextlib.ExitStack) -> None:
        make_home(self.settings.home)
        lock = HomeLock(self.settings.home)
        lock.take()
        parts.callback(lock.release)

    def _open_store(self, parts: contextlib.ExitStack) -> None:
        self.store = Store(self.settings.database)
        parts.callback(self.store.close)
        self.lock = lock_of(self.store.url, self.settings.home)
        self.lock.take()  # before the migration: another running station may use an older release
        parts.callback(self.lock.release)
        self.store.upgrade()
        if not provisioning.is_founded(self.store):
            provisioning.found(self.store, self.settings, now=self.now())
        self.store.signer = station_seal(self.settings)
        self.epoch = take_lead(self.store, self.settings.home, now=self.now())
        due = take_due_key(self.store, self.settings, now=self.now())
        self.key: SigningKey = due or station_key(self.settings)
        self.store.on_commit(self.changes.note)
        self.security = SecurityLog(self.store, syslog_at(self.settings.security_syslog, "loa-security"))
        parts.callback(self.security.write)
        with self.store.read() as session:
            self._returning = has_airings_in_plans(session)
            self.label = get_area(session, AreaCode(self.settings.province)).name

    def _start_studio(self, parts: contextlib.ExitStack) -> None:
        self.recordings = RecordingStore(self.settings.recordings_dir)
        self.recordings.sweep()
        self.uploads = UploadStore(self.settings.uploads_dir)
        self.uploads.sweep()
        self.studio = Studio(
            self.settings.speech_cache_dir,
            self.recordings,
            workers=max(1, self.settings.speech_workers),
            cache_bytes=self.settings.phrases_megabytes << 20,
            engines={**engines_with(self.settings.voices_dir), **(self.engines or {})},
            warm_engine=self._engine_to_warm(),
        )
        self.renderer = Renderer(
            self.store, self.studio, self.recordings, self.uploads, self.settings, self.now, self.changes.note
        )
        if self.settings.speech_workers:
            self.studio.start()
            parts.callback(self.studio.stop)

    def _engine_to_warm(self) -> str:
        """Return the engine that takes time to load: a network voice has nothing to load."""
        return self.settings.fallback_engine if self.settings.engine == "gtts" else self.settings.engine

    def _start_broker(self, parts: contextlib.ExitStack) -> None:
        self.broker_url = self.settings.broker_url
        if not self.broker_url:
            self.broker = ChildBroker(self.settings.broker, self.settings.home / "broker")
            self.broker.start()
            parts.callback(self.broker.stop)
            self.broker_url = self.broker.url

    def _make_link(self) -> Link:
        try:
            return Link(
                self.broker_url,
                "loa-station",
                will=self.own_state.will,
                on_message=self._take,
                on_up=self._connected,
                on_down=self.changes.note,
                options=Options("loa-station", window=_WINDOW),
            )
        except ValueError as error:
            raise StartFailed(
                f"Địa chỉ trạm trung chuyển không đúng: {self.broker_url}. Viết như mqtt://may-chu:1883.",
                code="broker.address",
            ) from error

    def _wire(self) -> None:
        self.own_state = OwnState(self.now, self.epoch)
        self.link = self._make_link()
        self.link.subscribe(*topics.TOLD_FILTERS, *topics.RETAINED_FILTERS)
        self.wall = WallClock(self.now, self.steady)
        self.due = DueWatch(self.store, self.now, self.steady)
        self.settling = Settling(self.settings.settle_seconds, self.steady, is_over=not self._returning)
        self.publisher = Publisher(
            self.store, self.link, self.key, self.now, may_publish=lambda: self.lock.is_held
        )
        self.doors = BrokerPasswordFile(self.store, self.settings.broker_passwords)
        self.budgets = Budgets(self.steady)
        self.ingest = Ingest(self.store, self.link, self.key, self.now, self.budgets)
        self.time_service = self._make_time_service()
        self.sender = sender_of(self.settings, self.broker_url, self.link, self.recordings, self._needs)
        self.sampler = Sampler(self.store, self.studio, self.recordings, self.settings)
        self.ahead = SpeechAhead(self.studio, self.settings, self.steady, self._speech_is_wanted)
        tidying = Tidying(self.store, self.recordings, self.uploads, self.settings, self.now)
        house = Housekeeping(
            self.store, self.settings, self.uploads, tidying, self.now, self._may_act, self._take_due_key
        )
        self.set_times = Times(
            horizon=self.settings.horizon,
            least_lead=self.settings.lead,
            bytes_per_second=self.settings.pace_bytes_per_second,
            uplink_bytes_per_second=self.settings.uplink_bytes_per_second,
            called_lead=self.settings.emergency_lead,
        )
        self.lateness = LatenessWatch(self.store, lambda: self.times, self.now, self.steady)
        beats = (
            Beat("work", _WORK_EVERY, self._work),
            Beat("note-refused", _NOTE_REFUSED_EVERY, self.security.write),
            checkpoints_by(self.settings, self.store, self.now).beat(),
            *house.beats(),
        )
        self.clock = Clock([replace(beat, act=measured(beat.name, beat.act)) for beat in beats])

    def _make_time_service(self) -> TimeService:
        return time_service_of(
            self.settings,
            self.broker_url,
            self.link,
            key=self.key,
            now=self.now,
            may_tell=self._may_act,
            on_message=self._take,
            newest=NewestVersions(self.store, self.now).of,
            epoch=self.epoch,
        )

    def _start_parts(self, parts: contextlib.ExitStack) -> None:
        self.settling.begin()
        speakers = (self.renderer, self.ahead) if self.settings.speech_workers else ()
        notices = notice_sender(self.store, self.settings, self.now, lambda: self.lock.is_held)
        for part in (self.ingest, self.time_service, self.sender, self.link, *speakers, notices, self.clock):
            part.start()
            parts.callback(part.stop)
        parts.callback(lambda: self.own_state.leave(self.link))
        if self.pages is not None:
            self.pages.start()

    # --- callbacks of the MQTT link, in the link's own thread: they only queue

    def _take(self, message: Message) -> None:
        try:
            topic = topics.parse(message.topic)
        except topics.UnknownTopic:
            _LOG.warning("unknown topic %s", message.topic)
            return
        if message.retain and isinstance(topic, topics.OF_THE_MOMENT):
            return  # retained against the protocol: it says nothing about the present
        if not self.budgets.admits(topic, len(message.payload)):
            return
        if isinstance(topic, topics.StateTopic) and not message.retain:
            self.sender.came_or_went(topic.node)
        match topic:
            case topics.WantTopic(node):
                self.sender.take(node, message.payload)
            case topics.RootsTopic() | topics.KeysTopic() | topics.PlanTopic() | topics.PolicyTopic():
                self.publisher.watch.saw(message.topic, message.payload)
            case topics.PlaceTopic() | topics.HomeTopic() | topics.ManifestTopic():
                self.publisher.watch.saw(message.topic, message.payload)
            case topics.TimeTopic(node):
                self.time_service.take(node, message.payload, message.waited_s())
            case _:
                self.ingest.take(topic, message.payload, retained=message.retain)

    def _connected(self) -> None:
        self.own_state.connected()
        self.publisher.connected()
        self.settling.heard()
        self.changes.note()
        with contextlib.suppress(KeyError):
            self._wake()

    def _wake(self) -> None:
        self.due.wake()
        self.clock.wake("work")

    # --- periodic tasks (beats): each asks the database what is due

    def _work(self) -> None:
        """Advance what is due, then publish what is new.

        After a start, airings in progress stay unchanged until the nodes had time to report what they did
        while the station was down. Otherwise an airing that already sounds could be moved or judged missed.
        Airings also stay unchanged while the machine's clock is being set.
        """
        collect_when_idle(is_idle=self.ingest.arrived == self.ingest.written)
        if self.broker is not None:
            self.broker.keep_running()
        if not self.lock.check():
            return
        self.own_state.tell(self.link)
        self.publisher.renew()
        self.publisher.put_back()
        self.doors.renew()
        is_settled = self.settling.look(self.ingest.arrived, self.ingest.written)
        if not (is_settled and self.wall.is_steady()):
            return
        if not self.due.may_be():
            return
        returned, self._returning = self._returning, False
        with self.store.write() as session:
            advance_airings(session, now=self.now(), times=self.times, grace_over=True, returned=returned)
        self.publisher.beat()
        self.sender.release()
        self.lateness.look()
        self.due.done()

    def _may_act(self) -> bool:
        return self.wall.is_steady() and self.lock.is_held

    def _take_due_key(self) -> None:
        """Sign with the station's next key once its start time has passed; all documents are signed again."""
        due = take_due_key(self.store, self.settings, now=self.now())
        if due is not None:
            self.key = self.publisher.key = self.time_service.key = self.ingest.key = due

    def _needs(self) -> dict[RecordingId, Need]:
        with self.store.read() as session:
            return needs_in_plans(session, self.now())
