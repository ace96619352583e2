"""Single occurrences are moved and cancelled, days off are kept to, and everything is made once."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.airings.queries import deliveries_of, get_airing, reach, targets_of
from controller.features.journal.queries import export
from controller.features.schedules.days_off import remove_day_off, set_day_off
from controller.features.schedules.occurrence_making import AHEAD, make_occurrences
from controller.features.schedules.queries import due_schedules, get_schedule
from controller.features.schedules.service import (
    cancel_occurrence,
    end_schedule,
    move_occurrence,
    schedule_bulletin,
)
from controller.model.airing_states import AiringState
from controller.model.airings import DEFAULT_VOLUME, Airing
from controller.model.schedules import Occurrence
from schedules.recurrence import WORKDAYS, Daily, MonthlyByDay, Weekly
from schedules.skips import Skips
from tests.support.station_world import NHA_TRANG
from tests.support.stored_rows import open_airings

DAILY = Daily(at=time(17, 0), first=date(2026, 11, 25))  # the world begins at 10:00 wall time of that day
DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 25, 10, tzinfo=UTC)


def scheduled(world, rule=DAILY, **wishes):
    wishes = {"areas": (NHA_TRANG,), "by": world.officer} | wishes
    return world.do(
        schedule_bulletin, wishes.pop("bulletin", None) or world.approved(), rule=rule, **wishes
    ).id


def open_starts(world):
    return [airing.asked_at for airing in world.ask(open_airings)]


def airings_at(world, at):
    with world.store.read() as session:
        return list(session.scalars(select(Airing).where(Airing.asked_at == at).order_by(Airing.id)))


def acts(world):
    return [json.loads(line)["act"] for line in world.ask(lambda session: list(export(session)))]


def is_due(world):
    with world.store.write() as session:
        return bool(due_schedules(session, world.now + AHEAD, 10))


def test_what_is_not_due_is_not_looked_at_until_its_next_occurrence_comes_near(world):
    scheduled(world)
    assert not is_due(world)
    assert world.do(make_occurrences).schedules == 0
    world.later(hours=7, seconds=1)
    assert is_due(world)
    assert world.do(make_occurrences).schedules == 1
    assert not is_due(world)


def test_a_monthly_schedule_is_due_when_its_day_comes_near_and_once(world):
    rule = MonthlyByDay(at=time(17), first=date(2026, 11, 25), days=frozenset({31}))
    scheduled(world, rule)
    assert open_starts(world) == []
    world.later(days=22, hours=8)  # 17 December: the 31st is two weeks away
    assert len(world.do(make_occurrences).airings) == 1
    assert open_starts(world) == [datetime(2026, 12, 31, 10, tzinfo=UTC)]


def test_a_schedule_that_has_ended_by_its_rule_is_never_due_again(world):
    schedule = scheduled(world, Daily(at=time(17), first=date(2026, 11, 25), times=3))
    assert len(open_starts(world)) == 3
    assert world.ask(get_schedule, schedule).next_at is None


def shape(session, airing):
    nodes = [(row.node, row.rung, row.heard_ms) for row in deliveries_of(session, airing)]
    return nodes, targets_of(session, [airing])[airing], get_airing(session, airing).volume


def test_an_occurrences_targets_and_deliveries_are_those_of_any_airing_once_it_goes_out(world):
    bulletin = world.approved()
    scheduled(world, Daily(at=time(17), first=date(2026, 11, 25), times=1), bulletin=bulletin)
    alone = world.plan(bulletin, seconds=60)
    (other,) = [airing.id for airing in world.ask(open_airings) if airing.id != alone]
    assert world.ask(deliveries_of, other) == []
    assert world.ask(reach, other) == world.ask(reach, alone)
    world.later(hours=6)
    world.advance()
    assert world.ask(shape, alone) == world.ask(shape, other)
    assert world.ask(get_airing, other).volume == DEFAULT_VOLUME


def test_an_occurrence_that_was_missed_unapproved_still_names_who_should_have_heard_it(world):
    scheduled(world, Daily(at=time(17), first=date(2026, 11, 25), times=1))
    (airing,) = [one.id for one in world.ask(open_airings)]
    world.later(hours=8)
    world.advance()
    assert world.ask(get_airing, airing).state == AiringState.MISSED
    assert [row.node for row in world.ask(deliveries_of, airing)] == ["22366-1", "22366-2"]


def test_a_cancelled_occurrence_is_cancelled_for_ever_and_the_others_stay(world):
    schedule = scheduled(world)
    world.do(cancel_occurrence, schedule, FIRST + DAY, by=world.officer, reason="Mất điện.")
    (airing,) = airings_at(world, FIRST + DAY)
    assert (airing.state, airing.reason) == (AiringState.CANCELLED, "Mất điện.")
    assert len(open_starts(world)) == 13
    world.do(cancel_occurrence, schedule, FIRST + 20 * DAY, by=world.officer)
    world.later(days=10)
    world.do(make_occurrences)
    assert FIRST + 20 * DAY not in open_starts(world)
    assert airings_at(world, FIRST + 20 * DAY) == []
    with pytest.raises(BadInput):
        world.do(cancel_occurrence, schedule, FIRST + 20 * DAY, by=world.officer)
    assert acts(world).count("schedule.occurrence_cancelled") == 2


def test_a_moved_occurrence_sounds_at_its_new_time_alone(world):
    schedule = scheduled(world)
    to = FIRST + DAY + timedelta(hours=2)
    world.do(move_occurrence, schedule, FIRST + DAY, to=to, by=world.officer)
    (old,) = airings_at(world, FIRST + DAY)
    assert (old.state, old.reason) == (AiringState.CANCELLED, "Đã dời sang 19:00:00 ngày 26/11/2026.")
    assert [airing.state for airing in airings_at(world, to)] == [AiringState.PLANNED]
    assert len(open_starts(world)) == 14
    world.do(make_occurrences)
    world.do(move_occurrence, schedule, FIRST + DAY, to=FIRST + DAY, by=world.officer)
    assert open_starts(world) == [FIRST + n * DAY for n in range(14)]
    assert acts(world).count("schedule.occurrence_moved") == 2


def test_an_occurrence_is_moved_out_of_the_next_two_weeks_and_into_them(world):
    schedule = scheduled(world)
    away, near = FIRST + 30 * DAY + timedelta(hours=1), FIRST + timedelta(hours=3)
    world.do(move_occurrence, schedule, FIRST + DAY, to=away, by=world.officer)
    world.do(move_occurrence, schedule, FIRST + 40 * DAY, to=near, by=world.officer)
    assert FIRST + DAY not in open_starts(world)
    assert near in open_starts(world)
    assert away not in open_starts(world)
    for _ in range(41):
        world.later(days=1)
        world.do(make_occurrences)
    assert [airing.state for airing in airings_at(world, away)] == [AiringState.PLANNED]
    assert airings_at(world, FIRST + 40 * DAY) == []
    assert len(airings_at(world, near)) == 1


@pytest.mark.parametrize(
    ("original", "to", "wrong"),
    [
        (FIRST + timedelta(minutes=1), FIRST + timedelta(hours=1), BadInput),
        (FIRST, FIRST - timedelta(hours=9), BadInput),
        (FIRST, FIRST + 500 * DAY, BadInput),
        (FIRST, FIRST + DAY, Conflict),
        (FIRST - DAY, FIRST + timedelta(hours=1), BadInput),
    ],
)
def test_a_move_that_cannot_be_changes_nothing(world, original, to, wrong):
    schedule = scheduled(world)
    before = world.ask(get_schedule, schedule).rule
    with pytest.raises(wrong):
        world.do(move_occurrence, schedule, original, to=to, by=world.officer)
    assert world.ask(get_schedule, schedule).rule == before
    assert open_starts(world) == [FIRST + n * DAY for n in range(14)]


def test_what_is_over_or_sounds_is_not_moved(world):
    schedule = scheduled(world)
    world.later(hours=6)
    world.advance()
    world.publish()
    world.later(hours=1)
    world.advance()
    assert [airing.state for airing in airings_at(world, FIRST)] == [AiringState.SOUNDING]
    with pytest.raises(Conflict):
        world.do(move_occurrence, schedule, FIRST, to=FIRST + timedelta(hours=5), by=world.officer)
    world.do(cancel_occurrence, schedule, FIRST, by=world.officer)
    assert [airing.state for airing in airings_at(world, FIRST)] == [AiringState.CANCELLED]


def test_who_may_not_air_there_moves_nothing_and_any_role_of_the_area_cancels(world):
    schedule = scheduled(world)
    with pytest.raises(NotAllowed):
        world.do(move_occurrence, schedule, FIRST, to=FIRST + timedelta(hours=1), by=world.technician)
    world.do(cancel_occurrence, schedule, FIRST, by=world.technician)


def test_an_ended_schedule_is_changed_no_more(world):
    schedule = scheduled(world)
    world.do(end_schedule, schedule, by=world.officer, reason="Hết đợt.")
    assert {airing.reason for airing in airings_at(world, FIRST)} == {"Hết đợt."}
    for change in (cancel_occurrence, move_occurrence):
        more = {"to": FIRST + timedelta(hours=1)} if change is move_occurrence else {}
        with pytest.raises(Conflict):
            world.do(change, schedule, FIRST, by=world.officer, **more)


def test_a_new_day_off_takes_its_airings_back_and_gives_them_again_when_it_is_none(world):
    kept = scheduled(world, skips=Skips(days_off=True))
    scheduled(world)
    day, at = date(2026, 11, 27), FIRST + 2 * DAY
    world.do(set_day_off, day, name="Lễ hội Tháp Bà", by=world.administrator)
    one, other = airings_at(world, at)
    gone, stays = (one, other) if one.schedule == kept else (other, one)
    assert (gone.state, gone.reason) == (AiringState.CANCELLED, "Ngày nghỉ: Lễ hội Tháp Bà.")
    assert stays.state is AiringState.PLANNED
    world.later(seconds=1)
    world.do(remove_day_off, day, by=world.administrator)
    states = [airing.state for airing in airings_at(world, at) if airing.schedule == kept]
    assert states == [AiringState.CANCELLED, AiringState.PLANNED]


def test_an_airing_that_a_person_stopped_is_not_given_again_by_a_day_off_that_is_none(world):
    from controller.features.airings.cancellation import cancel_airing

    scheduled(world, skips=Skips(days_off=True))
    at = FIRST + 2 * DAY
    (airing,) = airings_at(world, at)
    world.do(cancel_airing, airing.id, by=world.officer)
    world.do(set_day_off, date(2026, 11, 27), name="Nghỉ", by=world.administrator)
    world.do(remove_day_off, date(2026, 11, 27), by=world.administrator)
    assert [airing.state for airing in airings_at(world, at)] == [AiringState.CANCELLED]


def test_a_schedule_over_tet_is_silent_on_its_days_off_unless_the_province_works(world):
    world.later(days=68)  # 1 February 2027; Tết is on the 6th
    scheduled(world, skips=Skips(days_off=True))
    silent = {date(2027, 2, day) for day in range(4, 11)}
    there = {(at + timedelta(hours=7)).date() for at in open_starts(world)}
    assert there == {date(2027, 2, 1) + n * DAY for n in range(14)} - silent
    world.do(set_day_off, date(2027, 2, 10), name="Làm bù", off=False, by=world.administrator)
    assert date(2027, 2, 10) in {(at + timedelta(hours=7)).date() for at in open_starts(world)}


def test_a_moved_occurrence_ignores_days_off(world):
    schedule = scheduled(world, skips=Skips(days_off=True))
    day = date(2026, 11, 27)
    world.do(set_day_off, day, name="Nghỉ", by=world.administrator)
    world.do(move_occurrence, schedule, FIRST, to=FIRST + 2 * DAY + timedelta(hours=1), by=world.officer)
    world.do(make_occurrences)
    assert FIRST + 2 * DAY + timedelta(hours=1) in open_starts(world)


def test_only_the_first_and_the_full_moon_of_lunar_months(world):
    scheduled(world, skips=Skips(only_lunar=frozenset({1, 15})))
    world.later(days=14)
    world.do(make_occurrences)
    # 9 December 2026 is the first of the eleventh lunar month, 23 December its full moon
    assert open_starts(world) == [datetime(2026, 12, day, 10, tzinfo=UTC) for day in (9,)]


def test_a_schedule_whose_days_are_all_skipped_is_refused(world):
    rule = Daily(at=time(17), first=date(2027, 2, 6), times=2)
    with pytest.raises(BadInput):
        scheduled(world, rule, skips=Skips(days_off=True))


@pytest.mark.parametrize(
    ("day", "wish", "wrong"),
    [
        (date(2026, 11, 27), {"name": "  "}, BadInput),
        (date(2026, 11, 27), {"name": "x" * 201}, BadInput),
        (date(1026, 11, 27), {"name": "Nghỉ"}, BadInput),
        (date(2026, 11, 27), {"name": "Làm bù", "off": False}, BadInput),
    ],
)
def test_a_day_off_that_makes_no_sense_is_refused(world, day, wish, wrong):
    with pytest.raises(wrong):
        world.do(set_day_off, day, by=world.administrator, **wish)


def test_only_who_may_rule_changes_days_off_and_each_change_is_journaled(world):
    with pytest.raises(NotAllowed):
        world.do(set_day_off, date(2026, 11, 27), name="Nghỉ", by=world.approver)
    with pytest.raises(NotFound):
        world.do(remove_day_off, date(2026, 11, 27), by=world.administrator)
    world.do(set_day_off, date(2026, 11, 27), name="Nghỉ", by=world.administrator)
    world.do(set_day_off, date(2026, 11, 27), name="Nghỉ hè", by=world.administrator)
    world.do(remove_day_off, date(2026, 11, 27), by=world.administrator)
    assert [act for act in acts(world) if act.startswith("day_off")] == [
        "day_off.set",
        "day_off.set",
        "day_off.removed",
    ]


def test_many_due_schedules_are_done_by_several_beats(world, monkeypatch):
    monkeypatch.setattr("controller.features.schedules.occurrence_making.MOST_AT_ONCE", 2)
    bulletin = world.approved()
    for _ in range(5):
        scheduled(world, Weekly(at=time(17), first=date(2026, 11, 25), weekdays=WORKDAYS), bulletin=bulletin)
    world.later(days=1)
    looked = []
    while not looked or not looked[-1].is_all:
        looked.append(world.do(make_occurrences))
    assert [made.schedules for made in looked] == [2, 2, 1]


def test_a_clock_that_jumps_back_and_forth_makes_nothing_twice(world):
    scheduled(world)
    for hours in (30, -29, 5, -1, 24 * 20, -24 * 19, 24 * 3):
        world.later(hours=hours)
        world.do(make_occurrences)
    starts = open_starts(world)
    assert len(starts) == len(set(starts))
    with world.store.read() as session:
        assert set(session.scalars(select(Airing.state))) == {AiringState.PLANNED}
        made = list(session.scalars(select(Occurrence.original_at)))
    assert len(made) == len(set(made))
