"""Nodes are enrolled in bulk; what they tell is kept by session, and their status follows from it."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.area_changes.service import load_areas
from controller.features.areas.queries import areas, top_area
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode, enrol_nodes, note_states, retire_node
from controller.features.fleet.status import NodeStatus
from controller.model.fleet import StateTurn
from devices.ids import NodeId
from devices.messages import NodeState, Vitals
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE
from tests.support.stored_rows import count_nodes, nodes_under, note_vitals

NODE = NODES[0].id


def state(session, online, world, node=NODE):
    return NodeState(node=node, session=session, online=online, at=world.now, software="sim 1")


def vitals(session, world, node=NODE, **fields):
    return Vitals(
        node=node,
        session=session,
        at=world.now,
        clock_offset_ms=1.0,
        clock_error_ms=fields.pop("clock_error_ms", 2.0),
        volume=70,
        storage_free=10**12,
        **fields,
    )


def test_the_province_has_its_65_communes_and_loading_again_adds_none(world):
    assert world.ask(top_area).name == "Tỉnh Khánh Hòa"
    assert len(world.ask(areas, PROVINCE)) == 65
    with world.store.write() as session:
        assert load_areas(session) == 0


def test_nodes_are_enrolled_in_bulk_and_known_ones_left_alone(world):
    new = [NewNode(NodeId(f"new-{n}"), NHA_TRANG, f"Cụm {n}") for n in range(50)]
    assert world.do(enrol_nodes, [*NODES, *new], by=world.technician) == 50
    assert world.do(enrol_nodes, new, by=world.technician) == 0
    assert world.ask(count_nodes) == 54
    assert len(world.ask(nodes_under, PROVINCE)) == 54
    assert len(world.ask(nodes_under, BAC_NHA_TRANG)) == 2


@pytest.mark.parametrize(
    ("node", "error"),
    [
        (NewNode(NodeId("a/b"), NHA_TRANG, "x"), BadInput),
        (NewNode(NodeId("n2\n"), NHA_TRANG, "x"), BadInput),
        (NewNode(NodeId("22366"), NHA_TRANG, "x"), BadInput),
        (NewNode(NodeId("x"), "0", "x"), BadInput),
        (NewNode(NODE, BAC_NHA_TRANG, "x"), Conflict),
    ],
)
def test_a_node_that_cannot_be_is_refused_with_all_its_list(world, node, error):
    with pytest.raises(error):
        world.do(enrol_nodes, [NewNode(NodeId("fine"), NHA_TRANG, "x"), node], by=world.technician)
    with pytest.raises(NotFound):
        world.ask(get_node, NodeId("fine"))


def test_an_officer_enrols_nothing(world):
    with pytest.raises(NotAllowed):
        world.do(enrol_nodes, [NewNode(NodeId("x"), NHA_TRANG, "x")], by=world.officer)
    with pytest.raises(NotAllowed):
        world.do(retire_node, NODE, by=world.officer)


def test_the_death_of_an_older_session_does_not_kill_the_newer(world):
    world.do(note_states, [state(2, True, world), state(1, False, world)])
    node = world.ask(get_node, NODE)
    assert (node.online, node.session) == (True, 2)
    world.do(note_states, [state(2, False, world)])
    assert not world.ask(get_node, NODE).online


def test_in_one_batch_the_last_word_of_a_session_holds(world):
    world.do(note_states, [state(3, True, world), state(3, False, world)])
    assert not world.ask(get_node, NODE).online
    world.do(note_states, [state(3, False, world), state(4, True, world)])
    assert world.ask(get_node, NODE).online


def test_a_node_with_a_new_disk_is_online_again_though_it_counts_from_one(world):
    world.do(note_states, [state(400, True, world), state(400, False, world)])
    world.later(days=1)
    world.do(note_states, [state(1, True, world)])
    world.do(note_vitals, [vitals(1, world, sounding="a1")])
    node = world.ask(get_node, NODE)
    assert (node.online, node.session, node.vitals["sounding"]) == (True, 1, "a1")


def test_a_node_with_a_new_disk_and_no_time_yet_is_online_again_by_a_live_birth_alone(world):
    world.do(note_states, [state(400, False, world)])
    world.later(days=1)
    born = NodeState(node=NODE, session=1, online=True, at=None, software="sim 1")
    world.do(note_states, [born], retained=True)
    assert not world.ask(get_node, NODE).online
    world.do(note_states, [born])
    assert world.ask(get_node, NODE).online


def test_an_old_birth_that_comes_again_is_still_an_old_one(world):
    old = state(3, True, world)
    world.later(minutes=1)
    world.do(note_states, [state(4, True, world), state(4, False, world)])
    world.later(minutes=1)
    world.do(note_states, [old], retained=True)
    node = world.ask(get_node, NODE)
    assert (node.online, node.session) == (False, 4)


def test_a_birth_from_the_future_does_not_shut_the_door_on_a_new_disk(world):
    ahead = NodeState(node=NODE, session=400, online=True, at=world.now + timedelta(days=900), software="")
    world.do(note_states, [ahead])
    world.later(days=1)
    world.do(note_states, [state(1, True, world)])
    assert world.ask(get_node, NODE).session == 1


def test_a_retired_node_that_is_enrolled_again_is_in_use_and_begins_anew(world):
    world.do(note_states, [state(400, True, world)])
    world.do(retire_node, NODE, by=world.technician)
    assert world.do(enrol_nodes, [NODES[0]], by=None) == 0
    assert world.ask(get_node, NODE).retired_at is not None
    assert world.do(enrol_nodes, [NODES[0]], by=world.technician) == 1
    node = world.ask(get_node, NODE)
    assert (node.retired_at, node.session, node.online, node.last_heard_at) == (None, 0, False, None)
    world.do(note_states, [state(1, True, world)])
    assert world.ask(get_node, NODE).online


def test_what_the_broker_had_kept_says_what_holds_but_not_that_a_node_was_heard_now(world):
    born_at = world.now
    world.do(note_states, [state(7, True, world)])
    born = state(7, True, world)
    world.later(hours=2)
    world.do(note_states, [born], retained=True)
    node = world.ask(get_node, NODE)
    assert (node.online, node.last_heard_at, node.online_at) == (True, born_at, born_at)
    will = NodeState(node=NODE, session=7, online=False, at=None, software="sim 1")
    lost_at = world.later(minutes=1)
    world.do(note_states, [will], retained=True)
    world.later(minutes=1)
    world.do(note_states, [will], retained=True)
    node = world.ask(get_node, NODE)
    assert (node.online, node.last_heard_at, node.online_at) == (False, born_at, lost_at)


def test_a_birth_that_was_kept_before_the_first_contact_was_heard_when_it_was_said(world):
    born = state(7, True, world)
    heard_at = world.now
    world.later(hours=2)
    world.do(note_states, [born], retained=True)
    assert world.ask(get_node, NODE).last_heard_at == heard_at


def test_vitals_of_an_older_session_and_of_strangers_change_nothing(world):
    world.do(note_states, [state(5, True, world)])
    world.do(note_vitals, [vitals(5, world, sounding="a1"), vitals(5, world, node=NodeId("stranger"))])
    world.do(note_vitals, [vitals(4, world, sounding=None)])
    assert world.ask(get_node, NODE).vitals["sounding"] == "a1"


def test_nodes_are_counted_by_area_and_status(world):
    world.do(note_states, [state(1, True, world), state(1, True, world, NODES[1].id)])
    world.do(note_vitals, [vitals(1, world), vitals(1, world, NODES[1].id, clock_error_ms=20_000.0)])
    by_area = world.ask(statuses_by_area, world.now)
    assert by_area[NHA_TRANG] == {NodeStatus.READY: 1, NodeStatus.FAULTY: 1}
    assert by_area[BAC_NHA_TRANG] == {NodeStatus.NEVER_SEEN: 2}
    world.do(retire_node, NODES[2].id, by=world.technician)
    assert world.ask(statuses_by_area, world.now)[BAC_NHA_TRANG].total() == 1


def test_a_node_that_comes_and_goes_without_end_costs_so_many_rows_an_hour(world):
    node = NODES[0].id
    long_ago = world.now - timedelta(days=3)
    for hour in (1, 2):
        for begin in (0, 20, 40, 60):
            told = [
                NodeState(node=node, session=hour * 1000 + n, online=online, at=long_ago, software="x")
                for n in range(begin, begin + 20)
                for online in (True, False)
            ]
            world.do(note_states, told)
        with world.store.read() as session_of_store:
            assert session_of_store.query(StateTurn).count() == hour * 60
        world.later(hours=1, minutes=1)
    assert not world.ask(get_node, node).online, "what holds is known all the same"


def test_a_commit_of_many_rows_tells_who_waits_for_changes(world):
    told = []
    world.store.on_commit(lambda: told.append(1))
    world.do(note_vitals, [vitals(1, world)])
    assert told
