"""A small station for tests: areas, people, nodes and keys, made by real operations on a real store."""

import functools
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.features.accounts.queries import operator_named
from controller.features.accounts.service import create_operator, make_keys
from controller.features.airings.consent import standing_in_family
from controller.features.airings.queries import get_airing
from controller.features.airings.service import plan_airing
from controller.features.area_changes.service import load_areas
from controller.features.bulletins.listening_proof import note_served
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.renderings import begin_rendering, finish_rendering
from controller.features.bulletins.service import approve_bulletin, draft_bulletin, submit_bulletin
from controller.features.consent.service import answer_airing, answer_schedule
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import unacknowledged
from controller.features.plans.service import acknowledge, refresh_plans
from controller.host.station_keys import StationSeal
from controller.model.enrolment import Welcome
from controller.model.permissions import Operator, OperatorRole
from controller.model.times import Times
from controller.runtime.airing_progress import advance_airings
from controller.runtime.receipt_ingestion import fold_receipts
from controller.runtime.receipt_judging import judge, node_keys
from controller.store import Store
from devices.chunks import manifest_of
from devices.ids import AreaCode, NodeId
from tests.support.kept_rows import KeptRows
from tests.support.node_keys import Signer, publics
from tests.support.postgres import migrated
from tests.support.stored_rows import sqlite_url

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PASSWORD = "một mật khẩu đủ dài"
PROVINCE = AreaCode("56")
NHA_TRANG = AreaCode("22366")
BAC_NHA_TRANG = AreaCode("22333")
NODES = tuple(
    NewNode(NodeId(f"{area}-{n}"), area, f"Cụm {n}") for area in (NHA_TRANG, BAC_NHA_TRANG) for n in (1, 2)
)
TEXT = "Uỷ ban nhân dân phường thông báo lịch tiêm phòng ngày 30/11/2026."


@dataclass(frozen=True)
class Sound:
    """The studio's result for some bytes."""

    data: bytes
    duration_ms: int = 60_000
    codec: str = "mp3"
    sample_rate: int = 24_000
    engine: str = "loa"
    fallback_reason: str | None = None
    loudness_lufs: float = -16.0
    true_peak_dbtp: float = -1.5
    text_characters: int = len(TEXT)
    spoken_text: str = "ủy ban nhân dân phường thông báo"
    phrases: int = 2
    phrases_cached: int = 0

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
class Seed:
    """What a seeded database was made with; the same for every copy of it."""

    root_key: object
    station_key: object


def people_of(store):
    """Return the five people of a seeded store."""
    with store.read() as session:
        return [operator_named(session, name) for name in ("canbo", "vanthu", "duyet", "kythuat", "quantri")]


class World:
    """One station on one store, with a clock that only the test moves."""

    def __init__(self, store, seed, people=None):
        """`people`: as `people_of` found them in the seeded store."""
        self.store, self.seed, self.now = store, seed, NOW
        self.station_key, self.root_key = seed.station_key, seed.root_key
        self.times = Times(least_lead=timedelta(seconds=5), grace=timedelta(seconds=10))
        self.signer, self._told = Signer(), {}
        people = people or people_of(store)
        self.officer, self.clerk, self.approver, self.technician, self.administrator = people

    def later(self, **amount):
        self.now += timedelta(**amount)
        return self.now

    def do(self, use_case, *args, **kwargs):
        """Run one use case in its own transaction, now."""
        with self.store.write() as session:
            return use_case(session, *args, now=self.now, **kwargs)

    def ask(self, query, *args, **kwargs):
        with self.store.read() as session:
            return query(session, *args, **kwargs)

    def submitted(
        self, text=TEXT, *, by=None, rendered=True, data=b"sound " * 20_000, test=False, highest=None
    ):
        """Return a submitted bulletin, its recording made; the clerk's is for the whole province."""
        by = by or self.clerk
        bulletin = self.do(draft_bulletin, title="Lịch tiêm phòng", text=text, by=by, test=test)
        rendering = self.do(submit_bulletin, bulletin.id, by=by, highest_grade=highest)
        if rendered:
            self.render(rendering.id, Sound(data))
        return bulletin.id

    def submitted_as(self, sound, *, highest=None):
        """Return a submitted bulletin whose recording is this very sound."""
        bulletin = self.do(draft_bulletin, title="Bản tin", text=TEXT, by=self.clerk)
        rendering = self.do(submit_bulletin, bulletin.id, by=self.clerk, highest_grade=highest)
        self.render(rendering.id, sound)
        return bulletin.id

    def render(self, rendering_id, sound):
        assert self.do(begin_rendering, rendering_id)
        self.do(finish_rendering, rendering_id, sound, sound.manifest)

    def approve(self, bulletin_id, data=b"sound " * 20_000, **changes):
        asked = {
            "revision": 1,
            "recording": Sound(data).recording,
            "by": self.approver,
            "password": PASSWORD,
            "declared": True,
            "highest_grade": self.ask(get_bulletin, bulletin_id).highest_grade,
        } | changes
        self.do(note_served, asked["recording"], by=asked["by"])
        return self.do(approve_bulletin, bulletin_id, **asked)

    def approved(self, **kwargs):
        bulletin_id = self.submitted(**kwargs)
        self.approve(bulletin_id, **{k: v for k, v in kwargs.items() if k == "data"})
        return bulletin_id

    def plan(self, bulletin_id, *, areas=(NHA_TRANG,), seconds=60, by=None, agreed=True, **kwargs):
        """Plan an airing; the commune that is asked says yes unless the test is about just that."""
        airing = self.do(
            plan_airing,
            bulletin_id,
            areas=areas,
            starts_at=self.now + timedelta(seconds=seconds),
            by=by or self.approver,
            **kwargs,
        ).id
        if agreed:
            self.agree(airing)
        return airing

    def called(self, bulletin_id, *, areas=(NHA_TRANG,), **wishes):
        """Call an approved bulletin as an emergency, alone; return its airing."""
        wanted = WantedCall(areas, bulletin=bulletin_id, **wishes)
        proof = {"by": self.approver, "password": PASSWORD}
        return self.do(call_alone, wanted, "Lũ.", **proof, times=self.times).row.airing

    def agree(self, airing_id):
        """Have the commune say yes where it is asked."""
        if self.awaits_answer(airing_id):
            self.do(answer_airing, airing_id, agrees=True, by=self.officer)

    def agree_to_all(self, schedule_id):
        """Have the commune say yes to all occurrences of a schedule."""
        self.do(answer_schedule, schedule_id, agrees=True, by=self.officer)

    def awaits_answer(self, airing_id):
        with self.store.read() as session:
            found = standing_in_family(session, get_airing(session, airing_id))
        return any(self.officer.area in one.unanswered for one in found.values())

    def advance(self, *, grace_over=True):
        return self.do(advance_airings, times=self.times, grace_over=grace_over)

    def refresh(self):
        return self.do(refresh_plans, station_key=self.station_key)

    def publish(self):
        """Acknowledge all outgoing documents as the broker would."""
        self.refresh()
        waiting = self.ask(unacknowledged)
        for document in waiting:
            assert self.do(acknowledge, document.published_id, version=document.version)
        return waiting

    def tell(self, node, airing, kind, *, session=1, **kwargs):
        """Send one receipt of a node; return what the station answers. `id`: again, if it was sent before."""
        name = (node, kwargs.pop("id", None))
        if name[1] is not None and name in self._told:
            return self.receive(self._told[name])
        self._told[name] = self.said(node, self.fields(airing, kind, **kwargs), session=session)
        return self.receive(self._told[name])

    def said(self, node, *told, session=1):
        """Return a message of a node with receipts of these fields, signed by its key."""
        return self.signer.message(node, *told, session=session)

    def receive(self, *messages):
        """Take messages of nodes in as the station does: judged first, then written."""
        judged = judge(messages, self.ask(node_keys, {told.node for told in messages}))
        return self.do(fold_receipts, judged)

    def fields(self, airing, kind, *, recording=None, at=None, **kwargs):
        """Return the fields of a receipt but for node, number and chain."""
        if kind == "finished":
            kwargs.setdefault("heard_ms", Sound(b"").duration_ms)
        if kind in ("started", "finished", "stopped"):
            kwargs.setdefault("volume", 70)
        recording = recording or Sound(b"sound " * 20_000).recording
        return {"airing": airing, "recording": recording, "kind": kind, "at": at or self.now} | kwargs


def welcome(seed):
    """Return what the station tells nodes when they enrol; `seed`: whatever has its two keys."""
    return Welcome("http://loa.example", "mqtt://loa.example", seed.root_key.public_x, seed.station_key)


def seed(url):
    """Fill an empty database: areas, five people, four nodes, keys and a policy that forbids nothing."""
    store = Store(url)
    store.upgrade()
    with store.write() as session:
        keys = make_keys(session, now=NOW)
    store.signer = StationSeal(keys.station)
    with store.write() as session:
        load_areas(session)
        people = {
            "canbo": ({OperatorRole.OFFICER}, NHA_TRANG),
            "vanthu": ({OperatorRole.OFFICER}, PROVINCE),
            "duyet": ({OperatorRole.APPROVER}, PROVINCE),
            "kythuat": ({OperatorRole.TECHNICIAN}, PROVINCE),
            "quantri": ({OperatorRole.ADMINISTRATOR}, PROVINCE),
        }
        for name, (roles, area) in people.items():
            create_operator(
                session,
                name=name,
                display_name=name.title(),
                roles=roles,
                area=area,
                password=PASSWORD,
                by=None,
                now=NOW,
            )
        enrol_nodes(session, NODES, by=None, now=NOW)
        give_keys(
            session, publics(node.id for node in NODES), welcome(Seed(keys.root, keys.station)), now=NOW
        )
        sign_key_sets(session, root_key=keys.root, now=NOW)
        sign_policy(
            session,
            area=PROVINCE,
            administrator=operator_named(session, "quantri"),
            password=PASSWORD,
            quiet_hours=(),
            loudest_volume=90,
            minutes_a_day=1440,
            now=NOW,
        )
    store.close()
    return Seed(keys.root, keys.station)


@functools.cache
def _seeded() -> tuple[bytes, Seed, list[Operator]]:
    """Return a seeded SQLite file, its keys and its people, made once by each process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "seeded.db"
        made = seed(sqlite_url(file))
        with closing(Store(sqlite_url(file))) as store:
            people = people_of(store)
        return file.read_bytes(), made, people


class SqliteWorlds:
    """Makes worlds on copies of one seeded SQLite file."""

    def __init__(self):
        self._file, self._seed, self._people = _seeded()

    def url(self, folder):
        file = folder / "loa.db"
        file.touch(0o600)
        file.write_bytes(self._file)
        return sqlite_url(file)

    def world(self, folder):
        store = Store(self.url(folder), signer=StationSeal(self._seed.station_key))
        return World(store, self._seed, self._people)


class PostgresWorlds:
    """Makes worlds in one PostgreSQL database, one after the other: each finds it as it was seeded."""

    def __init__(self, server):
        self._url = server.create(migrated(server))
        self._seed = seed(self._url)
        self._rows = KeptRows(self._url)

    def url(self, _folder):
        self._rows.restore()
        return self._url

    def world(self, folder):
        return World(Store(self.url(folder), signer=StationSeal(self._seed.station_key)), self._seed)

    def close(self):
        self._rows.close()
