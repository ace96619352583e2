"""What an airing would meet is told before it is planned, and what is told is what nodes then do."""

from datetime import UTC, datetime, time, timedelta

import pytest

from controller.features.airings.conflict_check import heard_in
from controller.features.airings.conflict_messages import when_words
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import AgainstPolicy, BroadcastRequest, MeetsOthers, plan_foreseen
from controller.features.airings.queries import get_airing
from controller.features.airings.timetables import timetable_of
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import published_policies
from controller.features.schedules.service import move_occurrence, schedule_bulletin
from controller.model.airing_states import AiringState
from controller.model.local_time import ZONE
from devices.ids import Grade
from devices.plan import timetable
from devices.statements import QuietHours
from schedules.recurrence import Daily
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE
from tests.support.stored_rows import published_plans

NIGHT = (QuietHours(begins="21:30", ends="04:45"),)
MINUTE = 60
TO_A_QUARTER_PAST_THREE = (17 * 60 + 15) * MINUTE
"""The test world's clock stands at 10:00."""


@pytest.fixture
def quiet(world):
    sign_night(world, NIGHT)
    return world


def sign_night(world, hours, minutes=1440):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=hours,
        minutes_a_day=minutes,
    )


def plan(world, bulletin, *, seconds, areas=(NHA_TRANG,), by=None, **kwargs):
    starts_at = world.now + timedelta(seconds=seconds)
    wish = BroadcastRequest(areas, starts_at, **kwargs)
    airing = world.do(plan_foreseen, bulletin, wish, by=by or world.approver)
    world.agree(airing.id)
    return airing


def state(world, airing):
    return world.ask(get_airing, airing).state


def test_a_relay_typed_for_a_quarter_past_three_at_night_is_refused(quiet):
    with pytest.raises(AgainstPolicy) as refused:
        plan(quiet, quiet.approved(), seconds=TO_A_QUARTER_PAST_THREE, areas=[PROVINCE])
    assert "03:15 đêm mai rơi vào giờ yên lặng" in refused.value.sentence
    assert "Sớm nhất có thể phát lúc 04:45 sáng mai." in refused.value.sentence
    (conflict,) = refused.value.facts["conflicts"]
    assert conflict["kind"] == "quiet-hours"
    assert sorted(conflict["areas"]) == [BAC_NHA_TRANG, NHA_TRANG]
    assert quiet.ask(heard_in, NHA_TRANG, quiet.now, quiet.now + timedelta(days=2)) == []


def test_after_means_the_first_instant_that_policies_allow(quiet):
    bulletin = quiet.approved()
    airing = plan(quiet, bulletin, seconds=TO_A_QUARTER_PAST_THREE, meeting=Meeting.AFTER)
    assert airing.starts_at == quiet.now + timedelta(hours=18, minutes=45)


def test_what_may_start_late_enough_is_planned_and_starts_when_quiet_hours_end(quiet):
    bulletin = quiet.approved()
    late = quiet.now + timedelta(hours=19)
    airing = plan(quiet, bulletin, seconds=TO_A_QUARTER_PAST_THREE, latest_start_at=late)
    quiet.later(hours=17)
    quiet.advance()
    assert quiet.ask(get_airing, airing.id).starts_at == quiet.now + timedelta(hours=1, minutes=45)


def test_a_policy_signed_after_planning_keeps_the_airing_from_being_delivered(world):
    airing = plan(world, world.approved(), seconds=TO_A_QUARTER_PAST_THREE)
    sign_night(world, NIGHT)
    world.later(hours=17)
    world.advance()
    seen = world.ask(get_airing, airing.id)
    assert (seen.state, "giờ yên lặng" in seen.reason) == (AiringState.MISSED, True)


def test_minutes_of_the_day_count_what_was_aired_today(world):
    sign_night(world, (), minutes=1)
    first = plan(world, world.approved(), seconds=MINUTE)
    world.advance()
    world.publish()
    world.later(seconds=MINUTE)
    world.advance()
    for node in (f"{NHA_TRANG}-1", f"{NHA_TRANG}-2"):
        world.tell(node, first.id, "finished", heard_ms=60_000, at=world.now + timedelta(seconds=60))
        world.tell(node, first.id, "started")
    world.later(seconds=90)
    world.advance()
    assert state(world, first.id) is AiringState.AIRED
    with pytest.raises(AgainstPolicy) as refused:
        plan(world, world.approved(), seconds=600)
    assert refused.value.facts["conflicts"][0]["kind"] == "minutes-a-day"
    world.publish()
    (named,) = [one for one in world.ask(published_plans, NHA_TRANG) if one.target == NHA_TRANG]
    assert [one.airing for one in named.airings] == [first.id]
    world.later(hours=15)
    world.publish()
    (named,) = [one for one in world.ask(published_plans, NHA_TRANG) if one.target == NHA_TRANG]
    assert named.airings == ()


def test_two_at_once_are_told_and_each_choice_does_what_it_says(world):
    first = plan(world, world.approved(), seconds=600)
    with pytest.raises(MeetsOthers) as refused:
        plan(world, world.approved(), seconds=630)
    (conflict,) = refused.value.facts["conflicts"]
    assert (conflict["kind"], conflict["other"], conflict["seconds_lost"]) == ("yields", first.id, 30.0)
    assert "phát ngay sau đó (10:11 sáng nay)" in refused.value.sentence
    after = plan(world, world.approved(), seconds=630, meeting=Meeting.AFTER)
    assert after.starts_at == first.starts_at + timedelta(seconds=60)
    level = plan(world, world.approved(), seconds=610, meeting=Meeting.ACCEPT)
    assert state(world, level.id) is AiringState.PLANNED
    instead = plan(world, world.approved(), seconds=605, meeting=Meeting.REPLACE)
    assert state(world, instead.id) is AiringState.PLANNED
    assert [state(world, one.id) for one in (first, after, level)] == [AiringState.CANCELLED] * 3


def sounding_now(world):
    """An airing of 60 s that sounds in the whole province, 10 s after it began."""
    airing = plan(world, world.approved(), seconds=MINUTE, areas=(PROVINCE,))
    world.advance()
    world.publish()
    world.tell(f"{NHA_TRANG}-1", airing.id, "fetched")
    world.later(seconds=MINUTE + 10)
    world.advance()
    return airing


def at_once(world, areas=(NHA_TRANG,), **kwargs):
    """An airing asked for now, which starts as soon as it can be delivered, within two hours."""
    patience = world.now + timedelta(hours=2)
    wish = {"latest_start_at": patience, "meeting": Meeting.ACCEPT} | kwargs
    airing = plan(world, world.approved(), seconds=0, areas=areas, **wish)
    world.advance()
    return world.ask(get_airing, airing.id)


def test_what_is_asked_at_once_starts_when_that_which_sounds_there_has_ended(world):
    first = sounding_now(world)
    assert at_once(world).starts_at == first.starts_at + timedelta(seconds=60)


def test_what_is_asked_at_once_in_a_higher_grade_waits_for_nothing(world):
    sounding_now(world)
    assert at_once(world, grade=Grade.PRIORITY).starts_at < world.now + timedelta(seconds=10)


def test_what_may_not_start_late_enough_goes_out_as_it_was_asked(world):
    sounding_now(world)
    soon = world.now + timedelta(seconds=20)
    assert at_once(world, latest_start_at=soon).starts_at <= soon


def test_a_refusal_saves_nothing_and_cancels_nothing(world):
    first = world.called(world.approved(highest=Grade.EMERGENCY))
    with pytest.raises(MeetsOthers):
        plan(world, world.approved(), seconds=610, meeting=Meeting.REPLACE)
    assert state(world, first) is AiringState.DELIVERING


def test_a_schedule_against_policies_is_not_laid_down_and_no_time_of_one_is_moved_there(quiet):
    bulletin, first = quiet.approved(), quiet.now.astimezone(ZONE).date() + timedelta(days=1)
    night, day = Daily(at=time(3, 15), first=first), Daily(at=time(17), first=first)
    with pytest.raises(AgainstPolicy, match="03:15 đêm mai rơi vào giờ yên lặng"):
        quiet.do(schedule_bulletin, bulletin, areas=[PROVINCE], rule=night, by=quiet.approver)
    schedule = quiet.do(schedule_bulletin, bulletin, areas=[PROVINCE], rule=day, by=quiet.approver)
    quiet.agree_to_all(schedule.id)
    evening = datetime.combine(first, time(17), ZONE)
    to = evening + timedelta(hours=7)
    with pytest.raises(AgainstPolicy):
        quiet.do(move_occurrence, schedule.id, evening.astimezone(UTC), to=to, by=quiet.approver)
    starts = [one.slot.starts_at for one in quiet.ask(heard_in, NHA_TRANG, quiet.now, evening + timedelta(1))]
    assert starts == [evening]


def test_an_airing_elsewhere_is_not_met(world):
    plan(world, world.approved(), seconds=600, areas=[BAC_NHA_TRANG])
    assert plan(world, world.approved(), seconds=600, areas=[NHA_TRANG])


def test_the_length_of_what_nobody_has_spoken_yet_is_guessed_from_its_words(world):
    plan(world, world.submitted(text="Xin chào bà con. " * 100, rendered=False), seconds=600)
    with pytest.raises(MeetsOthers) as refused:
        plan(world, world.submitted(rendered=False), seconds=650)
    assert refused.value.facts["is_estimate"]
    assert 10 < refused.value.facts["duration_seconds"] < 60


def test_the_timetable_of_an_area_is_what_its_loudspeakers_do(quiet):
    plan(quiet, quiet.approved(), seconds=600, areas=[PROVINCE])
    plan(quiet, quiet.approved(), seconds=690)
    plan(quiet, quiet.approved(), seconds=640, grade=Grade.PRIORITY, meeting=Meeting.ACCEPT)
    waiting = plan(quiet, quiet.submitted(), seconds=3600)
    until = quiet.now + timedelta(days=1)
    told = quiet.ask(timetable_of, NHA_TRANG, quiet.now, until, quiet.now)
    quiet.advance()
    quiet.publish()
    plans, policies = quiet.ask(published_plans, NHA_TRANG), quiet.ask(published_policies, NHA_TRANG)
    played = timetable(plans, policies, quiet.now, until)
    assert [(slot.airing, slot.starts_at, slot.ends_at) for slot in told.slots] == [
        (slot.airing.airing, slot.starts_at, slot.ends_at) for slot in played
    ]
    assert [slot.cut for slot in played] == [True, False, True]
    assert told.first_sound == "10:10 sáng nay"
    assert [one.airing for one in told.waiting] == [waiting.id]


def test_what_sounds_now_is_shown_whole_and_with_its_true_start(world):
    airing = plan(world, world.approved(), seconds=600)
    world.later(seconds=620)
    (slot,) = world.ask(timetable_of, NHA_TRANG, world.now, world.now + timedelta(days=1), world.now).slots
    assert (slot.airing, slot.seconds, slot.cut) == (airing.id, 60.0, False)
    assert slot.starts_at == airing.starts_at


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ((2026, 11, 25, 4, 45), "04:45 sáng nay"),
        ((2026, 11, 26, 3, 15), "03:15 đêm mai"),
        ((2026, 11, 25, 11, 0, 25), "11:00:25 trưa nay"),
        ((2026, 11, 24, 17, 0), "17:00 chiều qua"),
        ((2026, 11, 27, 19, 30), "19:30 tối thứ Sáu, 27/11/2026"),
    ],
)
def test_an_hour_is_said_as_people_say_it(at, said):
    now = datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
    assert when_words(datetime(*at, tzinfo=ZONE), now) == said


@pytest.mark.parametrize("seam", [0, 10, 30, 59])
def test_what_still_sounds_when_a_timetable_ends_is_shown_as_cut_by_what_comes_after(world, seam):
    first = plan(world, world.approved(), seconds=600)
    plan(world, world.approved(), seconds=630, grade=Grade.PRIORITY, meeting=Meeting.ACCEPT)
    began = first.starts_at
    shown = world.ask(heard_in, NHA_TRANG, world.now, began + timedelta(seconds=seam, microseconds=1))
    assert (shown[0].slot.ends_at - began, shown[0].slot.cut) == (timedelta(seconds=30), True)
    whole = world.ask(heard_in, NHA_TRANG, world.now, world.now + timedelta(days=1))
    assert shown == whole[: len(shown)]
