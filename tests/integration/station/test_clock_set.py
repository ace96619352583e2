"""A running station whose machine's clock is set."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.app import Controller
from controller.clocks import utc_now
from controller.features.accounts.queries import operator_named
from controller.features.airings.service import plan_airing
from controller.features.plans.queries import count_unacknowledged
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin
from controller.model.first_people import APPROVER
from controller.runtime.time_service import TimeService
from devices import topics
from devices.ids import AreaCode, NodeId, Role
from devices.jose import SigningKey
from devices.messages import TimeRequest
from tests.support.crashing_station import make_home, settings_of
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.waiting import wait_until

HALF_AN_HOUR = timedelta(minutes=30)


class Machine:
    """A machine's clock, set by the test."""

    set_by = timedelta(0)

    def now(self):
        return utc_now() + self.set_by


def plan(station, starts_in=HALF_AN_HOUR):
    with station.store.write() as session:
        planned = plan_airing(
            session,
            session.scalars(select(Bulletin)).one().id,
            areas=[AreaCode("56")],
            starts_at=station.now() + starts_in,
            by=operator_named(session, APPROVER),
            now=station.now(),
        )
    station.wake()
    return planned.id


def state_of(station, airing):
    with station.store.read() as session:
        return session.get(Airing, airing).state


def all_is_published(station):
    with station.store.read() as session:
        return count_unacknowledged(session) == 0


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def home(tmp_path):
    make_home(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def start(home, machine):
    """Starts the station of the home; whatever still runs is stopped in the end."""
    stations = []

    def started():
        station = Controller(settings_of(home, ""), serve_pages=False, now=machine.now)
        station.start()
        stations.append(station)
        return station

    yield started
    for station in stations:
        station.stop()


def test_a_clock_that_jumps_ahead_for_a_moment_costs_no_airing(start, machine):
    station = start()
    airing = plan(station)
    assert wait_until(lambda: state_of(station, airing) is AiringState.DELIVERING)
    assert wait_until(lambda: all_is_published(station))
    machine.set_by = timedelta(hours=2)
    for _ in range(4):
        station._work()
    machine.set_by = timedelta(0)
    station._work()
    assert state_of(station, airing) is AiringState.DELIVERING


def test_a_clock_that_is_set_back_right_after_a_start_does_not_keep_the_station_silent(start, machine):
    first = start()
    plan(first)
    assert wait_until(lambda: all_is_published(first))
    first.stop()
    second = start()
    second.wall.still_for = 1.0
    machine.set_by = -timedelta(hours=1)
    airing = plan(second, timedelta(hours=2))
    assert wait_until(lambda: state_of(second, airing) is AiringState.DELIVERING)


def test_no_node_is_told_the_time_while_the_stations_own_clock_is_in_doubt():
    broker = MemoryBroker()
    answered = threading.Event()
    station, node = (
        MemoryLink(broker, "station"),
        MemoryLink(broker, "n1", on_message=lambda _: answered.set()),
    )
    node.subscribe(topics.time_reply(NodeId("n1")))
    station.start()
    node.start()
    broker.deliver()
    now = utc_now()
    key = SigningKey.generate(Role.STATION, now, timedelta(days=1))
    believed = threading.Event()
    time_service = TimeService(station, key, utc_now, believed.is_set)
    request = TimeRequest(node=NodeId("n1"), sent_us=1).payload()
    time_service.take(NodeId("n1"), request)
    assert time_service._requests.empty()
    believed.set()
    time_service.take(NodeId("n1"), request)
    believed.clear()
    time_service._answer(*time_service._requests.get_nowait())
    broker.deliver()
    assert not answered.is_set()
    believed.set()
    time_service.take(NodeId("n1"), request)
    time_service._answer(*time_service._requests.get_nowait())
    broker.deliver()
    assert answered.is_set()


def test_a_clock_request_that_cannot_be_answered_costs_no_later_one_its_answer():
    broker = MemoryBroker()
    answered, faults = threading.Event(), [OSError("the clock cannot be read")]
    station, node = (
        MemoryLink(broker, "station"),
        MemoryLink(broker, "n1", on_message=lambda _: answered.set()),
    )
    node.subscribe(topics.time_reply(NodeId("n1")))
    station.start()
    node.start()
    broker.deliver()

    def now():
        if faults and threading.current_thread().name == "time-service":
            raise faults.pop()
        return utc_now()

    time_service = TimeService(station, SigningKey.generate(Role.STATION, utc_now(), timedelta(days=1)), now)
    time_service.start()
    request = TimeRequest(node=NodeId("n1"), sent_us=1).payload()
    time_service.take(NodeId("n1"), request)
    assert wait_until(lambda: not faults)
    time_service.take(NodeId("n1"), request)
    assert wait_until(lambda: broker.deliver() >= 0 and answered.is_set())
    time_service.stop()
