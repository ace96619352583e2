"""A fleet moves from one real Mosquitto to another of another authority, and back, and misses nothing."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from devices import topics
from devices.enrolment import Home
from devices.ids import AreaCode
from devices.signing import sign
from tests.integration.simulator.station_on_mqtt import LIMIT, FleetProcess, StationOnMqtt, wait_until
from tests.support.brokers import is_available
from tests.support.parts import missing
from tests.support.tls_broker import TlsBroker

NODES = 12
LENGTH_S = 30


@pytest.fixture
def brokers(tmp_path):
    if not is_available("mosquitto"):
        missing("mosquitto")
    old = TlsBroker(tmp_path / "old")
    new = TlsBroker(tmp_path / "new", bridged_to=old)
    with ExitStack() as parts:
        for broker in (old, new):
            broker.start()
            parts.callback(broker.stop)
        yield old, new


def say_home(station, broker):
    """Sign that the province's nodes live at a broker from now on."""
    now = station.now()
    home = Home(
        target=AreaCode("56"),
        version=station.next_version(),
        issued_at=now,
        expires_at=now + timedelta(days=400),
        brokers=(broker.tls_url,),
        authorities=(broker.authority,),
    )
    station.retain(topics.home(home.target), sign(home, station.keys.administrator).encode())
    return home.version


def living_at(station, version):
    """Nodes whose last word is that they live there."""
    last = {state.node: state for state in list(station.states)}
    return [node for node, state in last.items() if state.online and state.home == version]


def test_it_moves_to_another_broker_and_back_and_an_airing_through_the_move_is_heard_once(brokers, tmp_path):
    old, new = brokers
    with StationOnMqtt(old.url) as station:
        station.publish_keys()
        fleet = FleetProcess(
            tmp_path, old.tls_url, station, NODES, authorities=[old.authority], move_within_s=4
        )
        fleet.start()
        try:
            assert fleet.wait_ready()["connected"] == NODES
            rec = station.add_recording(b"x" * 20_000, LENGTH_S * 1000)
            starts_at = datetime.now(UTC) + timedelta(seconds=fleet.at_least(8))
            station.publish_plan("56.1", station.airing("a1", rec, starts_at, LENGTH_S * 1000))
            wait_until(lambda: len(fleet.items("verified")) == NODES, LIMIT, "all have the recording")
            wait_until(lambda: len(fleet.items("began")) == NODES, LIMIT, "all have begun")
            there = say_home(station, new)
            wait_until(lambda: len(living_at(station, there)) == NODES, LIMIT, "all live at the new broker")
            assert len(fleet.items("ended")) < NODES, "the move was to be within the airing"
            wait_until(lambda: done(station, "a1") == NODES, LIMIT, "all have told that they finished")
            assert {item["heard_ms"] for item in fleet.items("ended")} == {LENGTH_S * 1000}
            for name in fleet.names:
                kinds = [str(kind) for kind in station.kinds(name, "a1")]
                assert kinds == ["fetched", "started", "finished"]
            back = say_home(station, old)
            wait_until(lambda: len(living_at(station, back)) == NODES, LIMIT, "all are back")
            starts_at = datetime.now(UTC) + timedelta(seconds=4)
            station.publish_plan("56.1", station.airing("a2", rec, starts_at, LENGTH_S * 1000))
            wait_until(lambda: len(fleet.items("began")) == 2 * NODES, LIMIT, "all begin the next one")
        finally:
            fleet.kill()


@pytest.mark.nightly
def test_a_new_broker_that_dies_half_way_leaves_nobody_behind(brokers, tmp_path):
    """Some are there when it is killed: all sound what is planned, and meet again when it is back."""
    old, new = brokers
    with StationOnMqtt(old.url) as station:
        station.publish_keys()
        fleet = FleetProcess(
            tmp_path, old.tls_url, station, NODES, authorities=[old.authority], move_within_s=12
        )
        fleet.start()
        try:
            fleet.wait_ready()
            rec = station.add_recording(b"y" * 20_000, 2000)
            starts_at = datetime.now(UTC) + timedelta(seconds=fleet.at_least(25))
            station.publish_plan("56.1", station.airing("a1", rec, starts_at, 2000))
            wait_until(lambda: len(fleet.items("verified")) == NODES, LIMIT, "all have the recording")
            version = say_home(station, new)
            wait_until(lambda: len(living_at(station, version)) >= NODES // 3, LIMIT, "some live there")
            new.kill()
            wait_until(lambda: len(fleet.items("ended")) == NODES, LIMIT, "all have sounded it")
            assert {item["heard_ms"] for item in fleet.items("ended")} == {2000}
            new.start()
            wait_until(lambda: len(living_at(station, version)) == NODES, LIMIT, "all live at the new broker")
            wait_until(lambda: done(station, "a1") == NODES, LIMIT, "all receipts have come")
        finally:
            fleet.kill()


def done(station, airing):
    """How many nodes have told that they finished."""
    return len(
        {
            node
            for node, receipt in list(station.receipts.values())
            if receipt.airing == airing and str(receipt.kind) == "finished"
        }
    )
