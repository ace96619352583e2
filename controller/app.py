"""The composition root: builds the controller from settings; parts start in order and stop in reverse."""

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from controller.errors import StartFailed
from controller.features.bulletins.claims import noted_progress
from controller.features.enrolment.broker_credentials import BrokerPasswordFile
from controller.features.keys.station_key_renewal import refuse_other_key, take_due_key
from controller.features.provisioning import service as provisioning
from controller.host.broker import ChildBroker
from controller.host.home_folder import HomeLock, make_home
from controller.host.interpreter import collect_when_idle
from controller.host.metrics import measured
from controller.host.sound_stores import folder_at
from controller.host.station_keys import station_key, station_seal
from controller.model.bulletins import Rendering
from controller.model.outgoing import Outgoing
from controller.model.times import Times
from controller.runtime.airing_progress import advance_airings
from controller.runtime.broker_leaves import BrokerLeaves
from controller.runtime.budgets import Budgets
from controller.runtime.checkpoints import checkpoints_by
from controller.runtime.due import DueWatch
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.ingest import Ingest
from controller.runtime.lateness_notices import LatenessWatch
from controller.runtime.lead import Lead
from controller.runtime.newest_versions import NewestVersions
from controller.runtime.notice_sender import notice_sender
from controller.runtime.own_state import OwnState
from controller.runtime.page_station import PageStation
from controller.runtime.publisher import Publisher
from controller.runtime.queries import has_airings_in_plans, needs_in_plans
from controller.runtime.recording_cleanup import Tidying
from controller.runtime.recording_fetcher import RecordingFetcher
from controller.runtime.renderer import Renderer
from controller.runtime.sender import sender_of
from controller.runtime.startup_grace import Settling
from controller.runtime.time_service import TimeService, time_service_of
from controller.runtime.wall_clock_watch import WallClock
from controller.runtime.wants import Need
from controller.runtime.watches import watching
from controller.runtime.web_thread import PageServer
from controller.store import Store
from controller.store.announcements import Announcements
from controller.store.station_lease import LeaderFacts
from devices import topics
from devices.ids import AreaCode, RecordingId
from devices.jose import SigningKey
from devices.link import Link, Options
from devices.link_api import Message
from schedules.clock import Beat, Clock
from tts.studio import Progress

_LOG = logging.getLogger(__name__)

_WORK_EVERY = timedelta(seconds=0.5)  # seconds between runs of the periodic work; a wake runs it at once
_NOTE_REFUSED_EVERY = timedelta(seconds=5)
_WINDOW = 10_000  # messages sent and not acknowledged yet: enough for a whole province


@dataclass
class Controller(PageStation):
    """The running station; implements `controller.http.station.Station` for the pages."""

    serve_pages: bool = True
    standby: threading.Event | None = None  # wait for the lead, until this is set; None: fail instead
    on_lost: Callable[[], None] | None = None  # the lease was lost; None: publish nothing until it is back
    broker: ChildBroker | None = None
    _parts: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _returning: bool = False  # airings were in progress when the station stopped
    _issue_first: bool = False  # the epoch is new: every plan is issued again before anything is advanced

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

    def rendering_progress(self, rendering: Rendering) -> Progress | None:
        """Return the progress of a rendering; None when it is not being rendered."""
        return self.renderer.progress(rendering.id) or noted_progress(rendering)

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
        if self.publisher.publish_now(outgoing):
            self.make_way()

    @property
    def times(self) -> Times:
        """Return head starts and waiting times, at the current rate of sending chunks."""
        return self.times_at(self.sender.pace_share)

    def parts_up(self) -> dict[str, bool]:
        """Return whether each part works that the station cannot do without, beside its database."""
        is_set = self.wall.is_steady()
        return {"broker": self.link.is_up, "lead": self.lead.is_held, "clock": is_set, **self.sounds_up()}

    def broker_up(self) -> bool:
        """Return whether the station is connected to its broker."""
        return self.link.is_up

    def _publish_for_another(self, areas: list[str]) -> None:
        """Sign and publish what another process of pages committed for an emergency or a stop."""
        self.make_way()
        with self.led.write(urgent=True) as session:
            outgoing = self.publisher.sign(session, [AreaCode(area) for area in areas])
        self.publish_now(outgoing)
        self._wake()

    # --- starting

    def _take_home(self, parts: contextlib.ExitStack) -> None:
        make_home(self.settings.home)
        lock = HomeLock(self.settings.home)
        lock.take()
        parts.callback(lock.release)

    def _open_store(self, parts: contextlib.ExitStack) -> None:
        self.store = Store(self.settings.database)
        parts.callback(self.store.close)
        self.lead = Lead(self.store, self.settings.home, self.now)
        self.led = self.lead.led
        parts.callback(self.lead.release)
        self.lead.take(self.standby, self.on_lost)  # before the migration: an older release may lead
        self.store.upgrade()
        if not provisioning.is_founded(self.store):
            provisioning.found(self.store, self.settings, now=self.now())
        self.store.signer = station_seal(self.settings)
        self._issue_first = self.lead.begin()
        due = take_due_key(self.store, self.settings, now=self.now())
        self.key: SigningKey = due or station_key(self.settings)
        if self.standby is not None:  # it may have waited for months, and the key was renewed meanwhile
            refuse_other_key(self.store, self.settings, self.key)
        self._know_the_store(parts)

    def _start_studio(self, parts: contextlib.ExitStack) -> None:
        self._make_studio()
        self.recordings.sweep()
        self.uploads.sweep()
        self.renderer = Renderer(
            self.led, self.studio, self.recordings, self.uploads, self.settings, self.now, self.changes.note
        )
        if self.settings.speech_workers:
            self.studio.start()
            parts.callback(self.studio.stop)

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
                options=Options("loa-station", window=_WINDOW, may_speak=self._leads_now),
            )
        except ValueError as error:
            raise StartFailed(
                "Địa chỉ trạm trung chuyển không đúng. Viết LOA_BROKER_URL như mqtt://may-chu:1883.",
                code="broker.address",
            ) from error

    def _wire(self) -> None:
        self.own_state = OwnState(self.now, self.lead.epoch)
        self.link = self._make_link()
        self.leaves = BrokerLeaves(self.settings.leaf_urls)
        self.link.subscribe(*topics.TOLD_FILTERS, *topics.RETAINED_FILTERS, *self.leaves.topics)
        self.wall = WallClock(self.now, self.steady)
        self.due = DueWatch(self.store, self.now, self.steady)
        self.publisher = Publisher(
            self.led, self.link, self.key, self.now, may_publish=lambda: self.lead.is_held
        )
        self.doors = BrokerPasswordFile(self.led, self.settings.broker_passwords)
        self.budgets = Budgets(self.steady)
        self.ingest = Ingest(self.led, self.link, self.key, self.now, self.budgets, self.way)
        self.time_service = self._make_time_service()
        self.others = Announcements(self.store, on_decided=self.wake, on_urgent=self._publish_for_another)
        self.fetcher = RecordingFetcher(self.recordings, self._needs)
        self.sender = sender_of(
            self.settings,
            self.broker_url,
            self.link,
            self.recordings,
            self._needs,
            fetch=self.fetcher.wake,
            may_speak=self._leads_now,
        )
        tidying = Tidying(self.led, self.recordings, self.uploads, self.settings, self.now)
        acts = (self.now, self._may_act, self._take_due_key)
        house = Housekeeping(self.led, self.settings, self.uploads, tidying, *acts, way=self.way)
        self.lateness = LatenessWatch(self.led, lambda: self.times, self.now, self.steady)
        beats = (
            Beat("work", _WORK_EVERY, self._work),
            Beat("note-refused", _NOTE_REFUSED_EVERY, self.security.write),
            self._look_at_sounds(),
            *watching(self, self.led, self._may_act, (self.broker_up, self.leaves.away), self.sender.log.of),
            checkpoints_by(self.settings, self.store, self.now).beat(),
            *house.beats(),
        )
        self.clock = Clock([replace(one, act=self.way.after(measured(one.name, one.act))) for one in beats])

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
            epoch=self.lead.epoch,
            may_speak=self._leads_now,
        )

    def _start_parts(self, parts: contextlib.ExitStack) -> None:
        self._begin_settling()
        self.lead.tell(lambda: LeaderFacts(self.link.is_up, self.sender.pace_share))
        speakers = (self.renderer, self.ahead) if self.settings.speech_workers else (self.renderer,)
        notices = notice_sender(self.led, self.settings, self.now, lambda: self.lead.is_held)
        for part in (
            self.ingest,
            self.time_service,
            self.sender,
            *([] if folder_at(self.settings.recordings_place) else [self.fetcher]),
            self.link,
            *speakers,
            notices,
            self.clock,
            self.others,
        ):
            part.start()
            parts.callback(part.stop)
        parts.callback(lambda: self.own_state.leave(self.link))
        if self.pages is not None:
            self.pages.start()

    def _begin_settling(self) -> None:
        """Judge nothing late for a while: receipts of airings in progress may wait at the nodes."""
        with self.store.read() as session:
            self._returning = has_airings_in_plans(session)
        self.settling = Settling(self.settings.settle_seconds, self.steady, is_over=not self._returning)
        self.settling.begin()

    # --- callbacks of the MQTT link, in the link's own thread: they only queue

    def _take(self, message: Message) -> None:
        if self.leaves.saw(message.topic, message.payload):
            return
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
        self.leaves.connected()
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
        if not self._leads():
            return
        if self.on_lost is not None and self.lead.is_cut_off(broker_up=self.link.is_up, at=self.steady()):
            _LOG.error("the broker is out of reach: another station may try")
            self.lead.release()
            self.on_lost()
            return
        if self._issue_first and self.wall.is_steady():
            self.publisher.beat()
            self._issue_first = not self.link.is_up
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
        with self.led.write() as session:
            advance_airings(session, now=self.now(), times=self.times, grace_over=True, returned=returned)
        self.publisher.beat()
        self.sender.release()
        self.lateness.look()
        self.due.done()

    def _leads(self) -> bool:
        """Return whether this station leads; where it has taken the lead anew, it begins as after a start."""
        if not self.lead.check():
            return False
        if self.lead.begin():
            self.own_state.epoch = self.time_service.epoch = self.lead.epoch
            self._issue_first = True
            self._begin_settling()
            self.link.cut()  # if it stands still: its will has the former epoch
        return True

    def _leads_now(self) -> bool:
        return self.lead.is_held

    def _may_act(self) -> bool:
        return self.wall.is_steady() and self.lead.is_held

    def _take_due_key(self) -> None:
        """Sign with the station's next key once its start time has passed; all documents are signed again."""
        due = take_due_key(self.store, self.settings, now=self.now())
        if due is not None:
            self.key = self.publisher.key = self.time_service.key = self.ingest.key = due

    def _needs(self) -> dict[RecordingId, Need]:
        with self.store.read() as session:
            return needs_in_plans(session, self.now())
