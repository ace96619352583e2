"""At a real Prometheus each alert fires once somebody has caused its trouble, and none fires before."""

import json
import shutil
import sqlite3
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from socket import create_server

import pytest
import yaml
from sqlalchemy import update

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.last_look import DoctorLook, note_look
from controller.features.fleet.service import note_states
from controller.features.imports.bulletin_files import sample
from controller.features.notice_ways.service import WantedNotices, add_webhook
from controller.model.airings import Airing
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyState, Kind
from controller.model.first_people import ADMINISTRATOR, APPROVER, OFFICER
from controller.model.notice_ways import NoticeTopic
from controller.model.speech_workers import SpeechWorker
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_fleet
from devices import topics
from devices.ids import Grade
from devices.messages import NodeState, Receipts, TimeRequest
from tests.architecture.source import ROOT
from tests.support.broker_tree import OpenTree, running_tree
from tests.support.brokers import BrokerProcess
from tests.support.children import child
from tests.support.crashing_notices import tell
from tests.support.parts import missing
from tests.support.ports import free_port
from tests.support.running_station import ENGINES, NODES, PROVINCE
from tests.support.seeing_tokens import seeing_token
from tests.support.waiting import WITHIN, wait_until

pytestmark = [pytest.mark.nightly, pytest.mark.slow]

RULES, CONFIG = (ROOT / "deploy" / "monitoring" / name for name in ("loa-alerts.yml", "prometheus.yml"))
NEW = {"LoaBackupOld", "LoaDoctorOld", "LoaDiskLow"}
"""Of a station that has just been installed; for the disk see below."""
OF_ANOTHER = {
    "LoaKeySetEnds",
    "LoaSpeechWaits",
    "LoaUrgentSpeechWaits",
    "LoaSpeechWorkerLost",
    "LoaPagesFail",
}
SOONER = {
    "LoaTaskStands": ("> 60", "> 4"),
    "LoaNoticesWait": ("> 300", "> 2"),
    "LoaDiskLow": ("< 5e9", "< 1e18"),
    "LoaSpeechWaits": ("> 1800", "> 1"),
    "LoaUrgentSpeechWaits": ("> 120", "> 1"),
}
"""What would take minutes, or a disk to fill; the other rules keep their bounds. All fire without a delay."""
HELD_S = 22.0
"""How long somebody holds the database: twice as long as a transaction waits for it."""


class Prometheus:
    """A real one on loopback, with the project's rules, which asks a station twice a second."""

    def __init__(self, folder, address, token):
        self.port, self.token, self._folder = free_port(), token, folder
        self.seen = set()
        """The alerts that have fired."""
        rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        for rule in rules["groups"][0]["rules"]:
            rule.pop("for", None)
            rule["expr"] = rule["expr"].replace(*SOONER.get(rule["alert"], ("", "")))
        self.alerts = {rule["alert"] for rule in rules["groups"][0]["rules"]}
        config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
        config["global"] = {
            "scrape_interval": "500ms",
            "scrape_timeout": "450ms",
            "evaluation_interval": "500ms",
        }
        config["rule_files"] = [self._put("rules.yml", yaml.safe_dump(rules))]
        (job,) = config["scrape_configs"]
        job["authorization"]["credentials_file"] = self._put("token", token)
        job["static_configs"] = [{"targets": [address]}]
        config["scrape_configs"].append(job | {"job_name": "loa-station"})
        self._put("prometheus.yml", yaml.safe_dump(config))

    def _put(self, name, text):
        (self._folder / name).write_text(text, "utf-8")
        return str(self._folder / name)

    @contextmanager
    def running(self):
        command = ["prometheus", f"--config.file={self._folder / 'prometheus.yml'}"]
        command += [f"--storage.tsdb.path={self._folder / 'data'}"]
        command += [f"--web.listen-address=127.0.0.1:{self.port}"]
        with (self._folder / "log").open("wb") as log, child(command, stdout=log, stderr=log):
            yield self

    def sees(self, *names, within=WITHIN):
        """Wait for all of these alerts to have fired; say whether they have."""

        def all_fired():
            told = json.loads(self._answer("/api/v1/alerts"))["data"]["alerts"]
            self.seen |= {one["labels"]["alertname"] for one in told if one["state"] == "firing"}
            return self.seen >= set(names)

        return wait_until(all_fired, within)

    def asks(self):
        """Say whether it has asked the station, and got an answer."""
        try:
            told = json.loads(self._answer("/api/v1/targets"))["data"]["activeTargets"]
        except OSError:
            return False
        return bool(told) and all(target["health"] == "up" for target in told)

    def _answer(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=WITHIN) as reply:
            return reply.read()


def station_at(home, now=utc_now, **chosen):
    settings = Settings(
        home=home,
        port=0,
        engine="tone",
        fallback_engine="",
        settle_seconds=0.1,
        require_totp=False,
        quiet_begins="00:00",
        quiet_ends="00:00",
        **chosen,
    )
    return Controller(settings, engines=ENGINES, now=now)


def target_of(station):
    with station.store.read() as session:
        of = operator_named(session, APPROVER)
    return station.pages.address.removeprefix("http://"), seeing_token(station.store, of, station.now())


def births(station, *, online):
    now = station.now()
    states = [
        NodeState(node=one.id, session=1, online=online, at=now if online else None, software="t")
        for one in NODES
    ]
    with station.store.write() as session:
        note_states(session, states, now=now)


def miss_an_airing(station, job, bulletin):
    airing = job.air(bulletin, PROVINCE, station.now() + timedelta(hours=5))
    past = station.now() - timedelta(minutes=5)
    with station.store.write() as session:
        moved = {"starts_at": past, "latest_start_at": past, "asked_at": past}
        session.execute(update(Airing).where(Airing.id == airing).values(**moved))
    station.wake()


def call_without_a_second(station, bulletin):
    with station.store.write() as session:
        by, now = operator_named(session, APPROVER), station.now()
        session.add(
            Emergency(
                id="waits",
                kind=Kind.ALARM,
                state=EmergencyState.CALLED,
                bulletin=bulletin,
                areas=[PROVINCE],
                volume=100,
                lasts_ms=60_000,
                called_by=by.id,
                called_at=now,
            )
        )


def post_to(station, address):
    with station.store.write() as session:
        by = operator_named(session, ADMINISTRATOR)
        wanted = WantedNotices(list(NoticeTopic))
        add_webhook(session, name="Thử", address=address, wanted=wanted, by=by, now=station.now())
    for number in range(3):
        with station.store.write() as session:
            tell(session, f"s{number}", f"Việc {number}.", now=station.now())


def send_what_must_be_refused(station):
    for node in NODES:
        for place in range(8):
            said = Receipts(node=node.id, session=1, receipts=(f"{place}", f"{place}.{node.id}"))
            station.ingest.take(topics.ReceiptTopic(node.id), said.model_dump_json().encode())


def ask_for_the_time_late(station):
    asked = TimeRequest(node=NODES[0].id, sent_us=1).model_dump_json().encode()
    for _ in range(5):
        station.time_service.take(NODES[0].id, asked, waited_s=1.0)


def hold_the_database(station):
    """Lock it as a careless backup would; a loudspeaker says meanwhile that it is there."""
    birth = NodeState(node=NODES[0].id, session=2, online=True, at=station.now(), software="t")
    with closing(sqlite3.connect(station.settings.home / "loa.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        station.ingest.take(topics.StateTopic(birth.node), birth.model_dump_json().encode())
        time.sleep(HELD_S)
        other.execute("ROLLBACK")


def knock(station, path, token):
    """Ask a page; what it answers is not looked at."""
    asked = urllib.request.Request(f"{station.pages.address}{path}")
    asked.add_header("Authorization", f"Bearer {token}")
    with suppress(OSError):
        urllib.request.urlopen(asked, timeout=WITHIN).close()


def lose_a_speech_worker(station):
    """As one that was killed two minutes ago."""
    gone = station.now() - timedelta(minutes=2)
    with station.store.write() as session:
        session.add(SpeechWorker(id="w", place="máy đọc «x»", voices=1, started_at=gone, seen_at=gone))


def submit(station, speech, highest=None):
    """Submit a bulletin and do not wait for its sound."""
    draft = sample("short")
    with station.store.write() as session:
        by, now = operator_named(session, OFFICER), station.now()
        bulletin = draft_bulletin(session, title=draft.title, text=draft.text, by=by, now=now)
        submit_bulletin(session, bulletin.id, by=by, now=now, speech=speech, highest_grade=highest)
    station.wake()
    return bulletin.id


@pytest.fixture
def broker(tmp_path):
    if shutil.which("prometheus") is None:
        missing("prometheus")
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def tree(tmp_path):
    if shutil.which("prometheus") is None:
        missing("prometheus")
    (tmp_path / "tree").mkdir()
    with running_tree(OpenTree(tmp_path / "tree")) as tree:
        yield tree


@contextmanager
def watched(station, folder):
    """Run a station and a Prometheus that asks it; the block may stop the station."""
    station.start()
    folder.mkdir()
    try:
        with Prometheus(folder, *target_of(station)).running() as watch:
            assert wait_until(watch.asks)
            yield watch
    finally:
        station.stop()


def test_each_alert_of_a_station_fires_after_its_trouble_and_none_before(tmp_path, tree):
    where = {"broker_url": tree.root.url, "broker_leaves": tree.named_leaves}
    station = station_at(tmp_path / "a", speech_workers=1, **where)
    with watched(station, tmp_path / "watch") as watch:
        with station.store.write() as session:
            enrol_fleet(session, station, NODES)
        job = TrialRun(station, Stages(quiet=True))
        bulletin = job.render(sample("short"))
        job.approve(bulletin)
        births(station, online=True)
        assert watch.sees(*NEW), watch.seen
        time.sleep(2)
        assert watch.seen == NEW

        note_look(station.settings.home, DoctorLook(station.now(), 2))
        births(station, online=False)
        miss_an_airing(station, job, bulletin)
        call_without_a_second(station, bulletin)
        send_what_must_be_refused(station)
        ask_for_the_time_late(station)
        submit(station, replace(station.speech, engine="silent", fallback=None))
        for _ in range(101):
            knock(station, "/api/v1/me", "wrong")
        named = {"LoaDoctorFinds", "LoaNodesLost", "LoaAiringMissed", "LoaCallWaits", "LoaReceiptsRefused"}
        named |= {"LoaClockSlow", "LoaSpeechFails", "LoaRefusals"}
        assert watch.sees(*named), named - watch.seen

        with create_server(("127.0.0.1", 0)) as never_answers:
            post_to(station, f"http://127.0.0.1:{never_answers.getsockname()[1]}/")
            assert watch.sees("LoaNoticesWait")
        hold_the_database(station)
        assert watch.sees("LoaTaskStands"), watch.seen
        assert watch.sees("LoaTaskFails"), watch.seen
        assert watch.sees("LoaReceiptsSlow"), watch.seen

        tree.leaves["nam"].kill()
        assert watch.sees("LoaLeafDown"), watch.seen
        tree.root.stop()
        job.air(bulletin, PROVINCE, station.now() + timedelta(minutes=2))
        assert watch.sees("LoaPartDown", "LoaDocumentsWaiting"), watch.seen
        station.stop()
        assert watch.sees("LoaStationDown", "LoaNoLeader"), watch.seen
        assert watch.alerts - watch.seen == OF_ANOTHER


def test_each_alert_of_a_station_that_runs_out_fires(tmp_path, broker, monkeypatch):
    # its clock is more than a year behind, so that its key set ends soon; nobody speaks there
    behind = timedelta(days=390)
    station = station_at(
        tmp_path / "a", now=lambda: utc_now() - behind, broker_url=broker.url, speech_workers=0
    )
    with watched(station, tmp_path / "watch") as watch:
        waiting = submit(station, station.speech)
        submit(station, station.speech, Grade.EMERGENCY)
        lose_a_speech_worker(station)
        monkeypatch.setattr(station, "rendering_progress", lambda _rendering: 1 / 0)
        for _ in range(8):
            knock(station, f"/api/v1/bulletins/{waiting}", watch.token)
            time.sleep(0.2)
        assert watch.sees(*OF_ANOTHER), watch.seen
