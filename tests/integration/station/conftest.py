"""Parts of the station on a real store."""

import pytest

from tests.support.brokers import BrokerProcess, is_available
from tests.support.parts import missing
from tests.support.station_world import SqliteWorlds


@pytest.fixture(scope="session")
def worlds(tmp_path_factory):
    return SqliteWorlds(tmp_path_factory.mktemp("seed"))


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def mosquitto(tmp_path):
    """Return a broker of its own."""
    if not is_available("mosquitto"):
        missing("mosquitto")
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    yield broker
    broker.stop()
