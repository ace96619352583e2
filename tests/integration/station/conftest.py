"""Parts of the station on a real store."""

import pytest

from tests.support.brokers import BrokerProcess, is_available
from tests.support.parts import missing


@pytest.fixture
def mosquitto(tmp_path):
    """Return a broker of its own."""
    if not is_available("mosquitto"):
        missing("mosquitto")
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    yield broker
    broker.stop()
