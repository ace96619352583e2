"""A station at the root of a tree, loudspeakers at its leaves: each hears once, whatever is killed."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.doctor.invariants import invariants
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.status import NodeStatus
from controller.host.metrics import exposition
from controller.model.airing_states import AiringState, DeliveryStage
from controller.terminal.progress import Stages
from controller.trial.bench_ground import ToneMade, approved
from controller.trial.fleet_process import FleetProcesses
from controller.trial.job import TrialRun, heard_whole
from controller.trial.simulated import enrol_simulated, fleet_of
from tests.support.broker_tree import LEAVES, OpenTree, running_tree
from tests.support.brokers import is_available
from tests.support.parts import missing
from tests.support.running_station import PROVINCE, running
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(900)]

SECONDS = 8
AUDIO = bytes(range(256)) * (6000 * SECONDS // 256)
"""At 48 kbit/s; nobody decodes it."""
PATIENCE_S = 120.0
BACK_S = 1.5
"""As long as systemd needs to start a broker again."""


@dataclass
class Ground:
    """A station with its tree and its fleet, and what the loudspeakers really did."""

    station: object
    tree: OpenTree
    fleet: FleetProcesses
    began: Counter
    ended: Counter

    def listen(self):
        for fact in self.fleet.facts():
            counted = {"began": self.began, "ended": self.ended}.get(fact.get("fact"))
            if counted is not None:
                counted.update(item["node"] for item in fact["items"])

    def up(self):
        text = exposition([]).decode()
        return {leaf: f'loa_leaf_up{{leaf="{leaf}"}} 1.0' in text for leaf in LEAVES}

    def air(self, in_s):
        """Plan an airing for all; return it, once its chunks have begun to go out."""
        bulletin = approved(self.station, Stages(quiet=True), "Đo", ToneMade(AUDIO, SECONDS * 1000))
        starts_at = self.station.now() + timedelta(seconds=in_s)
        latest = timedelta(seconds=120)
        airing = TrialRun(self.station, Stages(quiet=True)).air(bulletin, PROVINCE, starts_at, latest)
        assert wait_until(lambda: self.station.sender.published_bytes > 0, PATIENCE_S)
        return airing

    def fetched(self, airing):
        with self.station.store.read() as session:
            return sum(one.rung >= DeliveryStage.FETCHED for one in deliveries_of(session, airing))

    def all_heard_once(self, airing, nodes):
        def is_over():
            self.listen()
            with self.station.store.read() as session:
                state = get_airing(session, airing).state
                rungs = [one.rung for one in deliveries_of(session, airing)]
            assert state is not AiringState.MISSED
            return len(rungs) == nodes and min(rungs) >= DeliveryStage.FINISHED

        assert wait_until(is_over, PATIENCE_S + SECONDS)
        self.listen()
        assert set(self.began.values()) == set(self.ended.values()) == {1}
        assert len(self.began) == nodes
        with self.station.store.read() as session:
            assert all(heard_whole(one, SECONDS * 1000) for one in deliveries_of(session, airing))
            assert invariants(session, now=self.station.now()) == []

    def statuses(self, later=timedelta()):
        with self.station.store.read() as session:
            return sum(statuses_by_area(session, self.station.now() + later).values(), Counter())


@contextmanager
def ground(folder, nodes, **chosen):
    if not is_available("mosquitto"):
        missing("mosquitto")
    (folder / "tree").mkdir()
    tree = OpenTree(folder / "tree")
    more = {"broker_url": tree.root.url, "broker_leaves": tree.named_leaves, "speech_workers": 0, **chosen}
    with running_tree(tree), running(folder / "home", enrolled=False, **more) as station:
        fleet = fleet_of(station, enrol_simulated(station, nodes))
        fleet.start()
        try:
            assert fleet.wait_ready()["connected"] == nodes
            assert wait_until(lambda: Ground.up(None) == dict.fromkeys(LEAVES, True), PATIENCE_S)
            yield Ground(station, tree, fleet, Counter(), Counter())
        finally:
            fleet.stop()


def test_a_leaf_killed_in_the_delivery_and_the_root_while_it_sounds_cost_no_word_and_no_receipt(tmp_path):
    with ground(tmp_path, nodes=6, pace_bytes_per_second=16_000) as at:
        airing = at.air(in_s=5)
        bac = at.tree.leaves["bac"]
        bac.kill()
        assert wait_until(lambda: at.up() == {"bac": False, "nam": True}, PATIENCE_S)
        assert at.fetched(airing) == 0, "it was to be killed within the delivery"
        time.sleep(BACK_S)
        bac.start()
        assert wait_until(lambda: all(at.up().values()), PATIENCE_S)
        assert wait_until(lambda: at.listen() or len(at.began) == 6, PATIENCE_S), "all begin"
        at.tree.root.kill()
        bac.kill()
        time.sleep(BACK_S)
        bac.start()
        at.tree.root.start()
        at.all_heard_once(airing, nodes=6)
        assert wait_until(lambda: at.statuses()[NodeStatus.READY] == 6, PATIENCE_S), at.statuses()


def test_the_demonstration_goes_through_a_tree():
    asked = [Path(sys.executable).with_name("loa"), "demo", "--once", "--json", "--nodes", "20"]
    asked += ["--broker", "tree", "--speed", "8"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=400)
    told = json.loads(ran.stdout)
    assert (told["heard_whole"], told["wrong_facts"]) == (20, [])
    assert told["published_audio_bytes"] < 1.1 * told["recording_bytes"]


def test_a_leaf_that_is_gone_for_good_shows_as_loudspeakers_that_are_not_heard(tmp_path):
    with ground(tmp_path, nodes=6) as at:
        assert wait_until(lambda: at.statuses()[NodeStatus.READY] == 6, PATIENCE_S)
        at.tree.leaves["nam"].kill()
        assert wait_until(lambda: not at.up()["nam"], PATIENCE_S)
        later = at.statuses(later=timedelta(minutes=10))
        assert later[NodeStatus.SILENT] >= 3


def test_a_thousand_loudspeakers_come_through_a_killed_and_a_hanging_leaf_and_a_lost_root(tmp_path):
    """All faults in one delivery at size; the root notices a leaf that hangs after 15 s."""
    nodes = 1000
    with ground(tmp_path, nodes=nodes, pace_bytes_per_second=8_000) as at:
        airing = at.air(in_s=90)
        bac, nam = at.tree.leaves["bac"], at.tree.leaves["nam"]
        bac.kill()
        nam.signal(signal.SIGSTOP)
        assert wait_until(lambda: not any(at.up().values()), PATIENCE_S)
        bac.start()
        nam.signal(signal.SIGCONT)
        assert wait_until(lambda: all(at.up().values()), PATIENCE_S)
        at.tree.root.kill()
        time.sleep(BACK_S)
        at.tree.root.start()
        at.all_heard_once(airing, nodes)
        assert wait_until(lambda: at.statuses()[NodeStatus.READY] == nodes, PATIENCE_S)
