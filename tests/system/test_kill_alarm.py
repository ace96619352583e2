"""The station is killed at each step of calling and of ending an emergency: afterwards all agree."""

import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from controller.features.doctor.invariants import invariants
from controller.features.plans.queries import published
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.emergencies import Emergency
from controller.model.emergency_states import EmergencyState
from controller.model.journal import Entry
from controller.model.plan_states import DocumentKind
from controller.store import Store
from tests.support import crashing_alarm
from tests.support.brokers import BrokerProcess
from tests.support.crashing_station import NODES, settings_of
from tests.support.fleet_of_crashes import Fleet, Forked

PATIENCE = 600.0  # seconds; a loaded machine is slow, not wrong
ROUND_S = crashing_alarm.ROUND_SECONDS + 2.0
KILLS = [f"{phase} {step}" for phase in ("calling", "ending") for step in (1, 2, 3)]
"""Before the commit, between commit and publish, after the publish."""
ASKED_EVERY = 0.3


class Run:
    """One emergency on a copy of the template, with a broker and a fleet of its own."""

    def __init__(self, template: Path, folder: Path, kill_at: str) -> None:
        self.folder, self.kill_at = folder, kill_at
        self.home = folder / "home"
        shutil.copytree(template, self.home)
        self.broker = BrokerProcess("mosquitto", folder)
        self.store = Store(settings_of(self.home, "").database)
        self.lives = 0

    def play(self) -> None:
        """Run, be killed, run again until it has ended; then listen for more than a round."""
        self.broker.start()
        self.fleet = Fleet(self.home, self.folder, self.broker.url)
        station = self._station()
        try:
            until = time.monotonic() + PATIENCE
            while not self._is_over():
                assert time.monotonic() < until, f"{self.kill_at}: not over"
                if (code := station.exit_code(ASKED_EVERY)) is not None:
                    assert code == -signal.SIGKILL, f"exit {code}"
                    station = self._station()
            self.over_at = datetime.now(UTC)
            time.sleep(ROUND_S + 1)
        finally:
            station.end(at_once=True)
            self.fleet.stop()
            self.broker.stop()

    def check(self) -> None:
        """It was killed; called once and ended once by the journal; heard everywhere, and never again."""
        assert self.lives == 2, f"{self.kill_at}: no such step"
        for node in NODES:
            began = [item for item in self.fleet.items("began") if item["node"] == node.id]
            ended = [item for item in self.fleet.items("ended") if item["node"] == node.id]
            assert began, f"{self.kill_at}: never heard at {node.id}"
            assert len(began) == len(ended), f"{self.kill_at}: still sounds at {node.id}"
            assert max(datetime.fromisoformat(item["true_at"]) for item in began) < self.over_at
        with self.store.read() as session:
            assert invariants(session, now=datetime.now(UTC)) == [], self.kill_at
            acts = dict(session.execute(select(Entry.act, func.count()).group_by(Entry.act)).all())
        assert (acts["emergency.started"], acts["emergency.stopped"]) == (1, 1), self.kill_at
        self.store.close()

    def _station(self) -> Forked:
        self.lives += 1
        kill_at = self.kill_at if self.lives == 1 else ""
        return Forked(crashing_alarm.run, self.home, self.broker.url, kill_at, self.folder / "steps.txt")

    def _is_over(self) -> bool:
        with self.store.read() as session:
            row = session.scalars(select(Emergency)).one_or_none()
            if row is None or row.state is not EmergencyState.ENDED:
                return False
            assert session.get_one(Airing, row.airing).state is AiringState.CANCELLED
            plan = published(session, DocumentKind.PLAN, "56")
            # who had come to the end of a round when it heard of the end of all has no other reason to tell
            told = [
                one.reason or one.rung >= DeliveryStage.FINISHED for one in session.scalars(select(Delivery))
            ]
        return plan.acknowledged_at is not None and len(told) == len(NODES) and all(told)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_wherever_it_is_killed_an_emergency_is_called_once_heard_and_ended_for_good(tmp_path: Path):
    template = tmp_path / "template"
    crashing_alarm.make_home(template)

    def one(kill_at: str) -> str | None:
        run = Run(template, tmp_path / kill_at.replace(" ", "-"), kill_at)
        try:
            run.play()
            run.check()
        except AssertionError as error:
            return f"{kill_at}: {error}"
        return None

    with ThreadPoolExecutor(len(KILLS)) as pool:
        wrong = [fault for fault in pool.map(one, KILLS) if fault]
    assert not wrong, "\n".join(wrong)
