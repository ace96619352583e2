"""What the broker retains is made good, whatever goes wrong while it is."""

import getpass
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing

import pytest

from controller.errors import Busy
from controller.features.fleet.queries import get_node
from controller.features.plans.queries import retained_state, unacknowledged
from controller.runtime import publisher as publishing
from controller.runtime.due import AT_REST
from controller.runtime.publisher import Publisher
from controller.store import Store
from devices import topics
from devices.jose import read_payload
from devices.link import Link
from tests.support.brokers import MOSQUITTO
from tests.support.children import end
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.parts import missing
from tests.support.station_world import NHA_TRANG, NODES


@pytest.fixture
def broker():
    broker = MemoryBroker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def link(broker):
    link = MemoryLink(broker, "loa-station")
    link.start()
    broker.deliver()
    return link


@pytest.fixture
def impatient(world):
    """The world's database, by a store that waits for its turn only a moment."""
    store = Store(str(world.store.url), signer=world.store.signer, wait_seconds=0.1)
    yield store
    store.close()


def test_a_database_that_is_busy_does_not_end_the_repair_of_the_retained_state(
    world, broker, link, impatient, monkeypatch
):
    monkeypatch.setattr(publishing, "_WINDOW", 1)  # so that the first document's own commit breaks it off
    publisher = Publisher(impatient, link, world.station_key, lambda: world.now)
    world.plan(world.approved())
    world.advance()
    publisher.beat()
    retained = dict(broker.retained)
    broker.fail(forget=True)
    broker.recover()
    broker.deliver()
    publisher.connected()
    with closing(sqlite3.connect(world.store.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            publisher.renew()
        other.execute("ROLLBACK")
    publisher.renew()
    broker.deliver()
    assert broker.retained == retained
    assert len(retained) >= 4


CONF = """
listener {port} 127.0.0.1
user {user}
allow_anonymous true
persistence false
log_dest none
acl_file {rules}
"""
ALL_BUT_PLANS = "topic readwrite loa/v1/#\ntopic deny loa/v1/plan/#\n"
ALL = "topic readwrite loa/v1/#\n"


class Strict:
    """A real broker that refuses plans until its rules are changed."""

    def __init__(self, folder, port):
        self.rules = folder / "rules"
        self.rules.write_text(ALL_BUT_PLANS)
        (folder / "conf").write_text(CONF.format(port=port, user=getpass.getuser(), rules=self.rules))
        self.url = f"mqtt://127.0.0.1:{port}"
        self._process = subprocess.Popen([str(MOSQUITTO), "-c", str(folder / "conf")])

    def relent(self):
        self.rules.write_text(ALL)
        self._process.send_signal(signal.SIGHUP)

    def stop(self):
        end(self._process)


@pytest.fixture
def strict(tmp_path, free_port):
    if not MOSQUITTO.exists():
        missing("Mosquitto")
    strict = Strict(tmp_path, free_port)
    yield strict
    strict.stop()


@pytest.fixture
def refused(world, strict):
    """A publisher at that broker with one airing to publish; its clock is moved by the test."""
    up = threading.Event()
    link = Link(strict.url, "loa-station", on_up=up.set)
    link.start()
    assert up.wait(20)
    clock = [100.0]
    publisher = Publisher(world.store, link, world.station_key, lambda: world.now, clock=lambda: clock[0])
    world.plan(world.approved())
    world.advance()
    yield publisher, clock
    link.stop()


def not_taken(caplog):
    return [line for line in caplog.messages if "did not take" in line]


def waiting(world):
    return [document.topic for document in world.ask(unacknowledged)]


def test_a_document_that_the_broker_refuses_is_logged_once_and_offered_less_and_less(world, refused, caplog):
    publisher, clock = refused
    offered = []
    publish = publisher.link.publish
    publisher.link.publish = lambda topic, *rest, **more: (
        offered.append((topic, clock[0])) or publish(topic, *rest, **more)
    )
    for _ in range(120):
        publisher.beat()
        clock[0] += 0.5
    plan = topics.plan(NHA_TRANG)
    assert [at - 100 for topic, at in offered if topic == plan] == [0, 1, 3, 7, 15, 31]
    assert len(not_taken(caplog)) == 1
    assert plan in not_taken(caplog)[0]
    assert "authorized" in not_taken(caplog)[0].lower()
    assert waiting(world) == [plan]


def test_a_document_that_was_refused_is_taken_once_the_broker_relents(world, refused, strict):
    publisher, clock = refused
    publisher.beat()
    assert waiting(world) == [topics.plan(NHA_TRANG)]
    strict.relent()
    for _ in range(50):
        clock[0] += 60
        publisher.beat()
        if not waiting(world):
            break
    assert waiting(world) == []


def test_retained_state_that_is_refused_when_given_again_waits_for_the_broker_anew(world, refused):
    publisher, _ = refused
    world.publish()  # another broker took it all
    publisher.connected()
    publisher.renew()
    assert waiting(world) == [topics.plan(NHA_TRANG)]


def test_plans_are_built_anew_after_a_decision_and_not_because_nodes_report(world, link, impatient):
    clock = [100.0]
    publisher = Publisher(world.store, link, world.station_key, lambda: world.now, clock=lambda: clock[0])
    for _ in range(3):  # what it writes itself is a change too
        publisher.beat()
    airing = planned_from_elsewhere(world, impatient)
    publisher.beat()
    with world.store.write(is_report=True) as session:
        get_node(session, NODES[0].id).software = "2"
    publisher.beat()
    assert not named_in_plans(world, airing), "built anew though nobody decided anything"
    with world.store.write() as session:
        get_node(session, NODES[0].id).name = "another"
    publisher.beat()
    assert named_in_plans(world, airing)


def test_what_another_program_decided_is_in_the_plans_after_a_while(world, link, impatient):
    clock = [100.0]
    publisher = Publisher(world.store, link, world.station_key, lambda: world.now, clock=lambda: clock[0])
    for _ in range(3):  # what it writes itself is a change too
        publisher.beat()
    airing = planned_from_elsewhere(world, impatient)
    clock[0] += AT_REST
    publisher.beat()
    assert named_in_plans(world, airing)


def planned_from_elsewhere(world, other):
    """An airing on its way, written by another program."""
    world.store, own = other, world.store
    airing = world.plan(world.approved())
    world.advance()
    world.store = own
    return airing


def named_in_plans(world, airing):
    plans = (one for one in world.ask(retained_state) if "/plan/" in one.topic)
    return any(airing in str(read_payload(one.payload.decode())) for one in plans)
