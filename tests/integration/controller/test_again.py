"""What a higher grade cut off comes again once, where its programme's rule says so and people lost it."""

from datetime import date, time, timedelta

import pytest

from controller.features.airings.queries import get_airing, targets_of
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.service import submit_bulletin
from controller.features.rebroadcast.service import NOTICE, PRE_EMPTED, WITHIN, air_again
from controller.features.schedules.service import schedule_bulletin
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import ItemKind
from schedules.recurrence import Daily
from tests.support.station_world import NHA_TRANG, NODES, PROVINCE, Sound
from tests.support.stored_rows import airings_between

MIXED = b"programme " * 9_000
HEARD = {"recording": Sound(MIXED).recording}


def programme(world, *, again=True):
    items = [Item(ItemKind.SPEECH, "Kính chào bà con.")]
    asked = {"title": "Tin chiều", "items": items, "by": world.clerk, "again_if_preempted": again}
    made = world.do(draft_programme, **asked).id
    world.render(world.do(submit_bulletin, made, by=world.clerk).id, Sound(MIXED))
    world.approve(made, MIXED)
    return made


def cut_off(world, made, *, areas=(PROVINCE,), airing=None):
    """An airing that the loudspeakers of Nha Trang lost to something higher, and the others heard."""
    airing = airing or world.plan(made, areas=areas)
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    for node in NODES:
        world.tell(node.id, airing, "started", **HEARD)
        if node.area == NHA_TRANG:
            world.tell(node.id, airing, "stopped", heard_ms=20_000, reason=PRE_EMPTED, **HEARD)
        else:
            world.tell(node.id, airing, "finished", heard_ms=60_000, **HEARD)
    world.later(seconds=120)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.AIRED
    return airing


@pytest.mark.both_databases
def test_it_comes_again_once_where_it_was_cut_off(world):
    made = programme(world)
    airing = cut_off(world, made)
    (again,) = world.do(air_again)
    assert world.do(air_again) == []
    planned = world.ask(get_airing, again)
    assert (planned.bulletin, planned.again_of, planned.starts_at) == (made, airing, world.now + NOTICE)
    assert world.ask(targets_of, [again])[again] == (NHA_TRANG,)


def test_it_comes_again_where_loudspeakers_went_on_to_the_end_and_most_of_it_was_lost(world):
    airing = cut_off(world, programme(world))
    for node in NODES[:2]:
        world.tell(node.id, airing, "finished", heard_ms=26_000, **HEARD)
    (again,) = world.do(air_again)
    assert world.ask(targets_of, [again])[again] == (NHA_TRANG,)


def test_what_comes_again_and_is_cut_off_again_is_given_up(world):
    airing = cut_off(world, programme(world))
    (again,) = world.do(air_again)
    world.later(seconds=60)
    cut_off(world, None, airing=again)
    assert world.do(air_again) == []
    assert world.ask(get_airing, again).again_of == airing


def test_it_waits_for_the_next_slot_that_is_clear(world):
    cut_off(world, programme(world))
    other = world.approved()
    world.plan(other, areas=(NHA_TRANG,), seconds=NOTICE.total_seconds())
    (again,) = world.do(air_again)
    assert world.ask(get_airing, again).starts_at == world.now + NOTICE + timedelta(seconds=60)


@pytest.mark.parametrize("reason", ["rule", "withdrawn", "heard", "old"])
def test_it_does_not_come_again_without_the_rule_the_approval_or_the_need(world, reason):
    made = programme(world, again=reason != "rule")
    airing = cut_off(world, made)
    if reason == "withdrawn":
        world.do(withdraw_bulletin, made, by=world.approver)
    elif reason == "heard":
        for node in NODES[:2]:  # after the higher one they went on to its end
            world.tell(node.id, airing, "finished", heard_ms=60_000, **HEARD)
    elif reason == "old":
        world.later(seconds=WITHIN.total_seconds())
    assert world.do(air_again) == []


@pytest.mark.both_databases
def test_a_schedule_that_airs_it_again_within_a_day_is_the_next_slot(world):
    made = programme(world)
    daily = Daily(at=time(17), first=date(2026, 11, 25))
    schedule = world.do(schedule_bulletin, made, areas=[PROVINCE], rule=daily, by=world.approver).id
    first, second, *_ = world.ask(airings_between, world.now, world.now + timedelta(days=5))
    with world.store.write() as session:
        assert session.get_one(Airing, first.id).schedule == schedule
    world.later(seconds=(first.starts_at - world.now).total_seconds() - 60)
    cut_off(world, made, airing=first.id)
    assert world.do(air_again) == []
    assert second.starts_at - first.starts_at == timedelta(days=1)


def test_a_planner_who_may_no_longer_air_there_plans_nothing(world):
    made = programme(world)
    airing = cut_off(world, made)
    with world.store.write() as session:
        session.get_one(Airing, airing).created_by = world.technician.id
    assert world.do(air_again) == []
