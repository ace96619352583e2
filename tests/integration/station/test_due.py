"""At rest the work beat asks the database seldom; after a decision, or near an airing, at once."""

import pytest

from controller.features.airings.queries import get_airing
from controller.features.fleet.queries import get_node
from controller.model.airing_states import AiringState
from controller.runtime.due import AT_REST, DueWatch
from tests.support.station_world import NODES


class Steady:
    """Steady seconds that a test sets."""

    at = 100.0

    def __call__(self):
        return self.at


@pytest.fixture
def steady():
    return Steady()


@pytest.fixture
def due(world, steady):
    due = DueWatch(world.store, lambda: world.now, steady)
    assert due.may_be()
    due.done()
    return due


def rename(world, name, **how):
    with world.store.write(**how) as session:
        get_node(session, NODES[0].id).name = name


def test_at_rest_a_look_is_due_only_after_a_while(due, steady):
    assert not due.may_be()
    steady.at += AT_REST
    assert due.may_be()


def test_whatever_is_decided_is_looked_at_at_once_and_what_nodes_tell_of_their_health_is_not(world, due):
    rename(world, "one", decides=False)
    assert not due.may_be()
    rename(world, "other")
    assert due.may_be()
    due.done()
    assert not due.may_be()


def test_a_look_that_failed_comes_again_with_the_next_beat(due, steady):
    steady.at += AT_REST
    assert due.may_be()
    assert due.may_be()
    due.done()
    assert not due.may_be()


def test_who_pokes_has_it_look(due):
    due.wake()
    assert due.may_be()


def test_while_an_airing_is_near_or_sounds_every_beat_looks(world, due):
    airing = world.plan(world.approved(), seconds=50)
    for state in (AiringState.PLANNED, AiringState.DELIVERING, AiringState.SOUNDING):
        with world.store.write() as session:
            get_airing(session, airing).state = state
        for _ in range(2):
            assert due.may_be()
            due.done()
    with world.store.write() as session:
        get_airing(session, airing).state = AiringState.AIRED
    assert due.may_be()
    due.done()
    assert not due.may_be()
