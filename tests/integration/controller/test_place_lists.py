"""A list of places: of two who bring it at once one sets them, and nobody learns of other communes by it."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from controller.features.accounts.service import create_operator
from controller.features.fleet.service import NewNode, enrol_nodes, retire_node
from controller.features.maps.place_lists import PlaceState, check_places, place_listed
from controller.features.maps.position_files import places_listed
from controller.features.maps.positions import positions_of
from controller.model.journal import Entry
from controller.model.permissions import OperatorRole
from devices.ids import NodeId
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD

NODES = [NodeId(f"kh-{number}") for number in range(40)]


@pytest.fixture
def poles(world):
    """Forty loudspeakers without places, and the list of them."""
    world.do(enrol_nodes, [NewNode(node, NHA_TRANG, f"Cụm {node}") for node in NODES], by=world.technician)
    return "".join(f"{node};12,{2400 + at};109,1943\n" for at, node in enumerate(NODES))


@pytest.mark.both_databases
def test_of_two_who_bring_the_same_list_at_once_one_sets_the_places(world, poles):
    start, done = Barrier(2), []

    def bring():
        start.wait()
        done.append({one.state for one in world.do(place_listed, poles, by=world.technician)})

    threads = [Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=sorted) == [{PlaceState.NEW}, {PlaceState.SAME}]
    acts = select(func.count()).select_from(Entry).where(Entry.act == "nodes.positioned")
    assert world.ask(lambda session: session.scalar(acts)) == 1


def test_a_loudspeaker_of_another_commune_is_as_unknown_as_one_that_is_not(world, poles):
    there = world.do(
        create_operator,
        name="kythuat.bnt",
        display_name="Kỹ thuật",
        roles={OperatorRole.TECHNICIAN},
        area=BAC_NHA_TRANG,
        password=PASSWORD,
        by=None,
    )
    world.do(place_listed, poles, by=world.technician)
    listed = places_listed("kh-0;12,3;109,2\nkh-99;12,3;109,2")
    foreign, unknown = world.ask(check_places, listed, by=there)
    assert foreign.listed.fault == unknown.listed.fault.replace("kh-99", "kh-0")
    assert (foreign.state, foreign.name, foreign.was) == (PlaceState.WRONG, "", "")


def test_a_loudspeaker_that_is_retired_gets_no_place(world, poles):
    world.do(retire_node, NODES[0], by=world.technician)
    (first, *others) = world.do(place_listed, poles, by=world.technician, only_good=True)
    assert (first.state, "đã ngừng dùng" in first.listed.fault) == (PlaceState.WRONG, True)
    assert {one.state for one in others} == {PlaceState.NEW}
    assert world.ask(positions_of, NODES).keys() == set(NODES[1:])
