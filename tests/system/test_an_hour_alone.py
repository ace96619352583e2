"""Server, broker and link are dead for an hour of real time: what is planned is heard once, on the minute."""

from collections import Counter
from datetime import timedelta

import pytest

from controller.features.doctor.invariants import invariants
from controller.features.imports.bulletin_files import sample
from controller.model.airing_states import AiringState, DeliveryStage
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.simulated import fleet_of
from tests.support.brokers import BrokerProcess
from tests.support.running_station import NODES, PROVINCE, outcome, running
from tests.support.waiting import wait_until

MINUTES = (2, 9, 20, 31, 42, 53, 60)
"""After the loss. The first is so soon that the loss may fall into its preparation."""
BEFORE = timedelta(minutes=6)
"""For what is planned to be fetched, and for the drift of the clocks to be measured."""
LATEST_MS = 2000.0
MINUTE = timedelta(minutes=1)


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_an_hour_without_server_broker_and_link_costs_no_airing_and_no_receipt(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    began = []
    try:
        with running(tmp_path / "home", broker_url=broker.url) as station:
            fleet = fleet_of(station, list(NODES))
            fleet.start()
            fleet.wait_ready()
            job = TrialRun(station, Stages(quiet=True))
            bulletin = job.render(sample("short"))
            job.approve(bulletin)
            lost_at = (station.now() + BEFORE).replace(second=0, microsecond=0)
            planned = {job.air(bulletin, PROVINCE, lost_at + n * MINUTE): n for n in MINUTES}
            wait_until(lambda: station.now() >= lost_at, BEFORE.total_seconds())
            assert all(set(outcome(station, one)[1].values()) == {DeliveryStage.FETCHED} for one in planned)
        broker.kill()
        assert wait_until(lambda: heard(fleet, began) == len(NODES) * len(planned), 70 * 60)
        broker.start()
        with running(tmp_path / "home", enrolled=False, broker_url=broker.url) as station:
            assert wait_until(lambda: all(is_told(station, one) for one in planned), 300)
            wait_until(lambda: False, 5)  # for a second sound, or a second receipt
            heard(fleet, began)
            with station.store.read() as session:
                assert invariants(session, now=station.now()) == []
        fleet.stop()
    finally:
        broker.stop()
    assert Counter((one["node"], one["airing"]) for one in began) == {
        (node.id, airing): 1 for node in NODES for airing in planned
    }
    assert {one["planned_at"] for one in began} == {
        f"{lost_at + n * MINUTE:%Y-%m-%dT%H:%M:00.000000Z}" for n in MINUTES
    }
    off = [abs(one["armed_ms"]) for one in began]
    print(f"largest error of a start: {max(off):.1f} ms")  # noqa: T201 - a figure of docs/benchmarks.md
    assert max(off) <= LATEST_MS


def heard(fleet, began):
    """Note what began since the last look; return how much has begun in all."""
    began += [one for fact in fleet.facts() if fact.get("fact") == "began" for one in fact["items"]]
    return len(began)


def is_told(station, airing):
    state, rungs, _ = outcome(station, airing)
    return state is AiringState.AIRED and set(rungs.values()) == {DeliveryStage.FINISHED}
