"""A commune orders two priority airings that collide: one follows right after the other, there alone."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.precedence import collisions_for, order_airings
from controller.features.airings.queries import get_airing, targets_of
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import rendering_of
from controller.features.journal.queries import export
from controller.features.plans.policy_signing import sign_policy
from controller.model.airing_states import AiringState
from devices.ids import Grade
from devices.statements import QuietHours
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE, Sound, SqliteWorlds
from tests.support.stored_rows import airings_between, published_plans

MINUTE = timedelta(minutes=1)
LATER = 8 * 3600
"""Seconds: two hours before an airing of then may go into the plans."""


@pytest.fixture(scope="module")
def worlds():
    """SQLite alone: nothing here depends on the engine."""
    return SqliteWorlds()


@pytest.fixture
def wide(world):
    """One minute for the whole province."""
    return priority(world, areas=(PROVINCE,))


@pytest.fixture
def own(world):
    """The commune's own minute, which begins half a minute later."""
    return priority(world, seconds=LATER + 30, by=world.officer)


def priority(world, *, areas=(NHA_TRANG,), seconds=LATER, **wishes):
    wishes = {"grade": Grade.PRIORITY} | wishes
    return world.plan(world.approved(), areas=areas, seconds=seconds, **wishes)


def order(world, first, then, by=None):
    return world.do(order_airings, first, then, by=by or world.officer).id


def collisions(world, by=None):
    with world.store.read() as session:
        found = collisions_for(session, area_tree(session), by or world.officer, world.now)
    return [(one.one.airing, one.other.airing) for one in found]


def starts(world, airing):
    return world.ask(get_airing, airing).starts_at


def parts(world, airing):
    around = world.ask(airings_between, world.now, world.now + timedelta(days=2))
    return [one for one in around if one.linked_to == airing]


def in_plan(world, area):
    """Airings that the area's loudspeakers will sound, by start."""
    world.publish()
    found = [one for plan in world.ask(published_plans, area) for one in plan.airings]
    return [(one.airing, one.starts_at) for one in sorted(found, key=lambda one: one.starts_at)]


def test_a_collision_is_told_to_the_commune_alone(world, wide, own):
    assert collisions(world) == [(wide, own)]
    assert collisions(world, world.approver) == []


def test_the_provinces_goes_first_and_the_communes_own_follows_right_after(world, wide, own):
    assert order(world, wide, own) == own
    assert starts(world, own) == starts(world, wide) + MINUTE
    assert parts(world, wide) == []
    assert collisions(world) == []
    world.later(hours=3)
    world.advance()
    assert in_plan(world, NHA_TRANG) == [(wide, starts(world, wide)), (own, starts(world, own))]
    assert in_plan(world, BAC_NHA_TRANG) == [(wide, starts(world, wide))]


def test_the_communes_own_goes_first_and_the_provinces_is_put_back_there_alone(world, wide, own):
    asked = starts(world, wide)
    part = order(world, own, wide)
    assert parts(world, wide)[0].id == part
    assert world.ask(targets_of, [part])[part] == (NHA_TRANG,)
    assert (starts(world, own), starts(world, part)) == (asked + MINUTE / 2, asked + 1.5 * MINUTE)
    world.later(hours=3)
    world.advance()
    assert in_plan(world, NHA_TRANG) == [(own, asked + MINUTE / 2), (part, asked + 1.5 * MINUTE)]
    assert in_plan(world, BAC_NHA_TRANG) == [(wide, asked)]


def test_said_the_other_way_round_the_order_turns(world, wide, own):
    asked = starts(world, wide)
    part = order(world, own, wide)
    assert order(world, part, own) == own
    assert (starts(world, part), starts(world, own)) == (asked, asked + MINUTE)
    assert order(world, own, part) == part
    assert (starts(world, own), starts(world, part)) == (asked + MINUTE / 2, asked + 1.5 * MINUTE)


def test_who_follows_waits_for_the_true_length_of_the_first(world, own):
    longer = b"longer " * 20_000
    first = world.submitted(rendered=False)
    airing = world.plan(first, seconds=LATER + 25, grade=Grade.PRIORITY, by=world.officer)
    order(world, airing, own)
    world.render(world.ask(rendering_of, first, 1).id, Sound(longer, duration_ms=300_000))
    world.approve(first, longer)
    world.later(hours=3)
    world.advance()
    assert starts(world, own) == starts(world, airing) + 5 * MINUTE


def test_the_third_is_not_run_into(world, wide, own):
    third = priority(world, seconds=LATER + 60, by=world.officer)
    order(world, wide, own)
    assert starts(world, own) == starts(world, third) + MINUTE


def test_what_is_lower_is_no_reason_to_wait(world, wide, own):
    priority(world, seconds=LATER + 60, by=world.officer, grade=Grade.ROUTINE)
    order(world, wide, own)
    assert starts(world, own) == starts(world, wide) + MINUTE


def test_quiet_hours_after_the_first_leave_the_second_nowhere_to_go(world, wide, own):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=(QuietHours(begins="18:01", ends="23:00"),),  # the first ends at 18:01
    )
    before = starts(world, own)
    with pytest.raises(Conflict) as refused:
        order(world, wide, own)
    assert refused.value.code == "airing.no-clear-start"
    assert starts(world, own) == before


def test_once_one_of_them_is_planned_it_is_too_late(world, wide, own):
    world.later(hours=3)
    world.advance()
    assert world.ask(get_airing, wide).state is AiringState.DELIVERING
    assert collisions(world) == []
    with pytest.raises(Conflict) as late:
        order(world, own, wide)
    assert late.value.code == "airing.order-too-late"


@pytest.mark.parametrize("wrong", ["routine", "apart", "elsewhere", "itself"])
def test_what_does_not_collide_is_not_put_in_order(world, wide, wrong):
    other = {
        "routine": lambda: priority(world, grade=Grade.ROUTINE),
        "apart": lambda: priority(world, seconds=LATER + 600),
        "elsewhere": lambda: priority(world, areas=(BAC_NHA_TRANG,)),
        "itself": lambda: wide,
    }[wrong]()
    with pytest.raises((Conflict, BadInput)):
        order(world, wide, other)


def test_nobody_else_puts_them_in_order(world, wide, own):
    for person in (world.approver, world.technician, world.administrator):
        with pytest.raises((NotAllowed, Conflict)):
            order(world, own, wide, by=person)


def test_the_order_is_in_the_journal(world, wide, own):
    order(world, wide, own)
    with world.store.read() as session:
        (line,) = [line for line in export(session) if '"airing.ordered"' in line]
    assert wide in line
    assert own in line
