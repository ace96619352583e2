"""Two stations on one PostgreSQL and one broker, each a process with a home of its own; and their fleet."""

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import select, text, update

from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.airings.service import plan_airing
from controller.features.doctor.invariants import invariants
from controller.features.emergencies.queries import prepared_views
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.emergencies.stopping import stop_emergency
from controller.features.journal.chain import verify
from controller.features.journal.queries import export
from controller.host.station_keys import Secrets, StationSeal, station_key
from controller.model.accounts import Account
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Emergency, Prepared
from controller.model.first_people import APPROVER
from controller.model.times import Times
from controller.parts import station as station_part
from controller.parts import web as web_part
from controller.store import Store
from devices.jose import read_payload
from devices.link import Link
from tests.support import crashing_alarm
from tests.support.crashing_station import NODES, PROVINCE, settings_of
from tests.support.fleet_of_crashes import Fleet, Forked
from tests.support.ports import free_port
from tests.support.programs import Program
from tests.support.waiting import wait_until

SECONDS = 4.0
"""Of the bulletin: long enough to kill a leader while it sounds."""
LEAD_S = 9.0
"""Longer than a takeover and a fetch take."""
TAKEOVER_S = 10.0
PATIENCE_S = 120.0  # a loaded machine is slow, not wrong
_HOMES = ("one", "two")


class PlanWatch:
    """Notes when plans come by at the broker, and in which epoch."""

    def __init__(self, url: str) -> None:
        self.seen: list[tuple[float, int]] = []
        self._link = Link(url, "watch", on_message=self._note)
        self._link.subscribe("loa/v1/plan/#")

    def start(self) -> None:
        self._link.start()
        assert wait_until(lambda: self._link.is_up)

    def stop(self) -> None:
        self._link.stop()

    def _note(self, message) -> None:
        if message.payload:
            self.seen.append((time.monotonic(), read_payload(message.payload.decode())["epoch"]))

    def epoch(self) -> int:
        return max((epoch for _, epoch in self.seen), default=0)

    def first_above(self, epoch: int) -> float | None:
        return next((at for at, of in self.seen if of > epoch), None)


def run_member(environment: dict[str, str], log: Path) -> None:
    """Be `loa station` with these settings, until killed."""
    _become(environment, log)
    station_part.run(serve_pages=False)


def run_web(environment: dict[str, str], log: Path) -> None:
    """Be `loa web` with these settings, until killed."""
    _become(environment, log)
    web_part.run()


def _become(environment: dict[str, str], log: Path) -> None:
    os.environ.update(environment)
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=PATIENCE_S).ok
    except requests.ConnectionError:
        return False


class Pair:
    """Founded with one approved bulletin that is also a prepared alarm; two members, none started yet.

    `more`: settings of all parts, as environment variables. `is_founded`: a pair of another release made the
    homes, the database and the loudspeakers' disks before.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        broker_url: str,
        more: Mapping[str, str] | None = None,
        *,
        is_founded: bool = False,
    ) -> None:
        self._more = dict(more or {})
        self.folder, self.broker_url, self.database_url = folder, broker_url, database_url
        self.homes = {name: folder / name for name in _HOMES}
        first = self.homes["one"]
        if not is_founded:
            crashing_alarm.make_home(first, SECONDS, database_url)
            shutil.copytree(first, self.homes["two"])
        self.store = Store(database_url, signer=StationSeal(station_key(settings_of(first, ""))))
        if not is_founded:
            with self.store.write() as session:  # as if each person had chosen the password that they have
                session.execute(update(Account).values(first_password=False))
        self.watch = PlanWatch(broker_url)
        self.fleet = Fleet(first, folder, broker_url)
        self.members: dict[str, Forked | Program] = {}
        self.watch.start()

    def close(self) -> None:
        """End all, even if one of them does not end in order; safe to repeat."""
        with ExitStack() as parts:
            for close in (self.store.close, self.fleet.stop, self.watch.stop):
                parts.callback(close)
            for member in self.members.values():  # the first to be ended
                parts.callback(member.end, at_once=True)

    def start(self, name: str) -> None:
        self.members[name] = Forked(run_member, self._environment(name), self.folder / f"{name}.log")

    def start_of(self, code: Path, name: str) -> None:
        """Start a member with the code of another release."""
        self.members[name] = Program(code, ["station"], self._environment(name), self.folder / f"{name}.log")

    def migrate_by(self, code: Path) -> str:
        """Run `loa migrate` of another release; return what it said."""
        return Program.run(code, ["migrate"], self._environment("two"))

    def start_web(self, name: str) -> str:
        """Serve pages from the home of a member; return their address once they answer."""
        port = free_port()
        environment = {**self._environment(name), "LOA_PORT": str(port), "LOA_REQUIRE_TOTP": "false"}
        self.members[f"web-{name}"] = Forked(run_web, environment, self.folder / f"web-{name}.log")
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: _answers(address), PATIENCE_S), self.logs()
        return address

    def _environment(self, name: str) -> dict[str, str]:
        told = {
            "LOA_HOME": self.homes[name],
            "LOA_DATABASE_URL": self.database_url,
            "LOA_BROKER_URL": self.broker_url,
            "LOA_SPEECH_WORKERS": 0,
            "LOA_QUIET_BEGINS": "00:00",
            "LOA_QUIET_ENDS": "00:00",
            "LOA_LEAD_SECONDS": LEAD_S,
        }
        return {key: str(value) for key, value in told.items()} | self._more

    def leader(self) -> str | None:
        """Return who holds the lease, by its process in the row."""
        with self.store.read() as session:
            place = session.scalar(text("SELECT place FROM station_leases WHERE holder <> ''")) or ""
        pids = {f"tiến trình {member.pid}": name for name, member in self.members.items()}
        return next((name for words, name in pids.items() if f"{words}," in place), None)

    def wait_for_leader(self, *names: str) -> str:
        assert wait_until(lambda: self.leader() in (names or _HOMES), PATIENCE_S), self.logs()
        return self.leader()

    def send(self, name: str, sign: int) -> None:
        os.kill(self.members[name].pid, sign)

    def kill(self, name: str) -> float:
        """Kill it; return when, and start it again as a standby."""
        epoch, at = self.watch.epoch(), time.monotonic()
        self.send(name, signal.SIGKILL)
        assert self.members[name].exit_code(PATIENCE_S) == -signal.SIGKILL
        assert wait_until(lambda: self.watch.first_above(epoch) is not None, PATIENCE_S), self.logs()
        self.start(name)
        return self.watch.first_above(epoch) - at

    # --- what people do, by another process than a station

    def plan(self, bulletin=None):
        """Plan an airing of a bulletin, by default of the one that there is from the beginning."""
        with self.store.write() as session:
            bulletin = bulletin or session.scalars(select(Bulletin)).one().id
            by, now = operator_named(session, APPROVER), utc_now()
            begins = now + timedelta(seconds=1)
            made = plan_airing(session, bulletin, areas=[PROVINCE], starts_at=begins, by=by, now=now)
            return made.id

    def password(self, name: str) -> str:
        return Secrets(self.homes["one"]).passwords()[name]

    def wait_until_the_alarm_is_held(self) -> None:
        assert wait_until(self._all_hold_the_alarm, PATIENCE_S), self.logs()

    def call(self):
        self.wait_until_the_alarm_is_held()
        with self.store.write() as session:
            call = WantedCall([PROVINCE], session.scalars(select(Prepared)).one().id)
            proof = {"by": operator_named(session, APPROVER), "password": self.password(APPROVER)}
            call_alone(session, call, "Thử.", **proof, now=utc_now(), times=Times())
            return session.scalars(select(Emergency).order_by(Emergency.called_at.desc())).first().airing

    def stop_alarm(self, airing) -> None:
        with self.store.write() as session:
            row = session.scalars(select(Emergency).where(Emergency.airing == airing)).one()
            stop_emergency(session, row.id, by=operator_named(session, APPROVER), now=utc_now())

    def _all_hold_the_alarm(self) -> bool:
        with self.store.read() as session:
            (view,) = prepared_views(session, [PROVINCE], utc_now())
        return view.readiness.held == len(NODES)

    # --- what became of it

    def stages(self, airing) -> list[DeliveryStage]:
        with self.store.read() as session:
            return [one.rung for one in session.scalars(select(Delivery).where(Delivery.airing == airing))]

    def is_heard(self, airing, stage=DeliveryStage.FINISHED) -> bool:
        stages = self.stages(airing)
        return len(stages) == len(NODES) and min(stages) >= stage

    def state(self, airing) -> AiringState:
        with self.store.read() as session:
            return session.get_one(Airing, airing).state

    def check(self, heard_once, alarms) -> None:
        """After `close`: each node heard each airing and each round of an alarm once; no receipt lacks."""
        began, ended = self.fleet.items("began"), self.fleet.items("ended")
        for airing in heard_once:
            of = Counter(item["node"] for item in began if item["airing"] == airing)
            assert of == Counter(node.id for node in NODES), (airing, of)
        for airing in alarms:
            rounds = Counter((item["node"], item["planned_at"]) for item in began if item["airing"] == airing)
            assert {node for node, _ in rounds} == {node.id for node in NODES}, airing
            assert set(rounds.values()) == {1}, (airing, rounds)
        assert len(began) == len(ended)
        with closing(Store(self.database_url)) as store, store.read() as session:
            assert invariants(session, now=datetime.now(UTC)) == []
            verify(list(export(session)), station_key(settings_of(self.homes["one"], "")).public_x)
            for node in NODES:
                told = sorted(session.scalars(select(StoredReceipt.seq).where(StoredReceipt.node == node.id)))
                assert told == list(range(told[0], told[0] + len(told))), f"{node.id} lacks receipts: {told}"

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("*.log")))
