"""Emergencies are called by two, started at once, end when asked, and leave their traces."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.planning import AgainstPolicy
from controller.features.airings.queries import get_airing, targets_of
from controller.features.bulletins.queries import waiting_renderings
from controller.features.emergencies.preparation import prepare, release, write_from_template
from controller.features.emergencies.queries import (
    emergencies,
    get_emergency,
    prepared_views,
    running_in,
)
from controller.features.emergencies.service import (
    WantedCall,
    call_alone,
    call_emergency,
    confirm_emergency,
    sound_all_clear,
    start_test,
)
from controller.features.emergencies.stopping import stop_emergency, stop_in
from controller.features.emergencies.texts import TEMPLATES
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.queries import facts_of, get_node
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.plans.policy_signing import sign_policy
from controller.features.reports.queries import aired_between
from controller.features.reports.service import note_aired
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.emergency_states import CALL_LIFE, EmergencyState, Kind
from controller.model.journal import Entry
from controller.model.speech import Speech
from controller.model.times import Times
from devices.ids import Grade
from devices.messages import Vitals
from devices.plan import EMERGENCY_FLOOR
from devices.statements import QuietHours
from tests.support.alarms import SOUNDS, hold, prepared
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE
from tests.support.stored_rows import note_vitals, published_plans

TIMES = Times(least_lead=timedelta(seconds=5))


def alone(world, name, areas=(PROVINCE,), **how):
    return world.do(
        call_alone,
        WantedCall(areas, name, **how),
        "Lũ về lúc nửa đêm.",
        by=world.approver,
        password=PASSWORD,
        times=TIMES,
    )


def airing_of(world, row):
    return world.ask(lambda session: get_airing(session, get_emergency(session, row.id).airing))


def journal(world):
    return world.ask(lambda session: list(session.scalars(select(Entry.act).order_by(Entry.seq))))


def plan_in(world, area):
    return {a.airing: a for plan in world.ask(published_plans, area) for a in plan.airings}


def test_a_prepared_recording_is_named_by_the_plan_once_it_is_approved_and_told_by_those_who_hold_it(world):
    name = prepared(world)
    world.publish()
    (kept,) = [kept for plan in world.ask(published_plans, NHA_TRANG) for kept in plan.keep]
    assert (kept.name, kept.recording, kept.test) == (name, SOUNDS[Kind.ALARM].recording, False)
    hold(world, name, nodes=[NODES[0].id, NODES[2].id])
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    ready = view.readiness
    assert (ready.nodes, ready.online, ready.held, ready.ready) == (4, 2, 2, 2)
    (view,) = world.ask(prepared_views, [NHA_TRANG], world.now)
    assert (view.readiness.nodes, view.readiness.ready) == (2, 1)
    world.later(seconds=1)
    lost = SOUNDS[Kind.ALARM].recording
    world.tell(NODES[0].id, name, "lost", recording=lost, reason="recording-spoilt")
    world.tell(NODES[0].id, name, "kept", recording=lost, at=world.now - timedelta(seconds=5))
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    assert (view.readiness.online, view.readiness.held) == (2, 1)


def test_what_is_released_or_withdrawn_is_kept_no_longer(world):
    first, second = prepared(world), prepared(world, Kind.ALL_CLEAR)
    world.do(release, first, by=world.approver)
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    assert view.row.id == second
    world.do(withdraw_bulletin, view.bulletin.id, by=world.approver)
    world.publish()
    assert not any(plan.keep for plan in world.ask(published_plans, PROVINCE))
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    assert view.sound is None


def test_the_built_in_texts_are_written_for_their_place_and_wait_for_an_approver(world):
    for one in TEMPLATES:
        world.do(write_from_template, one.key, NHA_TRANG, by=world.officer, speech=Speech())
    views = world.ask(prepared_views, [NHA_TRANG], world.now)
    assert {view.row.template: view.bulletin.test for view in views} == {
        one.key: one.kind is Kind.TEST for one in TEMPLATES
    }
    assert all(view.sound is None for view in views)


def test_a_test_is_prepared_of_a_test_alone(world):
    with pytest.raises(Conflict, match="bản thử"):
        world.do(prepare, world.approved(), Kind.TEST, PROVINCE, by=world.approver)
    with pytest.raises(Conflict, match="bản thử"):
        world.do(prepare, world.approved(test=True), Kind.ALARM, PROVINCE, by=world.approver)


def test_two_people_start_an_emergency_and_it_stands_in_the_plan_at_once(world):
    name = prepared(world)
    hold(world, name)
    called = world.do(call_emergency, WantedCall([NHA_TRANG], name), by=world.officer, password=PASSWORD)
    assert called.changed == frozenset()
    assert world.ask(running_in, [PROVINCE]) == []
    with pytest.raises(Conflict, match="không tự xác nhận"):
        world.do(confirm_emergency, called.row.id, by=world.officer, password=PASSWORD, times=TIMES)
    started = world.do(confirm_emergency, called.row.id, by=world.approver, password=PASSWORD, times=TIMES)
    airing = airing_of(world, started.row)
    assert (airing.state, airing.grade, airing.volume) == (AiringState.DELIVERING, Grade.EMERGENCY, 100)
    assert airing.starts_at - world.now == TIMES.called_lead
    assert airing.every_ms == 22_000
    assert timedelta(minutes=59) < timedelta(milliseconds=airing.duration_ms) <= timedelta(hours=1)
    world.publish()
    named = plan_in(world, NHA_TRANG)[airing.id]
    assert (named.every_ms, named.grade) == (22_000, Grade.EMERGENCY)
    assert airing.id not in plan_in(world, BAC_NHA_TRANG)
    assert [act for act in journal(world) if act in {"emergency.called", "emergency.confirmed"}] == [
        "emergency.called",
        "emergency.confirmed",
    ]


def test_two_officers_alone_start_nothing_and_a_call_lapses(world):
    name = prepared(world)
    called = world.do(call_emergency, WantedCall([NHA_TRANG], name), by=world.officer, password=PASSWORD)
    with pytest.raises(NotAllowed):
        world.do(confirm_emergency, called.row.id, by=world.technician, password=PASSWORD, times=TIMES)
    world.later(seconds=CALL_LIFE.total_seconds())
    with pytest.raises(Conflict, match="10 phút"):
        world.do(confirm_emergency, called.row.id, by=world.approver, password=PASSWORD, times=TIMES)
    assert world.ask(emergencies, [NHA_TRANG], world.now) == []


def test_one_person_alone_says_why_and_the_journal_names_it(world):
    name = prepared(world)
    with pytest.raises(BadInput, match="lý do"):
        world.do(
            call_alone, WantedCall([PROVINCE], name), " ", by=world.approver, password=PASSWORD, times=TIMES
        )
    with pytest.raises(NotAllowed):
        world.do(
            call_alone, WantedCall([NHA_TRANG], name), "Lũ.", by=world.officer, password=PASSWORD, times=TIMES
        )
    started = alone(world, name)
    assert started.row.alone_because == "Lũ về lúc nửa đêm."
    assert "emergency.glass-broken" in journal(world)
    (view,) = world.ask(emergencies, [PROVINCE], world.now)
    assert (view.is_running, view.row.alone_because) == (True, "Lũ về lúc nửa đêm.")


def test_it_is_never_moved_whatever_the_broker_takes_when(world):
    started = alone(world, prepared(world))
    begun = airing_of(world, started.row).starts_at
    for _ in range(3):
        world.later(seconds=7)
        world.advance()
    assert airing_of(world, started.row).starts_at == begun
    world.publish()
    world.advance()
    assert airing_of(world, started.row).state is AiringState.SOUNDING


def test_without_approval_or_of_another_kind_nothing_is_called(world):
    waiting = world.submitted()
    with pytest.raises(Conflict, match="chưa được duyệt"):
        world.do(
            call_emergency, WantedCall([PROVINCE], bulletin=waiting), by=world.approver, password=PASSWORD
        )
    for kind in (Kind.ALL_CLEAR, Kind.TEST):
        with pytest.raises(Conflict, match="việc khác"):
            alone(world, prepared(world, kind))
    with pytest.raises(BadInput, match="thử"):
        alone(world, None, bulletin=world.approved(test=True))


def test_an_approved_bulletin_that_nobody_holds_is_called_too_with_time_to_fetch_it(world):
    started = alone(world, None, bulletin=world.approved(highest=Grade.EMERGENCY))
    airing = airing_of(world, started.row)
    assert airing.starts_at - world.now > TIMES.least_lead


def test_a_technician_stops_it_and_nothing_of_it_is_left(world):
    started = alone(world, prepared(world))
    world.publish()
    changed = world.do(stop_emergency, started.row.id, by=world.technician, reason="Báo nhầm.")
    assert changed == {PROVINCE}
    world.publish()
    assert plan_in(world, NHA_TRANG) == {}
    row = world.ask(get_emergency, started.row.id)
    assert (row.state, row.end_reason) == (EmergencyState.ENDED, "Báo nhầm.")
    assert airing_of(world, started.row).state is AiringState.CANCELLED
    with pytest.raises(Conflict, match="không còn phát"):
        world.do(stop_emergency, started.row.id, by=world.technician)


def test_an_officer_stops_it_in_the_own_commune_and_the_others_go_on(world):
    started = alone(world, prepared(world))
    world.publish()
    with pytest.raises(NotAllowed):
        world.do(stop_in, [PROVINCE], by=world.officer)
    ended, changed = world.do(stop_in, [NHA_TRANG], by=world.officer)
    assert [row.id for row in ended] == [started.row.id]
    world.publish()
    airing = airing_of(world, started.row)
    assert airing.id not in plan_in(world, NHA_TRANG)
    assert airing.id in plan_in(world, BAC_NHA_TRANG)
    targets = world.ask(lambda session: targets_of(session, [airing.id]))[airing.id]
    assert len(targets) == 64
    assert changed == {PROVINCE, *targets}
    with pytest.raises(Conflict, match="Không có gì"):
        world.do(stop_in, [NHA_TRANG], by=world.officer)


def test_a_new_emergency_takes_the_place_of_the_one_that_runs_there(world):
    first = alone(world, prepared(world))
    second = alone(world, prepared(world), areas=(NHA_TRANG,))
    running = world.ask(running_in, [NHA_TRANG])
    assert [row.id for row, _ in running] == [second.row.id]
    assert [row.id for row, _ in world.ask(running_in, [BAC_NHA_TRANG])] == [first.row.id]
    third = alone(world, prepared(world))
    assert [row.id for row, _ in world.ask(running_in, [PROVINCE])] == [third.row.id]


def test_an_all_clear_ends_it_aloud_in_two_rounds(world):
    started = alone(world, prepared(world))
    clear = prepared(world, Kind.ALL_CLEAR)
    hold(world, clear, Kind.ALL_CLEAR)
    with pytest.raises(NotAllowed):
        world.do(sound_all_clear, started.row.id, clear, by=world.officer, password=PASSWORD, times=TIMES)
    cleared = world.do(
        sound_all_clear, started.row.id, clear, by=world.approver, password=PASSWORD, times=TIMES
    )
    assert [row.id for row, _ in world.ask(running_in, [PROVINCE])] == [cleared.row.id]
    airing = airing_of(world, cleared.row)
    assert (airing.grade, airing.every_ms, airing.duration_ms) == (Grade.EMERGENCY, 22_000, 42_000)
    assert world.ask(get_emergency, started.row.id).end_reason == "Đã báo yên."


def test_a_test_sounds_once_as_a_test_and_never_over_quiet_hours_or_an_emergency(world):
    name = prepared(world, Kind.TEST)
    tested = world.do(start_test, WantedCall([NHA_TRANG], name), by=world.officer, times=TIMES)
    airing = airing_of(world, tested.row)
    assert (airing.grade, airing.every_ms, airing.duration_ms) == (Grade.PRIORITY, None, 20_000)
    world.publish()
    assert plan_in(world, NHA_TRANG)[airing.id].test
    assert "emergency-test.started" in journal(world)
    world.do(
        sign_policy,
        area=NHA_TRANG,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=(QuietHours(begins="00:00", ends="00:00"),),
    )
    with pytest.raises(AgainstPolicy):
        world.do(start_test, WantedCall([NHA_TRANG], name), by=world.officer, times=TIMES)
    alone(world, prepared(world))
    with pytest.raises(Conflict, match="Đang có phát khẩn cấp"):
        world.do(start_test, WantedCall([BAC_NHA_TRANG], name), by=world.approver, times=TIMES)


def test_the_station_hears_of_its_rounds_once_and_it_ends_by_itself(world):
    name = prepared(world)
    started = alone(world, name, lasts=timedelta(minutes=1))
    world.publish()
    airing = airing_of(world, started.row)
    assert airing.duration_ms == 42_000
    world.later(seconds=1)
    world.advance()
    for node in NODES:
        world.tell(node.id, airing.id, "started", recording=airing.recording)
    world.later(seconds=70)
    world.advance()
    assert airing_of(world, started.row).state is AiringState.AIRED
    assert world.ask(emergencies, [PROVINCE], world.now) == []
    everywhere = [PROVINCE, NHA_TRANG, BAC_NHA_TRANG]
    (view,) = world.ask(emergencies, everywhere, world.now, since=world.now - timedelta(hours=1))
    assert (view.is_running, view.reach.started) == (False, 4)


def test_the_report_counts_the_rounds_until_the_end_and_no_test(world):
    test = prepared(world, Kind.TEST)
    tested = world.do(start_test, WantedCall([NHA_TRANG], test), by=world.officer, times=TIMES).row.airing
    for node in NODES[:2]:
        world.tell(node.id, tested, "started", recording=SOUNDS[Kind.TEST].recording)
    started = alone(world, prepared(world))
    world.publish()
    airing = airing_of(world, started.row)
    world.later(seconds=6)
    world.advance()
    for node in NODES:
        world.tell(node.id, airing.id, "started", recording=airing.recording)
    world.later(milliseconds=(airing.starts_at - world.now) / timedelta(milliseconds=1) + 50_000)
    world.do(stop_emergency, started.row.id, by=world.technician)
    for node in NODES:
        told = {"recording": airing.recording, "heard_ms": 46_000, "reason": "withdrawn"}
        world.tell(node.id, airing.id, "stopped", **told)
    while world.do(note_aired):
        pass
    day = timedelta(days=1)
    report = world.ask(lambda s: list(aired_between(s, {NHA_TRANG}, world.now - day, world.now + day)))
    assert [(one.planned_ms, one.heard_ms) for one in report] == [(46_000, 46_000)] * 2


def test_what_may_be_called_as_an_emergency_is_spoken_first(world):
    first = world.submitted(rendered=False)
    second = world.submitted(rendered=False, highest=Grade.EMERGENCY)
    waiting = world.ask(waiting_renderings)
    assert [one.bulletin for one in waiting] == [second, first]


def test_an_alarm_that_nobody_would_hear_is_not_called(world):
    name = prepared(world)
    hold(world, name)
    with pytest.raises(BadInput, match="từ 20"):
        alone(world, name, volume=EMERGENCY_FLOOR - 1)


def test_what_sounds_too_low_to_be_heard_is_a_fault_and_no_mere_sounding(world):
    node = NODES[0].id
    hold(world, prepared(world))
    vitals = Vitals(
        node=node, session=1, at=world.now, clock_offset_ms=0.0, clock_error_ms=1.0, volume=0,
        storage_free=10**9, sounding="a1",
    )  # fmt: skip
    world.do(note_vitals, [vitals])
    row = world.ask(get_node, node)
    assert status_of(facts_of(row), world.now) is NodeStatus.FAULTY
    counted = world.ask(statuses_by_area, world.now)[row.area]
    assert counted[NodeStatus.FAULTY] == 1
