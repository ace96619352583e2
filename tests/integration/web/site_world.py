"""A whole province for the pages: 65 communes, 130 nodes, people, recordings; made by the use cases."""

import copy
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from limits.storage import MemoryStorage

from controller.features.accounts.service import make_keys
from controller.features.accounts.sessions import Tries, sign_in
from controller.features.airings.consent import standing_in_family
from controller.features.airings.queries import get_airing
from controller.features.airings.service import plan_airing
from controller.features.area_changes.service import load_areas
from controller.features.areas.queries import areas
from controller.features.bulletins.listening_proof import note_served
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.renderings import begin_rendering, fail_rendering, finish_rendering
from controller.features.bulletins.service import approve_bulletin, draft_bulletin, submit_bulletin
from controller.features.consent.service import answer_airing
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.service import NewNode, enrol_nodes, note_states
from controller.features.journal.security_log import SecurityLog
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.queries import unacknowledged
from controller.features.plans.service import acknowledge, refresh_plans
from controller.features.provisioning.service import FirstAdministrator, found_administrator
from controller.host.station_keys import StationSeal
from controller.host.traces import OFF
from controller.model.enrolment import Welcome
from controller.model.speech import Speech
from controller.model.times import Times
from controller.runtime.airing_progress import advance_airings
from controller.runtime.changes import Changes
from controller.runtime.give_way import GiveWay
from controller.runtime.receipt_ingestion import fold_receipts
from controller.runtime.receipt_judging import judge, node_keys
from controller.settings import Settings
from controller.store import Store
from devices.chunks import manifest_of
from devices.ids import AreaCode, Grade, NodeId
from devices.jose import SigningKey
from devices.messages import NodeState, Vitals
from tests.integration.web.people import PASSWORDS, add_people, known_in
from tests.integration.web.samples import Samples
from tests.support.node_keys import Signer, publics
from tests.support.station_world import Seed, welcome
from tests.support.stored_rows import note_vitals, sqlite_url
from tests.support.swelling_tone import mp3
from tts.orders import Progress
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

PROVINCE = AreaCode("56")
NHA_TRANG = AreaCode("22366")
BAC_NHA_TRANG = AreaCode("22333")
TITLE = "Phòng, chống bão số 13"
TEXT = (
    "Uỷ ban nhân dân tỉnh Khánh Hoà thông báo: bão số 13 dự kiến đổ bộ vào rạng sáng ngày 26/11/2026.\n\n"
    "Đề nghị bà con chằng chống nhà cửa, đưa tàu thuyền vào nơi tránh trú trước 18 giờ hôm nay, "
    "không ra khơi, không ở lại trên lồng bè. Học sinh nghỉ học ngày 26/11 theo Công văn 1322/UBND-VP.\n\n"
    "Khi cần trợ giúp, gọi số điện thoại 112."
)
SPOKEN = (
    "ủy ban nhân dân tỉnh khánh hòa thông báo bão số mười ba dự kiến đổ bộ vào rạng sáng ngày hai mươi sáu "
    "tháng mười một năm hai nghìn không trăm hai mươi sáu"
)
NOON = datetime(2026, 11, 25, 4, 40, tzinfo=UTC)  # 11:40 in Khánh Hòa


@dataclass(frozen=True)
class Made:
    """What the studio would give back for a recording."""

    data: bytes
    duration_ms: int
    engine: str = "loa"
    fallback_reason: str | None = None
    codec: str = "mp3"
    sample_rate: int = 24_000
    loudness_lufs: float = -16.1
    true_peak_dbtp: float = -1.4
    text_characters: int = len(TEXT)
    spoken_text: str = SPOKEN
    phrases: int = 9
    phrases_cached: int = 2

    @property
    def manifest(self):
        return manifest_of(
            self.data, codec=self.codec, sample_rate=self.sample_rate, duration_ms=self.duration_ms
        )

    @property
    def recording(self):
        return self.manifest.recording

    @property
    def size(self):
        return len(self.data)


@dataclass
class SiteWorld(Samples):
    """The station as the pages ask for it (`controller.http.station.Station`), and the hands that move it."""

    store: Store
    recordings: RecordingStore
    key: SigningKey
    start: datetime = NOON
    real_clock: bool = False
    uploads: UploadStore | None = None
    changes: Changes = field(default_factory=Changes)
    label: str = "Tỉnh Khánh Hòa"
    speech: Speech = field(default_factory=Speech)
    up: bool = True
    counters: MemoryStorage = field(default_factory=MemoryStorage)
    require_totp: bool = False
    trial: object = None
    makes_backups: bool = True
    provider: object = None
    traces: object = OFF
    settings: Settings = field(default_factory=Settings)
    wakes: int = 0
    hurried: list = field(default_factory=list)
    way: GiveWay = field(default_factory=GiveWay)
    waits_at_signing: list = field(default_factory=list)
    progress: dict = field(default_factory=dict)
    times: Times = field(default_factory=lambda: Times(least_lead=timedelta(seconds=5)))
    signer: Signer = field(default_factory=Signer)
    nodes_broker: str = "mqtt://broker.example:1883"
    known: tuple | None = None
    """`known_in` its store, where somebody has asked before."""

    def __post_init__(self):
        self.settings.home.mkdir(exist_ok=True)
        self.uploads = self.uploads or UploadStore(self.recordings.path("0" * 64).parents[2] / "uploads")
        self._now = datetime.now(UTC) if self.real_clock else self.start
        self.store.on_commit(self.changes.note)
        self.security = SecurityLog(self.store)
        people, communes = self.known or known_in(self.store, PROVINCE)
        self.people, self.communes = dict(people), list(communes)
        self.officer, self.approver = self.people["canbo"], self.people["duyet"]
        self.nodes = [NodeId(f"loa-{code}-{number}") for code in self.communes for number in (1, 2)]

    # --- what pages ask

    def now(self):
        return datetime.now(UTC) if self.real_clock else self._now

    def rendering_progress(self, rendering):
        return self.progress.get(rendering.id)

    def first_administrator(self, *, code, name, display_name, password):
        first = FirstAdministrator(code, name, display_name, password)
        found_administrator(self.store, self.settings, first, now=self.now())

    def welcome(self):
        return Welcome("http://loa.example", self.nodes_broker, "r" * 43, self.key)

    def wake(self):
        self.wakes += 1

    def make_way(self):
        self.way.begin()

    def sign(self, session, areas):
        self.waits_at_signing.append(self.way.left_s)
        return refresh_plans(session, station_key=self.key, now=self.now(), only=areas)

    def publish_now(self, outgoing):
        self.hurried += list(outgoing)
        self.wakes += 1

    def parts_up(self):
        return {"broker": self.up, "lead": True, "clock": True}

    def broker_up(self):
        return self.up

    # --- what tests do

    def later(self, **amount):
        self._now += timedelta(**amount)
        self.changes.note()
        return self._now

    def do(self, use_case, *args, **kwargs):
        with self.store.write() as session:
            return use_case(session, *args, now=self.now(), **kwargs)

    def ask(self, query, *args, **kwargs):
        with self.store.read() as session:
            return query(session, *args, **kwargs)

    def bring_online(self, *, without=(), sounding=None):
        """Births and vitals of every node but those named; each clock a little off."""
        there = [node for node in self.nodes if node not in set(without)]
        now = self.now()
        self.do(
            note_states,
            [NodeState(node=n, session=3, online=True, at=now, software="loa-node 0.1") for n in there],
        )
        self.do(
            note_vitals, [self.vitals(node, place, sounding=sounding) for place, node in enumerate(there)]
        )

    def lose(self, nodes):
        """The broker says, as their will, that these are gone."""
        at = self.now()
        self.do(
            note_states,
            [NodeState(node=node, session=3, online=False, at=at, software="loa-node 0.1") for node in nodes],
        )

    def vitals(self, node, place=0, **changes):
        told = {
            "node": node,
            "session": 3,
            "at": self.now(),
            "clock_offset_ms": (place % 11 - 5) * 0.7,
            "clock_error_ms": 1.2 + place % 4,
            "volume": 70,
            "storage_free": 1_850_000_000,
            "sounding": None,
            "signal_dbm": -71 - place % 9,
            "temperature_c": 41.5 + place % 5,
        }
        return Vitals(**(told | changes))

    def draft(self, title=TITLE, text=TEXT, by=None):
        return self.do(draft_bulletin, title=title, text=text, by=by or self.officer).id

    def submitted(self, title=TITLE, text=TEXT, *, by=None, made=None, rendered=True, highest=None):
        """Return a submitted bulletin and its rendering."""
        by = by or self.officer
        bulletin = self.draft(title, text, by)
        asked = {"speech": self.speech, "highest_grade": highest}
        rendering = self.do(submit_bulletin, bulletin, by=by, **asked).id
        if rendered:
            self.render(rendering, made)
        return bulletin, rendering

    def render(self, rendering, made=None):
        made = made or Made(mp3(), 8_000)
        self.recordings.put(made.data)
        assert self.do(begin_rendering, rendering)
        self.do(finish_rendering, rendering, made, made.manifest)
        return made

    def fail(self, rendering, sentence="Giọng đọc không trả lời. Hãy thử dựng lại."):
        assert self.do(begin_rendering, rendering)
        self.do(fail_rendering, rendering, code="speech.engine-failed", sentence=sentence)

    def speak(self, rendering, done, total, stage="speaking"):
        self.progress[rendering] = Progress(stage, done, total)
        self.changes.note()

    def approve(self, bulletin, made=None):
        made = made or Made(mp3(), 8_000)
        self.do(note_served, made.recording, by=self.approver)
        return self.do(
            approve_bulletin,
            bulletin,
            revision=1,
            recording=made.recording,
            by=self.approver,
            password=PASSWORDS["duyet"],
            declared=True,
            highest_grade=self.ask(get_bulletin, bulletin).highest_grade,
        )

    def plan(self, bulletin, *, areas=(PROVINCE,), seconds=60, agreed=True, **kwargs):
        """Plan an airing; the commune that is asked says yes unless the test is about just that."""
        starts_at = self.now() + timedelta(seconds=seconds)
        by = kwargs.pop("by", self.approver)
        airing = self.do(plan_airing, bulletin, areas=areas, starts_at=starts_at, by=by, **kwargs).id
        commune = self.people["xanhatrang"]
        with self.store.read() as session:
            found = standing_in_family(session, get_airing(session, airing)).values()
            asked = any(commune.area in one.unanswered for one in found)
        if asked and agreed:
            self.do(answer_airing, airing, agrees=True, by=commune)
        return airing

    def approved_airing(self, *, title=TITLE, made=None, areas=(PROVINCE,), seconds=60, **kwargs):
        made = made or Made(mp3(), 8_000)
        highest = Grade.EMERGENCY if kwargs.get("grade") is Grade.EMERGENCY else None
        bulletin, _ = self.submitted(title, made=made, highest=highest)
        self.approve(bulletin, made)
        airing = self.plan(bulletin, areas=areas, seconds=seconds, **kwargs)
        self.advance()
        self.publish()
        return airing, made

    def publish(self):
        """Have the broker take every plan that waits for it."""
        self.do(refresh_plans, station_key=self.key)
        for document in self.ask(unacknowledged):
            assert self.do(acknowledge, document.published_id, version=document.version)

    def advance(self):
        return self.do(advance_airings, times=self.times, grace_over=True)

    def tell(self, airing, made, kind, nodes=None, *, spread_ms=0.0, at=None, **kwargs):
        """Have nodes report; each a little later or earlier than the one before."""
        at = at or self.now()
        if kind in ("started", "finished", "stopped"):
            kwargs.setdefault("volume", 70)
        told = {"airing": airing, "recording": made.recording, "kind": kind} | kwargs
        batch = [
            self.signer.message(
                node,
                told | {"at": at + timedelta(milliseconds=(place % 17 - 8) / 8 * spread_ms)},
                session=3,
            )
            for place, node in enumerate(self.nodes if nodes is None else nodes)
        ]
        self.do(fold_receipts, judge(batch, self.ask(node_keys, {one.node for one in batch})))

    def aired(self, *, title=TITLE, without=(), made=None, reasons=()):
        """An airing that is over: all but `without` heard it; `reasons`: (node, reason) of those stopped."""
        made = made or Made(mp3(), 8_000)
        stopped = dict(reasons)
        airing, _ = self.approved_airing(title=title, made=made, seconds=30)
        there = [node for node in self.nodes if node not in set(without)]
        self.tell(airing, made, "fetched", there)
        start = self.later(seconds=30)
        self.advance()
        self.tell(airing, made, "started", there, spread_ms=12, at=start)
        self.later(milliseconds=made.duration_ms)
        self.tell(airing, made, "finished", [n for n in there if n not in stopped], heard_ms=made.duration_ms)
        for node, reason in stopped.items():
            self.tell(airing, made, "stopped", [node], heard_ms=3000, reason=reason)
        self.later(seconds=30)
        self.advance()
        return airing


@cache
def _usual_settings():
    """Return the settings of a world but for its folder: to read and check them all takes 10 ms."""
    return Settings(receipts_kept_years=1)


class Seeds:
    """Makes worlds on copies of one seeded database: hashing passwords and enrolling once is enough."""

    def __init__(self, folder: Path, url: str | None = None):
        self._file = folder / "seeded.sqlite"
        store = Store(url or sqlite_url(self._file))
        store.upgrade()
        made_at = datetime(2026, 11, 1, tzinfo=UTC)
        with store.write() as session:
            keys = make_keys(session, now=made_at)
        self._key, self.root_key = keys.station, keys.root
        store.signer = StationSeal(self._key)
        with store.write() as session:
            load_areas(session)
            add_people(session, made_at, PROVINCE, NHA_TRANG)
            nodes = [
                NewNode(NodeId(f"loa-{one.code}-{number}"), one.code, f"Cụm {number}, {one.name}")
                for one in areas(session)
                if one.parent == PROVINCE
                for number in (1, 2)
            ]
            enrol_nodes(session, nodes, by=None, now=made_at)
            welcomed = welcome(Seed(keys.root, keys.station))
            give_keys(session, publics(node.id for node in nodes), welcomed, now=made_at)
            sign_key_sets(session, root_key=self.root_key, now=made_at)
        self.tokens = {
            name: sign_in(store, name=name, password=password, address="test", tries=Tries(), now=NOON)
            for name, password in PASSWORDS.items()
        }
        self._known = known_in(store, PROVINCE)
        store.close()

    def of(self, file: Path, store: Store) -> "Seeds":
        """Return the same on a file with what was done in the store since."""
        made = copy.copy(self)
        made._file, made._known = file, known_in(store, PROVINCE)
        return made

    def world(self, folder: Path, **options) -> SiteWorld:
        shutil.copy(self._file, folder / "loa.sqlite")
        store = Store(sqlite_url(folder / "loa.sqlite"), signer=StationSeal(self._key))
        options.setdefault("settings", _usual_settings().model_copy(update={"home": folder / "home"}))
        options.setdefault("known", self._known)
        return SiteWorld(store, RecordingStore(folder / "recordings"), self._key, **options)
