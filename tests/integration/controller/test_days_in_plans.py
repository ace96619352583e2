"""Plans that reach days ahead: what comes in, when they are issued, and what can still be decided anew."""

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.airings.reopening import reopen_airings
from controller.features.consent.service import answer_airing
from controller.features.doctor.invariants import invariants
from controller.features.plans.queries import retained_state
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing
from controller.model.plan_states import PLAN_LIFE, PLAN_RENEWED
from devices.jose import read_payload
from devices.messages import ReceiptKind
from tests.support.nightly import amount
from tests.support.station_world import NHA_TRANG, PROVINCE, SqliteWorlds

HOUR_S = 3600
NODES_THERE = NODE, _ = f"{NHA_TRANG}-1", f"{NHA_TRANG}-2"
MOST_BYTES = 524_288
"""Of a signed text that a node takes (docs/protocol.md, Signed messages)."""


@pytest.fixture(scope="module")
def worlds():
    return SqliteWorlds()


@pytest.fixture
def days_world(world):
    world.times = replace(world.times, horizon=timedelta(days=3))
    return world


def planned(world, days, a_day, **wishes):
    """So many airings a day, from an hour after ten in the morning; return them by start."""
    bulletin = world.approved()
    starts = [day * 24 * HOUR_S + (1 + n) * HOUR_S for day in range(days) for n in range(a_day)]
    return [world.plan(bulletin, seconds=seconds, **wishes) for seconds in starts]


def settle(world):
    while world.advance():
        pass


def plans_in(documents):
    return [one for one in documents if one.topic == f"loa/v1/plan/{NHA_TRANG}"]


def named(document):
    return [airing["airing"] for airing in read_payload(document.payload.decode())["airings"]]


def state(world, airing):
    return world.ask(get_airing, airing).state


def test_all_of_three_days_and_of_the_day_that_is_begun_is_in_the_plan(days_world):
    airings = planned(days_world, 6, 2)
    settle(days_world)
    (plan,) = plans_in(days_world.publish())
    assert named(plan) == airings[:8], "until the midnight after three days"


def test_a_plan_is_issued_once_a_day_and_not_as_each_airing_comes_near(days_world):
    world = days_world
    airings = planned(world, 8, 4)
    settle(world)
    world.publish()
    issued = 0
    steps = amount(24, 48)
    for _ in range(steps):  # from ten in the morning, every hour, by night every half an hour
        world.later(hours=24 / steps)
        world.advance()
        for one in airings[:4]:
            if state(world, one) is AiringState.SOUNDING:
                for node in NODES_THERE:
                    world.tell(node, one, ReceiptKind.STARTED)
                    world.tell(node, one, ReceiptKind.FINISHED)
        settle(world)
        issued += len(plans_in(world.publish()))
    assert issued == 1, "the day that comes in at midnight, and takes yesterday's with it"
    assert airings[4 * 4] in named(plans_in(world.ask(retained_state))[0])


def test_additions_of_some_minutes_go_out_together_but_what_is_near_and_what_is_taken_back_goes_at_once(
    days_world,
):
    world = days_world
    bulletin = world.approved()
    first = world.plan(bulletin, seconds=30 * HOUR_S)
    settle(world)
    assert len(plans_in(world.publish())) == 1
    second = world.plan(bulletin, seconds=40 * HOUR_S)
    settle(world)
    assert plans_in(world.publish()) == []
    world.later(minutes=5)
    assert named(plans_in(world.publish())[0]) == [first, second]
    near = world.plan(bulletin, seconds=HOUR_S)
    settle(world)
    assert named(plans_in(world.publish())[0]) == [near, first, second]


def test_an_unchanged_plan_is_renewed_long_before_an_airing_could_lie_beyond_it(days_world):
    world = days_world
    planned(world, 1, 1)
    settle(world)
    world.publish()
    world.later(seconds=(PLAN_LIFE - PLAN_RENEWED).total_seconds() - 1)
    assert world.refresh() == []
    world.later(seconds=2)
    assert len(plans_in(world.refresh())) == 1


def test_eight_airings_a_day_for_two_weeks_fit(days_world):
    world = days_world
    world.times = replace(world.times, horizon=timedelta(days=14))
    a_day = amount(2, 8)  # each takes as much room
    airings = planned(world, 14, a_day)
    settle(world)
    (plan,) = plans_in(world.publish())
    assert named(plan) == airings
    assert len(plan.payload) * 8 / a_day < MOST_BYTES / 2


def test_a_commune_may_change_its_word_though_loudspeakers_know_the_airing(days_world):
    world = days_world
    airing = world.plan(world.approved(), seconds=30 * HOUR_S, areas=(PROVINCE,))
    settle(world)
    assert state(world, airing) is AiringState.DELIVERING
    world.do(answer_airing, airing, agrees=False, by=world.officer)
    settle(world)
    around = [one.area for one in world.ask(deliveries_of, airing)]
    assert state(world, airing) is AiringState.PLANNED or NHA_TRANG not in around
    world.do(answer_airing, airing, agrees=True, by=world.officer)
    settle(world)
    assert state(world, airing) is AiringState.DELIVERING


def test_what_was_fetched_of_an_airing_that_was_reopened_counts_when_it_is_in_again(days_world):
    world = days_world
    airing = world.plan(world.approved(), seconds=30 * HOUR_S)
    settle(world)
    world.tell(NODE, airing, ReceiptKind.FETCHED)
    with world.store.write() as session:
        assert len(reopen_airings(session, Airing.id == airing, world.now)) == 1
    assert state(world, airing) is AiringState.PLANNED
    assert {one.rung for one in world.ask(deliveries_of, airing)} == {DeliveryStage.PLANNED}
    assert world.ask(invariants, now=world.now) == []
    settle(world)
    rungs = {one.node: one.rung for one in world.ask(deliveries_of, airing)}
    assert rungs[NODE] == DeliveryStage.FETCHED
    assert world.ask(invariants, now=world.now) == []


def test_what_starts_soon_is_not_reopened(world):
    airing = world.plan(world.approved(), seconds=5 * HOUR_S)
    settle(world)
    with world.store.write() as session:
        assert reopen_airings(session, Airing.id == airing, world.now) == []
    assert state(world, airing) is AiringState.DELIVERING
