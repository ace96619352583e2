"""How long a station that was away listens before it moves anything."""

import pytest

from controller.runtime.startup_grace import Settling

PATIENCE = 3.0


@pytest.fixture
def seconds():
    return [50.0]


@pytest.fixture
def settling(seconds):
    settling = Settling(PATIENCE, lambda: seconds[0])
    settling.begin()
    return settling


def test_it_waits_out_its_patience_even_when_nobody_speaks(settling, seconds):
    assert not settling.look(0, 0)
    seconds[0] += PATIENCE - 0.1
    assert not settling.look(0, 0)
    seconds[0] += 0.1
    assert settling.look(0, 0)


def test_the_patience_counts_from_the_first_contact_with_the_broker(settling, seconds):
    seconds[0] += 2
    settling.heard()
    seconds[0] += 2
    settling.heard()
    assert not settling.look(0, 0)
    seconds[0] += 1
    assert settling.look(0, 0)


def test_what_had_arrived_by_then_has_to_be_written_first(settling, seconds):
    seconds[0] += PATIENCE
    assert not settling.look(arrived=500, written=120)
    assert settling.look(arrived=900, written=500)


def test_a_node_that_never_stops_talking_keeps_nobody_waiting(settling, seconds):
    arrived = 0
    for _ in range(20):
        seconds[0] += 0.5
        arrived += 10
        if settling.look(arrived, written=arrived - 1):
            break
    assert seconds[0] - 50 <= PATIENCE + 0.5


def test_a_database_that_writes_nothing_keeps_it_no_longer_than_three_times_the_patience(settling, seconds):
    seconds[0] += 3 * PATIENCE - 0.1
    assert not settling.look(arrived=1, written=0)
    seconds[0] += 0.1
    assert settling.look(arrived=1, written=0)


def test_it_stays_over(settling, seconds):
    seconds[0] += PATIENCE
    assert settling.look(0, 0)
    assert settling.look(arrived=10, written=0)
