"""Vitals are gathered: the newest of each node is written every two seconds, its history once a minute."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from controller.errors import Busy
from controller.features.fleet.queries import get_node
from controller.features.fleet.vitals_log import recent_of
from controller.features.fleet.vitals_samples import quarter_of, read
from controller.runtime.vitals_batch import VitalsWriter
from controller.store import Store
from devices.ids import NodeId
from devices.messages import Vitals
from tests.support.station_world import NODES

NODE, OTHER = NODES[0].id, NODES[1].id


class Steady:
    """Steady seconds that a test sets."""

    at = 100.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Steady()


@pytest.fixture
def writer(world, clock):
    store = Store(str(world.store.url), signer=world.store.signer, wait_seconds=0.1)
    yield VitalsWriter(store, clock)
    store.close()


def vitals(world, node=NODE, session=1, **fields):
    told = {"clock_offset_ms": 0.0, "clock_error_ms": 1.0, "volume": 70, "storage_free": 1} | fields
    return Vitals(node=node, session=session, at=world.now, **told)


def history(world, node=NODE):
    quarter = quarter_of(world.now)
    rows = world.ask(recent_of, node, quarter - 1, quarter + 2)
    return [sample for _, text in rows for sample in read(text)]


def test_the_newest_of_a_node_is_written_within_two_seconds_and_its_history_within_two_minutes(
    world, writer, clock
):
    writer.write()
    writer.take(vitals(world, volume=10), world.now)
    writer.take(vitals(world, volume=20), world.now + timedelta(seconds=1))
    clock.at += 1
    writer.write()
    assert world.ask(get_node, NODE).vitals is None
    clock.at += 1
    writer.write()
    node = world.ask(get_node, NODE)
    assert (node.volume, node.vitals["volume"]) == (20, 20)
    assert node.last_heard_at == world.now + timedelta(seconds=1)
    assert history(world) == []
    clock.at += 118
    writer.write()
    assert [sample.figures[1] for sample in history(world)] == [10, 20]
    clock.at += 120
    writer.write()
    assert len(history(world)) == 2


def test_while_receipts_wait_the_newest_is_written_once_in_ten_seconds(world, writer, clock):
    writer.write()
    for second in range(1, 10):
        writer.take(vitals(world, volume=second), world.now)
        clock.at += 1
        writer.write(receipts_wait=True)
        assert world.ask(get_node, NODE).vitals is None
    clock.at += 1
    writer.write(receipts_wait=True)
    assert world.ask(get_node, NODE).volume == 9


def test_a_node_that_says_much_loses_none_of_its_history(world, writer):
    for second in range(100):
        writer.take(vitals(world), world.now + timedelta(seconds=second))
        writer.write()
    writer.write(everything=True)
    assert len(history(world)) == 100


def test_what_waits_is_written_when_the_station_stops(world, writer):
    writer.take(vitals(world, volume=33), world.now)
    writer.write(everything=True)
    assert world.ask(get_node, NODE).volume == 33
    assert len(history(world)) == 1


def test_what_the_database_does_not_take_now_is_kept(world, writer, clock):
    writer.take(vitals(world, volume=44), world.now)
    with closing(sqlite3.connect(world.store.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            writer.write(everything=True)
        other.execute("ROLLBACK")
    writer.take(vitals(world, OTHER), world.now)
    clock.at += 120
    writer.write()
    assert world.ask(get_node, NODE).volume == 44
    assert (len(history(world)), len(history(world, OTHER))) == (1, 1)


def test_a_word_that_cannot_be_written_costs_no_other_node_its_own(world, writer):
    bad = vitals(world).model_copy(update={"level_dbfs": object()})
    writer.take(vitals(world, OTHER, volume=55), world.now)
    writer.take(bad, world.now)
    writer.write(everything=True)
    assert world.ask(get_node, OTHER).volume == 55
    assert world.ask(get_node, NODE).vitals is None


def test_strangers_are_left_out_and_hardware_that_was_replaced_is_not_heard(world, writer):
    writer.take(vitals(world, session=5), world.now)
    writer.write(everything=True)
    writer.take(vitals(world, NodeId("stranger")), world.now)
    with world.store.write() as session:
        get_node(session, NODE).first_session = 6
    writer.take(vitals(world, session=5, volume=1), world.now)
    writer.write(everything=True)
    assert world.ask(get_node, NODE).volume == 70
    assert len(history(world)) == 1
