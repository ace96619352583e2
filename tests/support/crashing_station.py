"""A station that is killed at its n-th act: before a commit, before a publish, or (by night) after one."""

import itertools
import os
import signal
import threading
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.airings.service import plan_airing
from controller.features.bulletins.listening_proof import note_served
from controller.features.bulletins.renderings import begin_rendering, finish_rendering
from controller.features.bulletins.service import approve_bulletin, draft_bulletin, submit_bulletin
from controller.features.enrolment.known_keys import give_keys
from controller.features.enrolment.service import welcome_of
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.provisioning.service import found
from controller.host.sound_stores import recordings_of
from controller.host.station_keys import Secrets, StationSeal, station_key
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin
from controller.model.first_people import APPROVER, OFFICER
from controller.settings import Settings
from controller.store import Store
from devices.chunks import manifest_of
from devices.ids import AreaCode, Grade, NodeId
from devices.link import Link
from tests.support.nightly import NIGHTLY
from tests.support.node_keys import publics
from tests.support.station_world import Sound
from tts.codec import decode_mp3, encode_mp3

NODES = tuple(NewNode(NodeId(f"kill-{n}"), AreaCode("22366"), f"Cụm {n}") for n in range(3))
PROVINCE = AreaCode("56")
SECONDS = 2.0
LONGEST_RUN = 900.0  # seconds; the test ends it long before
LEAD_SECONDS = 10.0  # longer than a restart and a fetch take on most machines


def settings_of(
    home: Path, broker_url: str, database_url: str = "", lead_seconds: float = LEAD_SECONDS
) -> Settings:
    """Settings of a station without speech and without quiet hours."""
    return Settings(
        home=home,
        database_url=database_url,
        broker_url=broker_url,
        speech_workers=0,
        quiet_begins="00:00",
        quiet_ends="00:00",
        lead_seconds=lead_seconds,
        settle_seconds=2.0,
    )


def make_home(home: Path, seconds: float = SECONDS, database_url: str = "") -> None:
    """Found a station whose one bulletin is recorded and approved, and whose three nodes are enrolled."""
    settings = settings_of(home, "", database_url)
    home.mkdir(parents=True)
    store = Store(settings.database)
    store.upgrade()
    now = utc_now()
    found(store, settings, now=now)
    store.signer = StationSeal(station_key(settings))
    when = np.arange(round(seconds * 24_000)) / 24_000
    mp3 = encode_mp3([(0.3 * np.sin(2 * np.pi * 440 * when)).astype(np.float32)], 24_000, 48)
    recordings_of(settings).put(mp3)
    samples, rate = decode_mp3(mp3)
    sound = Sound(mp3, duration_ms=round(1000 * len(samples) / rate))
    manifest = manifest_of(mp3, codec="mp3", sample_rate=rate, duration_ms=sound.duration_ms)
    with store.write() as session:
        enrol_nodes(session, NODES, by=None, now=now)
        welcome = welcome_of(settings, station_key(settings), "mqtt://loa.example", "")
        give_keys(session, publics(node.id for node in NODES), welcome, now=now)
        officer = operator_named(session, OFFICER)
        bulletin = draft_bulletin(session, title="Thử", text="Thử loa.", by=officer, now=now)
        rendering = submit_bulletin(session, bulletin.id, by=officer, now=now, highest_grade=Grade.EMERGENCY)
        begin_rendering(session, rendering.id, now=now)
        finish_rendering(session, rendering.id, sound, manifest, now=now)
        approver = operator_named(session, APPROVER)
        note_served(session, manifest.recording, by=approver, now=now)
        approve_bulletin(
            session,
            bulletin.id,
            revision=1,
            recording=manifest.recording,
            by=approver,
            password=Secrets(home).passwords()[APPROVER],
            now=now,
            declared=True,
            highest_grade=Grade.EMERGENCY,
        )
    store.close()


def run(home: Path, broker_url: str, kill_at: int, acts: Path, lead_seconds: float) -> None:
    """Run the station until it is killed: by itself at act `kill_at` (0: never), or from outside."""
    counter = itertools.count(1)
    lock = threading.Lock()

    def act(what: str) -> None:
        with lock:
            number = next(counter)
            with acts.open("a") as log:
                log.write(f"{number} {what}\n")
            if number == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    publish = Link.publish

    def publishing(link: Link, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False):
        if "/time/" in topic:  # not part of an airing, and there are many
            return publish(link, topic, payload, qos, retain=retain)
        act(f"before publishing {topic}")
        pending = publish(link, topic, payload, qos, retain=retain)
        if NIGHTLY:  # by day the next act is a moment later: nothing is written or sent in between
            act(f"after publishing {topic}")
        return pending

    Link.publish = publishing
    event.listen(Engine, "commit", lambda connection: act("before a commit") if _wrote(connection) else None)
    station = Controller(settings_of(home, broker_url, lead_seconds=lead_seconds), serve_pages=False)
    station.start()
    _plan_once(station)
    threading.Event().wait(LONGEST_RUN)


def _wrote(connection) -> bool:
    return bool(connection.info.get("loa_changed"))


def _plan_once(station: Controller) -> None:
    """Plan the airing if it does not exist: an officer who saw an error would do the same."""
    with station.store.write() as session:
        if session.scalars(select(Airing)).first() is None:
            by, now = operator_named(session, APPROVER), station.now()
            bulletin, starts_at = session.scalars(select(Bulletin)).one().id, now + timedelta(seconds=1)
            plan_airing(session, bulletin, areas=[PROVINCE], starts_at=starts_at, by=by, now=now)
    station.wake()
