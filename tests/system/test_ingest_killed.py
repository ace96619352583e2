"""The station is killed while receipts pour in: what was acknowledged is there, and nothing else is lost."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from controller.model.airings import StoredReceipt
from controller.trial.bench_ingest import loaded
from controller.trial.simulated import key_seed
from controller.trial.station_apart import StationApart
from tests.support.brokers import BrokerProcess
from tests.support.running_station import found_home
from tests.support.waiting import wait_until

NODES, A_SECOND, SECONDS = 60, 200, 5.0


def received(station):
    with station.store.read() as session:
        return session.scalar(select(func.count()).select_from(StoredReceipt))


@pytest.mark.slow
def test_what_was_acknowledged_before_a_kill_is_in_the_database(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    home = tmp_path / "home"
    home.mkdir()
    asked = {"home": str(home), "nodes": NODES, "broker": "mosquitto", "broker_url": broker.url}
    asked["pages"] = False
    first, second = StationApart(home, asked | {"airings": 2}), StationApart(home, asked)
    try:
        found_home(first.settings)
        first.start()
        load = {
            "port": urlsplit(broker.url).port,
            "nodes": [node.id for node in first.nodes],
            "airings": first.told["airings"],
            "key_seed": key_seed(first.settings).hex(),
            "reference": False,
            "seconds": SECONDS,
            "warm": 0.0,
            "rate": A_SECOND,
            "window": 10_000,
            "apart": 0.0,
            "drain": 90.0,
        }
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(loaded, load, tmp_path)
            assert wait_until(lambda: received(first) > 2 * A_SECOND)
            os.kill(first.pid, signal.SIGKILL)
            second.start_again(first.told["nodes"])
            told = sending.result()
        with second.store.read() as session:
            kept = set(session.scalars(select(StoredReceipt.id)))
    finally:
        second.stop()
        first.stop()
        broker.stop()
    acknowledged = set(told["_acknowledged"])
    assert acknowledged - kept == set()
    assert told["unacknowledged"] == 0
    assert len(kept) == told["receipts"] == len(acknowledged)
    assert told["repeated"] > 0, "the station was not killed while receipts were on their way"
