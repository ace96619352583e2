"""Neighbours speak one after the other: a real station and real nodes in virtual time; decision 137."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.features.airings.queries import get_airing, reaches, start_spread
from controller.features.airings.timetables import timetable_of
from controller.features.doctor.invariants import invariants
from controller.features.enrolment.known_keys import give_keys
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import set_area_turns
from controller.model.airing_states import AiringState
from controller.model.fleet import PositionSource
from devices.chunks import split
from devices.ids import Grade, NodeId
from simulator.speakers import Began
from tests.simulation.store_station import PERFECT, StoreStation
from tests.support.node_keys import publics
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE, Sound, SqliteWorlds, welcome
from tests.support.stored_rows import airings_between

MORNING = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
STREET = ("22366-1", "22366-2", "22366-3")
"""300 m apart: the first and the third are no neighbours."""
FAR, UNPLACED, LATE, ELSEWHERE = "22366-4", "22366-5", "22366-6", "22333-1"
EVERYONE = (*STREET, FAR, UNPLACED, ELSEWHERE)
METRES = 1 / 111_320
START_S = 60
STEP_S = 65
"""A bulletin of 60 s and a rest of 5 s."""


@pytest.fixture(scope="module")
def worlds():
    return SqliteWorlds()


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    added = [NewNode(NodeId(f"22366-{n}"), NHA_TRANG, f"Cụm {n}") for n in (3, 4, 5)]
    world.do(enrol_nodes, added, by=None)
    world.do(give_keys, publics(node.id for node in added), welcome(world.seed))
    north = dict(zip((*STREET, FAR), (0, 300, 600, 3000), strict=True))
    places = [Placed(NodeId(node), 12.24 + metres * METRES, 109.19) for node, metres in north.items()]
    world.do(place_nodes, places, source=PositionSource.MAP, by=None)
    world.do(set_area_turns, AreaTurnsAsked(area=NHA_TRANG, most=4), by=world.administrator)
    world.now = MORNING
    yield world
    with world.store.read() as session:
        assert invariants(session, now=world.now) == []
    world.store.close()


@pytest.fixture
def street(world):
    """A station in virtual time with its loudspeakers."""
    station = StoreStation(world, world.now)
    station.beat()
    for node in EVERYONE:
        area = BAC_NHA_TRANG if node == ELSEWHERE else NHA_TRANG
        station.add_node(node, (PROVINCE, area), **PERFECT)
    return station


def spoken(world, station, data=b"news", **asked):
    sound = Sound(data * 3000)
    bulletin = world.submitted_as(sound, **asked)
    world.approve(bulletin, sound.data)
    station.recordings[sound.recording] = split(sound.data, sound.manifest.chunk_size)
    return bulletin


def add(world, station, node):
    world.do(enrol_nodes, [NewNode(NodeId(node), NHA_TRANG, "Cụm mới")], by=None)
    world.do(give_keys, publics([node]), welcome(world.seed))
    station.add_node(node, (PROVINCE, NHA_TRANG), **PERFECT)


def begun(station, airings):
    """When each loudspeaker began, in seconds since the morning; each begins each airing once."""
    found = [one for one in station.world.sounds if isinstance(one, Began) and one.arm.airing in airings]
    assert len({one.node for one in found}) == len(found)
    return {one.node: round(one.true_at - MORNING.timestamp(), 1) for one in found}


def test_each_is_heard_once_in_its_turn_and_neighbours_never_together(world, street):
    bulletin = spoken(world, street)
    airing = world.plan(bulletin, areas=(NHA_TRANG, BAC_NHA_TRANG), seconds=START_S)
    street.beat()
    add(world, street, LATE)  # after the turns were given: it speaks last
    street.run_until(MORNING + timedelta(minutes=4), every=timedelta(seconds=15))
    parts = world.ask(airings_between, MORNING, MORNING + timedelta(hours=1))
    in_turns = next(one for one in parts if one.turns > 1)
    assert begun(street, {one.id for one in parts}) == {
        STREET[0]: START_S,
        STREET[1]: START_S + STEP_S,
        STREET[2]: START_S,
        FAR: START_S,
        UNPLACED: START_S + STEP_S,
        LATE: START_S + STEP_S,
        ELSEWHERE: START_S,
    }
    assert {(one.state, one.turns) for one in parts} == {(AiringState.AIRED, 1), (AiringState.AIRED, 2)}
    reach = world.ask(reaches, [in_turns.id])[in_turns.id]
    assert (reach.nodes, reach.finished, reach.percent_heard) == (6, 6, 100)
    assert world.ask(start_spread, in_turns.id).max < 50  # from each one's own turn
    assert airing in {in_turns.id, in_turns.linked_to}


def test_an_emergency_sounds_everywhere_at_one_instant_and_in_the_midst_of_turns(world, street):
    routine = world.plan(spoken(world, street), areas=(NHA_TRANG,), seconds=START_S)
    alarm = spoken(world, street, b"alarm", highest=Grade.EMERGENCY)
    street.run_until(MORNING + timedelta(seconds=START_S + STEP_S + 20), every=timedelta(seconds=10))
    world.now = street.world.now
    called = world.called(alarm, areas=(PROVINCE,))
    street.run_until(street.world.now + timedelta(seconds=20), every=timedelta(seconds=10))
    at = begun(street, {called})
    assert set(at) == set(EVERYONE)
    assert max(at.values()) - min(at.values()) < 0.1
    assert world.ask(get_airing, routine).turns == 2


def test_the_timetable_says_when_the_last_turn_is_over(world, street):
    world.plan(spoken(world, street), areas=(NHA_TRANG,), seconds=START_S)
    for _ in range(2):  # before it is in the plans, and then
        told = world.ask(timetable_of, NHA_TRANG, MORNING, MORNING + timedelta(hours=1), world.now)
        (slot,) = told.slots
        assert (slot.turns, slot.ends_at - slot.starts_at) == (2, timedelta(seconds=60))
        assert slot.over_at == slot.ends_at + timedelta(seconds=STEP_S)
        street.beat()
