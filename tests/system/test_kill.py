"""The station is killed at each commit and publish of an airing; each node hears it once all the same."""

import os
import shutil
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.features.doctor.invariants import invariants
from controller.features.journal.chain import verify
from controller.features.journal.queries import export
from controller.host.station_keys import station_key
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.store import Store
from tests.support import crashing_station
from tests.support.brokers import BrokerProcess
from tests.support.crashing_station import LEAD_SECONDS, NODES, SECONDS, settings_of
from tests.support.fleet_of_crashes import Fleet, Forked
from tests.support.nightly import amount

AT_ONCE = 8  # runs mostly wait
PATIENCE = 90.0  # seconds without anything new: a loaded machine is slow, not wrong
LIMIT = 600.0  # seconds of one run in all
LONG_LEAD_SECONDS = 6 * LEAD_SECONDS
ASKED_EVERY = 0.5


@pytest.fixture
def template(tmp_path: Path) -> Path:
    home = tmp_path / "template"
    crashing_station.make_home(home)
    return home


class TooLateError(AssertionError):
    """Not all nodes had the airing in time: the lead was too short for this machine, or something is lost."""


class Run:
    """One airing on a copy of the template, with a broker and a fleet of its own."""

    def __init__(self, template: Path, folder: Path, kill_at: int, lead: float = LEAD_SECONDS) -> None:
        self.folder, self.kill_at, self.lead = folder, kill_at, lead
        self.home = folder / "home"
        shutil.copytree(template, self.home)
        self.acts = folder / "acts.txt"
        self.broker = BrokerProcess("mosquitto", folder)
        self.store = Store(settings_of(self.home, "").database)

    def play(self) -> None:
        """Run, be killed, run again until all is heard; the fleet never stops."""
        self.broker.start()
        self.fleet = Fleet(self.home, self.folder, self.broker.url)
        station = self._station(self.kill_at)
        try:
            began = moved = time.monotonic()
            seen = None
            while not self._is_over():
                now = time.monotonic()
                if seen != (seen := self._progress()):
                    moved = now
                assert now - moved < PATIENCE, f"nothing new: {self._last_act()}"
                assert now - began < LIMIT, f"not over: {self._last_act()}"
                if (code := station.exit_code(ASKED_EVERY)) is not None:
                    assert code == -signal.SIGKILL, f"exit {code}"
                    station = self._station(0)
        finally:
            station.end(at_once=True)
            self.fleet.stop()
            self.broker.stop()

    def check(self) -> None:
        """Each node began once and ended once, whole; nothing that must not exist exists."""
        where = f"killed at {self._last_act()}"
        began, ended = self.fleet.items("began"), self.fleet.items("ended")
        assert Counter(item["node"] for item in began) == Counter(n.id for n in NODES), where
        assert Counter(item["node"] for item in ended) == Counter(n.id for n in NODES), where
        assert min(item["heard_ms"] for item in ended) >= SECONDS * 1000 - 100, where
        with self.store.read() as session:
            assert invariants(session, now=datetime.now(UTC)) == [], where
            verify(list(export(session)), station_key(settings_of(self.home, "")).public_x)
        self.store.close()

    def _last_act(self) -> str:
        lines = self.acts.read_text().splitlines() if self.acts.exists() else []
        return next((line for line in lines if line.startswith(f"{self.kill_at} ")), f"act {self.kill_at}")

    def _station(self, kill_at: int) -> Forked:
        return Forked(crashing_station.run, self.home, self.broker.url, kill_at, self.acts, self.lead)

    def _progress(self) -> tuple[int, list[int]]:
        """Return how many acts the station has done, and how far each node's delivery has come."""
        acts = len(self.acts.read_text().splitlines()) if self.acts.exists() else 0
        with self.store.read() as session:
            return acts, sorted(int(delivery.rung) for delivery in session.query(Delivery))

    def _is_over(self) -> bool:
        with self.store.read() as session:
            airing = session.query(Airing).one_or_none()
            if airing is None or airing.state not in (AiringState.AIRED, AiringState.MISSED):
                return False
            if airing.state is AiringState.MISSED:
                raise TooLateError(f"{airing.reason}: {self._last_act()}")
            rungs = [delivery.rung for delivery in session.query(Delivery)]
        if len(rungs) == len(NODES) and min(rungs) >= DeliveryStage.FINISHED:
            return True
        if datetime.now(UTC) - airing.ended_at > timedelta(seconds=PATIENCE):
            raise TooLateError(f"{rungs}: {self._last_act()}")
        return False


@pytest.fixture
def acts(template: Path, tmp_path: Path) -> list[str]:
    """What the station does in an airing during which nobody kills it."""
    run = Run(template, tmp_path / "whole", kill_at=0)
    run.play()
    run.check()
    return run.acts.read_text().splitlines()


def kills(acts: list[str]) -> list[int]:
    """At which acts to kill it: all up to the first answer to a receipt.

    From there on each node's receipts are written and answered, one like the other: by day every third.
    """
    first = next(number for number, act in enumerate(acts, 1) if act.endswith("/receipt-committed"))
    return [*range(1, first), *range(first, len(acts) + 1, amount(3, 1))]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_airing_is_heard_once_by_each_node_wherever_the_station_is_killed(
    template: Path, acts: list[str], tmp_path: Path
):
    assert len(acts) > amount(20, 30), "an airing takes more acts than that: the hooks no longer see them"

    def play(kill_at: int, lead: float) -> None:
        run = Run(template, tmp_path / f"at-{kill_at}-{lead}", kill_at, lead)
        run.play()
        run.check()

    def one(kill_at: int) -> str | None:
        try:
            try:
                play(kill_at, LEAD_SECONDS)
            except TooLateError:  # what is lost for good is late again
                play(kill_at, LONG_LEAD_SECONDS)
        except AssertionError as error:
            return f"act {kill_at}: {error}"
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [fault for fault in pool.map(one, kills(acts)) if fault]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_each_thread_is_told_how_its_own_process_ended():
    def codes(first: int) -> list[int | None]:
        return [Forked(os._exit, first + n).exit_code(PATIENCE) for n in range(20)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(codes, range(0, 100, 20)))
    assert [code for some in told for code in some] == list(range(100))
