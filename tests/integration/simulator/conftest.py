"""Real brokers for fleets."""

import pytest

from tests.support.brokers import BY_DAY, BrokerProcess, is_available
from tests.support.parts import missing


@pytest.fixture(params=BY_DAY)
def broker(request, tmp_path):
    if not is_available(request.param):
        missing(request.param)
    process = BrokerProcess(request.param, tmp_path)
    process.start()
    yield process
    process.stop()
