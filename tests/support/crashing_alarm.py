"""A station that is killed while it starts or ends an emergency: before or after each step."""

import os
import signal
import threading
import time
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.airings.queries import reach
from controller.features.emergencies.preparation import prepare
from controller.features.emergencies.queries import prepared_views
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.emergencies.stopping import stop_emergency
from controller.host.station_keys import Secrets, StationSeal, station_key
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Emergency, Prepared
from controller.model.emergency_states import EmergencyState, Kind
from controller.model.first_people import APPROVER
from controller.store import Store
from devices.link import Link
from tests.support import crashing_station
from tests.support.crashing_station import LONGEST_RUN, NODES, PROVINCE, settings_of

PATIENCE = 300.0  # seconds; a loaded machine is slow, not wrong
ROUND_SECONDS = 15.0  # longer than a busy machine takes to call, be killed, start again and end


def make_home(home: Path, seconds: float = ROUND_SECONDS, database_url: str = "") -> None:
    """Found a station of three nodes that are to hold one approved alarm."""
    crashing_station.make_home(home, seconds, database_url)
    settings = settings_of(home, "", database_url)
    store = Store(settings.database, signer=StationSeal(station_key(settings)))
    with store.write() as session:
        bulletin = session.scalars(select(Bulletin)).one()
        by = operator_named(session, APPROVER)
        prepare(session, bulletin.id, Kind.ALARM, PROVINCE, by=by, now=utc_now())
    store.close()


class Steps:
    """Counts what the caller's own thread does in a phase, and kills the process at one step of it."""

    def __init__(self, kill_at: str, done: Path) -> None:
        self.kill_at, self.done = kill_at, done
        self.thread, self.phase, self.count = threading.get_ident(), "", 0

    def begin(self, phase: str) -> None:
        self.phase, self.count = phase, 0

    def step(self, what: str) -> None:
        if not self.phase or threading.get_ident() != self.thread:
            return
        self.count += 1
        name = f"{self.phase} {self.count}"
        with self.done.open("a") as log:
            log.write(f"{name}: {what}\n")
        if name == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def run(home: Path, broker_url: str, kill_at: str, done: Path) -> None:
    """Call the alarm once, wait until all nodes sound it, end it once; skip steps of an earlier run."""
    steps = Steps(kill_at, done)
    publish = Link.publish

    def publishing(link: Link, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False):
        steps.step(f"before publishing {topic}")
        pending = publish(link, topic, payload, qos, retain=retain)
        steps.step(f"after publishing {topic}")
        return pending

    Link.publish = publishing
    event.listen(Engine, "commit", lambda _: steps.step("before a commit"))
    station = Controller(settings_of(home, broker_url), serve_pages=False)
    station.start()
    _wait(lambda: _held(station) == len(NODES))
    steps.begin("calling")
    if _row(station) is None:
        _call(station)
    steps.begin("")
    _wait(lambda: _started(station) == len(NODES))
    steps.begin("ending")
    if _row(station).state is EmergencyState.STARTED:
        _end(station)
    steps.begin("")
    threading.Event().wait(LONGEST_RUN)


def _call(station: Controller) -> None:
    with station.store.write() as session:
        prepared = session.scalars(select(Prepared)).one().id
        by = operator_named(session, APPROVER)
        call = WantedCall([PROVINCE], prepared)
        password = Secrets(station.settings.home).passwords()[APPROVER]
        proof = {"by": by, "password": password}
        started = call_alone(session, call, "Thử.", **proof, now=station.now(), times=station.times)
        outgoing = station.sign(session, started.changed)
    station.publish_now(outgoing)


def _end(station: Controller) -> None:
    with station.store.write() as session:
        row = session.scalars(select(Emergency)).one()
        by = operator_named(session, APPROVER)
        changed = stop_emergency(session, row.id, by=by, now=station.now())
        outgoing = station.sign(session, changed)
    station.publish_now(outgoing)


def _row(station: Controller) -> Emergency | None:
    with station.store.read() as session:
        return session.scalars(select(Emergency)).one_or_none()


def _held(station: Controller) -> int:
    with station.store.read() as session:
        (view,) = prepared_views(session, [PROVINCE], station.now())
    return view.readiness.held


def _started(station: Controller) -> int:
    with station.store.read() as session:
        return reach(session, session.scalars(select(Emergency)).one().airing).started


def _wait(enough) -> None:
    until = time.monotonic() + PATIENCE
    while not enough():
        if time.monotonic() > until:
            raise TimeoutError("what was waited for did not come")
        time.sleep(0.2)
