"""Real brokers for fleets."""

import pytest

from tests.support.brokers import KINDS, BrokerProcess, is_available


@pytest.fixture(params=KINDS)
def broker(request, tmp_path):
    if not is_available(request.param):
        pytest.skip(f"{request.param} is not installed here")
    process = BrokerProcess(request.param, tmp_path)
    process.start()
    yield process
    process.stop()
