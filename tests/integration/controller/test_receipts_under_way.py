"""Whoever judges an airing while receipts of it are written does so as if they came before, or after."""

from datetime import timedelta
from threading import Thread

import pytest

from controller.features.airings.queries import get_airing
from controller.features.doctor.invariants import invariants
from controller.features.reports.queries import noted_of
from controller.features.reports.service import note_aired
from controller.model.airing_states import AiringState
from controller.runtime.receipt_ingestion import fold_receipts
from controller.runtime.receipt_judging import judge, node_keys
from tests.support.station_world import NODES
from tests.support.waiting import is_waiting, wait_until

HERE, THERE = NODES[0].id, NODES[1].id


def sounding(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    return airing, start


def while_written(world, told, act, *args):
    """Do something while receipts are written that are not committed yet."""
    judged = judge([told], world.ask(node_keys, {told.node}))
    acting = Thread(target=act, args=args)
    with world.store.write() as session:
        fold_receipts(session, judged, now=world.now)
        acting.start()
        assert wait_until(lambda: not acting.is_alive() or is_waiting(world.store))
    acting.join()


@pytest.mark.both_databases
def test_the_as_aired_log_lacks_nothing(world):
    airing, start = sounding(world)
    world.tell(THERE, airing, "started", at=start)
    world.later(seconds=90)
    assert world.advance().aired == [airing]
    told = world.said(HERE, world.fields(airing, "started", at=start, heard_ms=20_000))
    while_written(world, told, world.do, note_aired)
    while world.do(note_aired):
        pass
    assert world.ask(noted_of, airing)[HERE][1].started_at == start
    assert world.ask(invariants, now=world.now) == []


@pytest.mark.both_databases
def test_an_airing_is_not_called_missed(world):
    airing, start = sounding(world)
    world.later(seconds=90)
    end = start + timedelta(seconds=60)
    told = world.said(
        HERE, world.fields(airing, "started", at=start), world.fields(airing, "finished", at=end)
    )
    while_written(world, told, world.advance)
    assert world.ask(get_airing, airing).state is AiringState.AIRED
