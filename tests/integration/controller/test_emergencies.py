"""What of emergencies depends on the database's engine: folding who holds what, silencing in part, locks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.features.airings.queries import targets_of
from controller.features.emergencies.queries import prepared_views, running_in
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.emergencies.stopping import stop_in
from controller.features.journal.service import record
from controller.model.airings import Airing
from controller.model.emergency_states import Kind
from controller.model.times import Times
from tests.support.alarms import SOUNDS, hold, prepared
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE
from tests.support.waiting import is_waiting, wait_until

pytestmark = pytest.mark.both_databases


def alone(world, name):
    times = Times(least_lead=timedelta(seconds=5))
    call = WantedCall([PROVINCE], name)
    return world.do(call_alone, call, "Lũ.", by=world.approver, password=PASSWORD, times=times)


def test_who_holds_a_recording_is_told_by_receipts_late_twice_and_out_of_order(world):
    name, other = prepared(world), prepared(world, Kind.ALL_CLEAR)
    sound = SOUNDS[Kind.ALARM].recording
    hold(world, name, nodes=[NODES[0].id, NODES[2].id])
    world.later(seconds=1)
    world.tell(NODES[0].id, name, "lost", recording=sound, reason="recording-spoilt")
    world.tell(NODES[0].id, name, "kept", recording=sound, at=world.now - timedelta(seconds=5))
    world.tell(NODES[1].id, "keep-unknown", "kept", recording=sound)
    views = {view.row.id: view.readiness for view in world.ask(prepared_views, [PROVINCE], world.now)}
    assert (views[name].nodes, views[name].online, views[name].held) == (4, 2, 1)
    assert views[other].held == 0


def test_it_ends_in_one_commune_and_goes_on_in_all_others(world):
    started = alone(world, prepared(world))
    ended, changed = world.do(stop_in, [NHA_TRANG], by=world.officer)
    assert [row.id for row in ended] == [started.row.id]
    targets = world.ask(lambda session: targets_of(session, [started.row.airing]))[started.row.airing]
    assert len(targets) == 64
    assert changed == {PROVINCE, *targets}
    assert world.ask(running_in, [NHA_TRANG]) == []
    assert len(world.ask(running_in, [BAC_NHA_TRANG])) == 1
    world.publish()


def test_who_starts_waits_for_who_advances_airings_and_does_not_hold_up_the_journal(world):
    alone(world, prepared(world))
    name = prepared(world)
    with ThreadPoolExecutor() as threads:
        with world.store.write() as session:  # as a beat does: airings first, then the journal
            session.scalars(select(Airing).with_for_update()).all()
            starting = threads.submit(alone, world, name)
            assert wait_until(lambda: is_waiting(world.store))
            record(session, None, "airing.sounding", "of the beat", world.now)
        started = starting.result()
    assert [row.id for row, _ in world.ask(running_in, [PROVINCE])] == [started.row.id]
