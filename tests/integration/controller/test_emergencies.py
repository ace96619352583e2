"""What of emergencies depends on the database's engine: folding who holds what, and silencing in part."""

from datetime import timedelta

import pytest

from controller.features.airings.queries import targets_of
from controller.features.emergencies.queries import prepared_views, running_in
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.emergencies.stopping import stop_in
from controller.model.emergency_states import Kind
from controller.model.times import Times
from tests.support.alarms import SOUNDS, hold, prepared
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE

pytestmark = pytest.mark.both_databases


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
    name = prepared(world)
    times = Times(least_lead=timedelta(seconds=5))
    started = world.do(
        call_alone, WantedCall([PROVINCE], name), "Lũ.", by=world.approver, password=PASSWORD, times=times
    )
    ended, changed = world.do(stop_in, [NHA_TRANG], by=world.officer)
    assert [row.id for row in ended] == [started.row.id]
    targets = world.ask(lambda session: targets_of(session, [started.row.airing]))[started.row.airing]
    assert len(targets) == 64
    assert changed == {PROVINCE, *targets}
    assert world.ask(running_in, [NHA_TRANG]) == []
    assert len(world.ask(running_in, [BAC_NHA_TRANG])) == 1
    world.publish()
