"""What a technician sees: faults with who looks after them, one event for an outage, the course of vitals."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from controller.errors import BadInput, NotAllowed
from controller.features.fleet.events import EventKind
from controller.features.fleet.fault_assignments import take_care
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.service import NewNode, enrol_nodes, note_states
from controller.features.fleet.status import NodeStatus
from controller.features.fleet.vitals_log import course_of, drop_old_vitals, thin_vitals
from controller.features.fleet.vitals_samples import EXPECTED, Presence
from controller.features.fleet.watch import NodeFilter, events_now, watched
from controller.model.fleet import RecentVitals, StateTurn, VitalsDay
from devices.ids import NodeId
from devices.messages import NodeState, Vitals
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES
from tests.support.stored_rows import note_vitals

NODE = NODES[0].id
DAY = timedelta(days=1)


def born(world, *nodes, online=True, session=1):
    world.do(
        note_states,
        [NodeState(node=n, session=session, online=online, at=world.now, software="sim") for n in nodes],
    )


def vitals(world, node=NODE, session=1, **fields):
    told = {"clock_offset_ms": 1.0, "clock_error_ms": 2.0, "volume": 70, "storage_free": 10**10}
    return Vitals(node=node, session=session, at=world.now, **(told | fields))


def tell(world, *nodes, **fields):
    world.do(note_vitals, [vitals(world, node, **fields) for node in nodes])


def seen(world, **wish):
    return {one.node.id: one for one in world.ask(watched, NodeFilter(**wish), world.now)}


def count(world, table):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(table)))


def test_faults_come_from_vitals_and_missed_airings_and_are_looked_after(world):
    born(world, NODE, NODES[1].id)
    tell(world, NODE, mains=False, battery_percent=10.0)
    tell(world, NODES[1].id)
    assert {fault.kind for fault in seen(world)[NODE].faults} == {FaultKind.MAINS, FaultKind.BATTERY}
    assert seen(world, only_faulty=True).keys() == {NODE}
    world.do(
        take_care,
        NODE,
        by=world.technician,
        assignee="kythuat",
        note="Đã báo điện lực",
        seen=frozenset({FaultKind.MAINS}),
    )
    one = seen(world, only_unseen=True)[NODE]
    assert (one.assignee, one.care.note, one.unseen) == ("kythuat", "Đã báo điện lực", {FaultKind.BATTERY})
    world.do(take_care, NODE, by=world.technician, seen=frozenset({FaultKind.MAINS, FaultKind.BATTERY}))
    assert seen(world, only_unseen=True) == {}
    assert seen(world, assignee="kythuat")[NODE].care.note == "Đã báo điện lực"
    with pytest.raises(BadInput):
        world.do(take_care, NODE, by=world.technician, assignee="canbo")
    with pytest.raises(NotAllowed):
        world.do(take_care, NODE, by=world.officer, note="x")


def test_an_airing_that_a_node_did_not_begin_twice_in_a_day_is_its_fault(world):
    born(world, *(node.id for node in NODES))
    tell(world, *(node.id for node in NODES))
    for _ in range(2):
        airing = world.plan(world.approved(), areas=[NHA_TRANG], seconds=60)
        world.advance()
        world.publish()
        world.later(seconds=60)
        world.advance()
        world.tell(NODES[1].id, airing, "started")
        world.later(seconds=60)
        world.tell(NODES[1].id, airing, "finished", heard_ms=60_000)
        world.later(minutes=1)
        world.advance()
    assert set(seen(world, kinds=frozenset({FaultKind.MISSED}))) == {NODE}
    world.later(days=1)
    assert seen(world, kinds=frozenset({FaultKind.MISSED})) == {}


def test_a_commune_that_loses_power_is_one_event_and_no_event_when_it_is_back(world):
    every = [node.id for node in NODES]
    born(world, *every)
    world.later(minutes=5)
    here = [node.id for node in NODES if node.area == NHA_TRANG]
    born(world, *here, online=False)
    (outage,) = world.ask(events_now, None, world.now)
    assert (outage.kind, outage.area, set(outage.nodes)) == (EventKind.OUTAGE, NHA_TRANG, set(here))
    assert world.ask(events_now, frozenset({BAC_NHA_TRANG}), world.now) == []
    world.later(minutes=5)
    born(world, *here, session=2)
    assert world.ask(events_now, None, world.now) == []


def test_where_nodes_fell_together_they_are_one_event_and_elsewhere_each_its_own(world):
    every = [node.id for node in NODES]
    born(world, *every)
    world.later(minutes=5)
    here = [node.id for node in NODES if node.area == NHA_TRANG]
    there = [node.id for node in NODES if node.area != NHA_TRANG]
    born(world, *here, online=False)
    born(world, there[0], online=False)
    world.later(hours=2)
    born(world, *there[1:], online=False)
    found = world.ask(events_now, None, world.now)
    told = {(one.kind, one.nodes) for one in found}
    assert told == {(EventKind.OUTAGE, tuple(sorted(here)))} | {(EventKind.LOST, (node,)) for node in there}
    assert [one.since for one in found] == sorted((one.since for one in found), reverse=True)


def test_a_node_that_comes_and_goes_is_said_to_flap_and_is_lost_only_once(world):
    for session in range(1, 4):
        born(world, NODE, session=session)
        world.later(minutes=2)
        born(world, NODE, session=session, online=False)
        world.later(minutes=2)
    (flapping,) = world.ask(events_now, None, world.now)
    assert flapping.kind is EventKind.FLAPPING
    assert FaultKind.FLAPPING in {fault.kind for fault in seen(world)[NODE].faults}
    assert count(world, StateTurn) == 6
    world.later(minutes=20)
    (lost,) = world.ask(events_now, None, world.now)
    assert lost.kind is EventKind.LOST


def test_words_that_change_nothing_are_no_turns(world):
    born(world, NODE, session=5)
    born(world, NODE, session=5)
    born(world, NODE, session=4, online=False)
    born(world, NodeId("stranger"))
    assert count(world, StateTurn) == 1


def test_five_thousand_nodes_take_as_many_queries_as_four(world):
    def queries_of(ask):
        counted = []
        note = lambda *_: counted.append(1)  # noqa: E731
        engine = world.store._engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            found = world.ask(ask)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(counted), found

    def lists(session):
        return len(watched(session, NodeFilter(), world.now)), events_now(session, None, world.now)

    few, _ = queries_of(lists)
    new = [NewNode(NodeId(f"new-{n}"), NHA_TRANG, f"Cụm {n}") for n in range(5000)]
    world.do(enrol_nodes, new, by=world.technician)
    many, (nodes, _) = queries_of(lists)
    assert nodes == 5004
    assert many == few <= 11
    assert {one.status for one in world.ask(watched, NodeFilter(text="new-4999"), world.now)} == {
        NodeStatus.NEVER_SEEN
    }


def test_vitals_are_kept_whole_for_two_days_then_by_quarters_and_at_last_not_at_all(world):
    born(world, NODE)
    began = world.now.replace(hour=0, minute=0, second=0)
    world.now = began
    for step in range(4 * EXPECTED):
        tell(world, NODE, NodeId("stranger"), temperature_c=30.0 + step)
        world.later(seconds=30)
    course = world.ask(course_of, NODE, world.now - timedelta(seconds=1), timedelta(hours=24), cell=1)
    assert len(course.points) == 4 * EXPECTED
    assert [one.samples for _, one in course.quarters] == [EXPECTED] * 4
    assert course.strip[-4:] == (Presence.THERE,) * 4
    assert course.strip[:-4] == (Presence.AWAY,) * 92
    world.now = began + 3 * DAY - timedelta(seconds=1)
    assert world.do(thin_vitals) == 0, "two days have not passed since that day ended"
    world.later(seconds=1)
    assert world.do(thin_vitals) == 1
    assert world.do(thin_vitals) == 0
    assert (count(world, RecentVitals), count(world, VitalsDay)) == (0, 1)
    thinned = world.ask(course_of, NODE, world.now, timedelta(days=30), cell=24)
    assert thinned.points == []
    assert [one for _, one in thinned.quarters] == [one for _, one in course.quarters]
    world.now = began + 400 * DAY
    world.do(drop_old_vitals)
    assert count(world, VitalsDay) == 1
    world.later(days=1, hours=1)
    world.do(drop_old_vitals)
    assert (count(world, VitalsDay), count(world, StateTurn)) == (0, 0)


def test_who_talks_without_end_fills_no_disk(world):
    born(world, NODE)
    for _ in range(5):
        world.do(note_vitals, [vitals(world, signal_dbm=-71.0) for _ in range(500)])
    with world.store.read() as session:
        (samples,) = session.scalars(select(RecentVitals.samples))
    assert len(samples) < 40_000
