"""Two stations on one PostgreSQL: the leader is killed or stopped, the other one goes on."""

import os
import signal
import time
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice

import pytest
import requests
from sqlalchemy.exc import SQLAlchemyError

from controller.errors import Unavailable
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.first_people import APPROVER
from tests.support.brokers import BrokerProcess
from tests.support.nightly import amount
from tests.support.pair import PATIENCE_S, TAKEOVER_S, Pair
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.replica import two_servers
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
HTTP_S = FAIL_OVER_S = 60.0
ROUNDS = amount(1, 10)
"""Of each kind: 20 leaders are killed by night."""
TAKEN_OVER_S = amount(3, 1) * TAKEOVER_S
"""By day other tests run beside it."""


@pytest.fixture
def pair(tmp_path, postgres):  # noqa: F811 - the fixture
    with running(tmp_path, postgres.create(migrated(postgres))) as made:
        yield made


@contextmanager
def running(folder, database_url):
    """Run two members, of which the first leads, at a broker of their own."""
    broker = BrokerProcess("mosquitto", folder)
    broker.start()
    with ExitStack() as parts:
        parts.callback(broker.stop)
        made = Pair(folder, database_url, broker.url)
        parts.callback(made.close)
        made.start("one")
        made.wait_for_leader("one")
        assert wait_until(made.watch.epoch, PATIENCE_S), made.logs()  # its first plan is out
        made.start("two")
        yield made


def other(name):
    return {"one": "two", "two": "one"}[name]


@pytest.mark.timeout(1800)
def test_a_leader_is_killed_and_nothing_is_heard_twice_or_lost(pair):
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
    (pair.folder / "seconds-to-the-next-plan.txt").write_text(str(sorted(takeovers)))
    pair.check(heard, alarms)
    assert max(takeovers) <= TAKEN_OVER_S, takeovers


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


def test_who_is_signed_in_goes_on_at_another_process_when_one_of_the_pages_is_killed(pair):
    """And what is called or stopped at a page without a station reaches the loudspeakers all the same."""
    first, second = pair.start_web("one"), pair.start_web("two")
    pair.wait_until_the_alarm_is_held()
    with requests.Session() as browser:
        said = {"ten": APPROVER, "mat_khau": pair.password(APPROVER)}
        assert browser.post(f"{first}/dang-nhap", said, timeout=HTTP_S).url == f"{first}/", pair.logs()
        held = browser.get(f"{first}/api/v1/emergencies/templates", timeout=HTTP_S).json()["prepared"]
        asked = {
            "areas": ["56"],
            "prepared": held[0]["id"],
            "alone_because": "Thử.",
            "password": pair.password(APPROVER),
        }
        called = browser.post(f"{first}/api/v1/emergencies", json=asked, timeout=HTTP_S)
        assert called.status_code == 201, called.text
        airing = called.json()["airing"]
        assert wait_until(lambda: pair.is_heard(airing, DeliveryStage.STARTED), PATIENCE_S), pair.logs()
        pair.send("web-one", signal.SIGKILL)
        stop = f"{second}/api/v1/emergencies/{called.json()['id']}/stop"
        stopped = browser.post(stop, json={"reason": "Thử xong."}, timeout=HTTP_S)
        assert stopped.status_code == 200, stopped.text
        assert wait_until(lambda: pair.state(airing) is AiringState.CANCELLED, PATIENCE_S), pair.logs()
        page = browser.get(f"{second}/", timeout=HTTP_S)
        assert (page.status_code, page.url) == (200, f"{second}/"), "signed in there, too"
    pair.close()
    pair.check([], [airing])


@pytest.mark.nightly
@pytest.mark.parametrize("with_leader", [False, True], ids=["database", "machine of both"])
def test_the_database_fails_over_in_the_middle_of_a_delivery(tmp_path, with_leader):
    """The lease is a row of the new primary, too: its holder goes on, or another takes it by a new epoch."""
    with two_servers() as servers, running(tmp_path, servers.url_of(servers.primary.create())) as pair:
        airing, first = pair.plan(), pair.watch.epoch()
        assert wait_until(lambda: pair.stages(airing), PATIENCE_S), pair.logs()
        failed_at = time.monotonic()
        if with_leader:  # first: a leader whose database is away for long stands down by itself
            pair.send("one", signal.SIGKILL)
        servers.fail_over()
        if with_leader:
            assert wait_until(lambda: pair.watch.first_above(first) is not None, PATIENCE_S), pair.logs()
        later = []
        assert wait_until(lambda: later.extend(planned_by_now(pair)) or later, PATIENCE_S), pair.logs()
        assert wait_until(lambda: pair.stages(later[0]), PATIENCE_S), pair.logs()
        assert time.monotonic() - failed_at <= FAIL_OVER_S
        assert wait_until(lambda: all(map(pair.is_heard, [airing, *later])), PATIENCE_S), pair.logs()
        pair.close()
        pair.check([airing, *later], [])


def planned_by_now(pair):
    """Plan an airing; none while the database is away."""
    try:
        return [pair.plan()]
    except (SQLAlchemyError, Unavailable):
        return []
