"""What the broker retains is made good, whatever goes wrong while it is."""

import sqlite3
from contextlib import closing

import pytest

from controller.errors import Busy
from controller.station import publisher as publishing
from controller.station.publisher import Publisher
from controller.store import Store
from devices.memory_link import MemoryBroker, MemoryLink


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
