"""A running station collects garbage while nobody waits; by itself Python does at many more objects."""

import weakref

import pytest

from controller.host.interpreter import WORTH_IT
from tests.support.running_station import running
from tests.support.settled_interpreter import Cycle, settled  # noqa: F401 - a fixture
from tests.support.waiting import wait_until


@pytest.mark.usefixtures("settled")
def test_a_running_station_collects_garbage_while_nobody_waits(tmp_path):
    with running(tmp_path, speech_workers=0, broker="embedded"):
        made = [weakref.ref(Cycle()) for _ in range(2 * WORTH_IT)]
        # The first: a collection in the midst of making leaves too few for another.
        assert wait_until(lambda: made[0]() is None, 20)
