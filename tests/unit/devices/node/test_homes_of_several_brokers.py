"""A node that cannot connect tries the other brokers of the home where it lives, soon and not too often."""

from datetime import timedelta

import pytest

from devices.node.homes import CUT_AFTER, LOST_AFTER
from tests.simulation.station_in_world import Scene
from tests.support.world import HOME_BROKER
from tests.unit.devices.node.test_homes import NEW, SECOND, SOON, home, lives, move_in, run, say


@pytest.fixture
def scene():
    return Scene()


def two_brokers(scene):
    """Have the node live at the first of two brokers, each with the station behind it."""
    stations = [move_in(scene), move_in(scene, SECOND)]
    version = say(scene, home(scene, (NEW, SECOND)))
    run(scene, SOON)
    assert lives(scene) == (version, NEW)
    return version, stations


def test_a_broker_that_takes_no_connection_is_left_for_the_next_one_of_the_home_within_minutes(scene):
    version, (_, second) = two_brokers(scene)
    scene.world.brokers[NEW].fail()
    run(scene, CUT_AFTER - timedelta(seconds=10))
    assert lives(scene) == (version, NEW), "it may be starting again"
    run(scene, CUT_AFTER + timedelta(seconds=40))
    assert lives(scene) == (version, SECOND)
    assert second.states[-1].online
    scene.world.brokers[NEW].recover()
    run(scene, 2 * LOST_AFTER)
    assert lives(scene) == (version, SECOND), "it stays where the station answers"


def test_a_broker_that_is_soon_back_is_not_left(scene):
    version, _ = two_brokers(scene)
    for _ in range(3):
        scene.world.brokers[NEW].fail()
        scene.run(60)
        scene.world.brokers[NEW].recover()
        scene.run(60)
    assert lives(scene) == (version, NEW)


def test_a_station_that_is_silent_behind_its_broker_is_looked_for_no_sooner_than_before(scene):
    version, (first, _) = two_brokers(scene)
    first.is_silent = True
    run(scene, LOST_AFTER - timedelta(minutes=2))
    assert lives(scene) == (version, NEW)


def test_a_node_without_any_link_tries_seldom_and_is_back_when_one_broker_is(scene):
    version, _ = two_brokers(scene)
    moves = len(scene.world.moves)
    for broker in (NEW, SECOND, HOME_BROKER):
        scene.world.brokers[broker].fail()
    run(scene, 4 * LOST_AFTER)
    assert len(scene.world.moves) - moves <= 24
    scene.world.brokers[SECOND].recover()
    run(scene, 2 * LOST_AFTER)
    assert lives(scene) == (version, SECOND)
