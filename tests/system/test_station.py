"""The whole station with a real broker and real nodes, and what it does when parts of it go away."""

import base64
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from controller.errors import LoaError, StartFailed
from controller.features.accounts.queries import operator_named
from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.doctor.invariants import invariants
from controller.features.imports.bulletin_files import TitledText
from controller.features.withdrawals.service import withdraw_bulletin
from controller.host.station_keys import Secrets
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.first_people import APPROVER
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from tests.support import stranger_node
from tests.support.brokers import BrokerProcess
from tests.support.running_station import (
    NODES,
    OVER,
    PROVINCE,
    air_short,
    key_of,
    outcome,
    playing,
    running,
)

pytestmark = pytest.mark.slow
PATIENCE = 90.0


def _wait_until(check, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.2)
    return False


def _is_sound(station) -> bool:
    with station.store.read() as session:
        return invariants(session, now=datetime.now(UTC)) == []


def _all_heard(station, airing) -> bool:
    state, rungs, _ = outcome(station, airing)
    return state is AiringState.AIRED and all(rung >= DeliveryStage.FINISHED for rung in rungs.values())


@pytest.mark.parametrize(
    "broker",
    # by day Mosquitto carries the airings of the tests below, which lose and get it
    ["embedded", pytest.param("mosquitto", marks=pytest.mark.nightly)],
)
def test_every_node_hears_an_approved_bulletin(tmp_path, broker):
    with running(tmp_path, broker=broker) as station, playing(station):
        _, airing = air_short(station)
        assert _wait_until(lambda: _all_heard(station, airing)), outcome(station, airing)
        assert len(outcome(station, airing)[1]) == len(NODES)
        assert _is_sound(station)


def test_a_node_by_a_stranger_verifies_fetches_and_plays(tmp_path):
    with running(tmp_path) as station:
        _, airing = air_short(station)
        report = stranger_node.run(
            station.broker_url,
            Secrets(tmp_path).root_public.read_text().strip(),
            NODES[0].id,
            ["56", str(NODES[0].area)],
            until=datetime.now(UTC) + timedelta(seconds=PATIENCE),
            key=base64.urlsafe_b64decode(key_of(station, NODES[0].id).to_text() + "="),
        )
        assert _wait_until(lambda: outcome(station, airing)[1][NODES[0].id] >= DeliveryStage.FINISHED)
        played = report.played[0]
        with station.store.read() as session:
            recording = get_airing(session, airing).recording
        assert played.data == station.recordings.read(recording)
        assert abs((played.began_at - played.planned_at).total_seconds()) < 0.5  # a busy machine's timers
        assert not report.uncommitted


def test_a_broker_that_is_not_there_yet_delays_the_airing_and_loses_nothing(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    with running(tmp_path / "home", broker_url=broker.url) as station:
        _, airing = air_short(station)
        assert _wait_until(lambda: outcome(station, airing)[0] is AiringState.DELIVERING)
        assert not station.broker_up()
        broker.start()
        try:
            with playing(station):
                assert _wait_until(lambda: _all_heard(station, airing)), outcome(station, airing)
                assert _is_sound(station)
        finally:
            broker.stop()


def test_a_broker_that_dies_in_the_middle_and_comes_back_empty_costs_nobody_the_airing(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    with running(tmp_path / "home", broker_url=broker.url, lead_seconds=12.0) as station, playing(station):
        _, airing = air_short(station)
        assert _wait_until(lambda: outcome(station, airing)[0] is AiringState.DELIVERING)
        time.sleep(1.5)
        broker.kill()
        time.sleep(2)
        broker.start()
        try:
            assert _wait_until(lambda: _all_heard(station, airing)), outcome(station, airing)
            assert _is_sound(station)
        finally:
            broker.stop()


def test_a_silent_voice_is_told_and_nothing_is_aired(tmp_path):
    with running(tmp_path, engine="silent") as station:
        job = TrialRun(station, Stages(quiet=True))
        with pytest.raises(LoaError, match="không phát ra tiếng"):
            job.render(TitledText("Thử", "Xin chào bà con."))
        assert _is_sound(station)


def test_a_withdrawn_bulletin_falls_silent_while_it_sounds(tmp_path):

    with running(tmp_path) as station, playing(station):
        job = TrialRun(station, Stages(quiet=True))
        bulletin = job.render(TitledText("Thử", "Xin chào bà con. " * 40))
        job.approve(bulletin)
        airing = job.air(bulletin, PROVINCE, station.now() + timedelta(seconds=1))
        assert _wait_until(
            lambda: min(outcome(station, airing)[1].values(), default=0) >= DeliveryStage.STARTED
        )
        with station.store.write() as session:
            by = operator_named(session, APPROVER)
            withdraw_bulletin(session, bulletin, by=by, now=station.now())
        station.wake()
        assert _wait_until(lambda: outcome(station, airing)[0] in OVER)

        def deliveries():
            with station.store.read() as session:
                return list(deliveries_of(session, airing))

        assert _wait_until(lambda: all(one.reason and one.heard_ms > 0 for one in deliveries()))
        assert max(one.heard_ms for one in deliveries()) < outcome(station, airing)[2]


def test_a_port_that_is_taken_is_told_and_nothing_is_left_running(tmp_path, free_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        with (
            pytest.raises(StartFailed, match=str(free_port)),
            running(tmp_path, serve_pages=True, port=free_port),
        ):
            pass


def test_an_address_that_is_no_brokers_is_told(tmp_path):
    with pytest.raises(StartFailed, match="mqtt://"), running(tmp_path, broker_url="http://nowhere"):
        pass
