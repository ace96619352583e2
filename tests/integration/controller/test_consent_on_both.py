"""A commune's word on both engines: one row a commune, the newest counts, and the invariants see a breach."""

import pytest

from controller.features.airings.queries import get_airing
from controller.features.consent.service import answer_airing
from controller.features.doctor.invariants import invariants
from controller.model.airing_states import AiringState
from controller.model.airings import Answer
from tests.support.station_world import NHA_TRANG, PROVINCE
from tests.support.stored_rows import airings_between

pytestmark = pytest.mark.both_databases


def asked(world):
    return world.plan(world.approved(), areas=(PROVINCE,), seconds=3600, agreed=False)


def say(world, airing, *, agrees):
    return world.do(answer_airing, airing, agrees=agrees, by=world.officer).id


def test_without_a_yes_a_part_waits_alone(world):
    airing = asked(world)
    world.advance()
    around = world.ask(airings_between, world.now, world.now.replace(year=2027))
    assert [one.state for one in around if one.linked_to == airing] == [AiringState.PLANNED]
    assert world.ask(get_airing, airing).state is AiringState.DELIVERING


def test_the_newest_word_counts_and_a_breach_is_found(world):
    airing = asked(world)
    row = say(world, airing, agrees=False)
    assert say(world, airing, agrees=True) == row
    world.advance()
    for agrees, found in (
        (False, [f"airing {airing}: in the plans of {NHA_TRANG}, which has declined it"]),
        (True, []),
    ):
        with world.store.write() as session:
            session.get_one(Answer, row).agrees = agrees
        with world.store.read() as session:
            assert invariants(session, now=world.now) == found
