"""Two stations on one PostgreSQL: the leader is killed or stopped, the other one goes on."""

import os
import signal
import time
from itertools import cycle, islice

import pytest

from controller.model.airing_states import AiringState, DeliveryStage
from tests.support.brokers import BrokerProcess
from tests.support.nightly import amount
from tests.support.pair import PATIENCE_S, TAKEOVER_S, Pair
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
ROUNDS = amount(1, 10)
"""Of each kind: 20 leaders are killed by night."""


@pytest.fixture
def pair(tmp_path, postgres):  # noqa: F811 - the fixture
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    made = Pair(tmp_path, postgres.create(migrated(postgres)), broker.url)
    try:
        made.start("one")
        made.wait_for_leader("one")
        made.start("two")
        yield made
    finally:
        made.close()
        broker.stop()


def other(name):
    return {"one": "two", "two": "one"}[name]


@pytest.mark.timeout(1800)
def test_a_leader_is_killed_and_nothing_is_heard_twice_or_lost(pair, record_property):
    """In the middle of a delivery, and of an emergency: at another moment each time."""
    takeovers, heard, alarms = [], [], []
    leader = pair.wait_for_leader()
    for later in islice(cycle((6.0, 0.2, 9.0, 12.0, 3.0)), ROUNDS):
        heard.append(pair.plan())
        time.sleep(later)
        takeovers.append(pair.kill(leader))
        leader = pair.wait_for_leader(other(leader))
        assert wait_until(lambda: pair.is_heard(heard[-1]), PATIENCE_S), pair.logs()
        alarms.append(pair.call())
        time.sleep(later / 3)
        takeovers.append(pair.kill(leader))
        leader = pair.wait_for_leader(other(leader))
        assert wait_until(lambda: pair.is_heard(alarms[-1], DeliveryStage.STARTED), PATIENCE_S), pair.logs()
        pair.stop_alarm(alarms[-1])
        assert wait_until(lambda: pair.state(alarms[-1]) is AiringState.CANCELLED, PATIENCE_S), pair.logs()
    time.sleep(3)  # what would sound again would sound now
    pair.close()
    record_property("seconds to the next plan", takeovers)
    pair.check(heard, alarms)
    assert max(takeovers) <= TAKEOVER_S, takeovers


def test_a_leader_that_was_stopped_is_not_believed_when_it_wakes(pair):
    leader = pair.wait_for_leader()
    first = pair.watch.epoch()
    pair.send(leader, signal.SIGSTOP)
    airing = pair.plan()
    pair.wait_for_leader(other(leader))
    assert wait_until(lambda: pair.watch.epoch() > first, PATIENCE_S), pair.logs()
    second, woken_at = pair.watch.epoch(), time.monotonic()
    pair.send(leader, signal.SIGCONT)
    assert pair.members[leader].exit_code(PATIENCE_S) == os.EX_TEMPFAIL, "it stands down"
    assert wait_until(lambda: pair.is_heard(airing), PATIENCE_S), pair.logs()
    assert {epoch for at, epoch in pair.watch.seen if at > woken_at} <= {second}, "it published no plan"
    assert pair.leader() == other(leader)
    pair.close()
    pair.check([airing], [])
