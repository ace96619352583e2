import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.ids import Grade
from devices.messages import Plan, PlannedAiring
from devices.plan import (
    EMERGENCY_FLOOR,
    WALL_TIME,
    MergedPlans,
    change_points,
    ends_at,
    is_due,
    merge,
    timetable,
    what_sounds,
)
from devices.statements import LoudHours, Policy, QuietHours
from tests.support import stranger_rules
from tests.support.nightly import examples

DAWN = datetime(2026, 11, 24, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).astimezone(UTC)
"""A midnight in Vietnam."""


def airing(name="a", at=0, minutes=10, grade=Grade.ROUTINE, volume=80, *, test=False):
    starts_at = DAWN + timedelta(minutes=at)
    return PlannedAiring(
        airing=name,
        recording="0" * 64,
        approval="0" * 64,
        starts_at=starts_at,
        latest_start_at=starts_at + timedelta(minutes=1),
        duration_ms=int(minutes * 60_000),
        grade=grade,
        volume=volume,
        test=test,
    )


def plan(*airings, target="56", version=1, expires_in=72 * 60, loudest=100):
    return Plan(
        target=target,
        version=version,
        issued_at=DAWN - timedelta(hours=1),
        expires_at=DAWN + timedelta(minutes=expires_in),
        airings=airings,
        loudest_volume=loudest,
    )


def policy(*quiet, target="56", loudest=100, minutes=1440, volumes=()):
    return Policy(
        target=target,
        version=1,
        issued_at=DAWN,
        expires_at=DAWN + timedelta(days=30),
        quiet_hours=tuple(QuietHours(begins=begins, ends=ends) for begins, ends in quiet),
        loudest_volume=loudest,
        minutes_a_day=minutes,
        volumes=tuple(
            LoudHours(begins=begins, ends=ends, loudest_volume=cap) for begins, ends, cap in volumes
        ),
    )


def at(minutes):
    return DAWN + timedelta(minutes=minutes)


def sounding(plans, policies, minutes):
    found = what_sounds(plans, policies, at(minutes))
    return found and found.airing


# -- examples


def test_an_airing_sounds_from_its_start_up_to_but_not_including_its_end():
    plans = [plan(airing(at=60, minutes=10))]
    assert [sounding(plans, [], m) for m in (59.999, 60, 69.999, 70)] == [None, "a", "a", None]


def test_the_higher_grade_takes_the_area_and_the_lower_one_goes_on_afterwards():
    plans = [plan(airing("r", 0, 30), airing("e", 10, 5, Grade.EMERGENCY))]
    slots = timetable(plans, [], at(0), at(60))
    assert [(slot.airing.airing, slot.cut) for slot in slots] == [("r", True), ("e", False), ("r", True)]


def test_of_equal_grade_the_earlier_start_sounds_then_the_smaller_id():
    assert sounding([plan(airing("b", 0), airing("a", 5))], [], 6) == "b"
    assert sounding([plan(airing("b", 0), airing("a", 0))], [], 6) == "a"


def test_quiet_hours_across_midnight_cut_a_routine_airing_where_they_begin():
    plans = [plan(airing(at=21 * 60 + 50, minutes=30))]
    (slot,) = timetable(plans, [policy(("22:00", "05:00"))], at(0), at(48 * 60))
    assert (slot.ends_at, slot.cut) == (at(22 * 60), True)


def test_an_emergency_breaks_quiet_hours_and_the_days_minutes_but_not_the_volume_cap():
    plans = [plan(airing(at=60, grade=Grade.EMERGENCY, volume=100))]
    found = what_sounds(plans, [policy(("00:00", "05:00"), minutes=0, loudest=70)], at(61))
    assert found is not None
    assert found.volume == 70


def test_the_cap_of_the_hours_that_an_airing_meets_holds_for_all_of_it_emergencies_included():
    dawn = policy(loudest=90, volumes=[("05:00", "06:30", 40)])
    plans = [
        plan(
            airing("before", 4 * 60 + 50, 10),
            airing("into", 6 * 60 + 20, 20, Grade.EMERGENCY),
            airing("after", 6 * 60 + 40, 10),
        )
    ]
    slots = timetable(plans, [dawn], at(0), at(24 * 60))
    assert [(slot.airing.airing, slot.airing.volume, slot.cut) for slot in slots] == [
        ("before", 80, False),
        ("into", 40, False),
        ("after", 80, False),
    ]


def test_louder_hours_never_widen_what_the_policy_allows():
    (slot,) = timetable(
        [plan(airing(at=60))], [policy(loudest=30, volumes=[("00:00", "00:00", 90)])], at(0), at(90)
    )
    assert slot.airing.volume == 30


@pytest.mark.parametrize(
    ("plans", "policies"),
    [
        ([plan(target="n1", version=2, expires_in=30, loudest=0)], []),
        ([], [policy(loudest=0)]),
        ([], [policy(volumes=[("00:00", "00:00", 5)])]),
    ],
)
def test_nothing_makes_an_emergency_quieter_than_its_floor_but_caps_bind_all_else(plans, policies):
    def volume(**asked):
        found = what_sounds([plan(airing(at=60, **asked)), *plans], policies, at(61))
        return found and found.volume

    assert volume(grade=Grade.EMERGENCY, volume=100) == EMERGENCY_FLOOR
    assert volume(grade=Grade.EMERGENCY, volume=10) == EMERGENCY_FLOOR
    assert volume(volume=100) < EMERGENCY_FLOOR


def test_the_cap_of_a_plan_binds_what_other_plans_name_and_outlasts_it():
    own = plan(target="n1", version=2, expires_in=30, loudest=25)
    found = what_sounds([plan(airing(at=60)), own], [], at(61))
    assert found is not None
    assert found.volume == 25


def test_quiet_hours_that_begin_when_they_end_last_all_day():
    assert sounding([plan(airing(at=300))], [policy(("06:00", "06:00"))], 301) is None


def test_the_days_minutes_run_out_in_the_middle_of_an_airing_and_return_at_midnight():
    plans = [plan(airing("a", 300, 10), airing("b", 600, 10), airing("c", 24 * 60 + 300, 10))]
    slots = timetable(plans, [policy(minutes=15)], at(0), at(48 * 60))
    assert [(s.airing.airing, s.ends_at, s.cut) for s in slots] == [
        ("a", at(310), False),
        ("b", at(605), True),
        ("c", at(24 * 60 + 310), False),
    ]


def test_minutes_that_quiet_hours_silence_count_as_planned_so_that_a_policy_never_widens_another():
    plans = [plan(airing("a", 60, 10), airing("b", 600, 10))]
    budget, quiet = policy(minutes=10), policy(("00:00", "05:00"))
    assert sounding(plans, [budget], 601) is None
    assert sounding(plans, [budget, quiet], 601) is None


def test_an_expired_plan_says_nothing_more():
    plans = [plan(airing(at=60, minutes=10), expires_in=65)]
    (slot,) = timetable(plans, [], at(0), at(120))
    assert (slot.ends_at, slot.cut) == (at(65), True)


def test_the_newest_plan_that_names_an_airing_counts():
    old, new = plan(airing(at=60), version=1), plan(airing(at=90), target="56-1", version=2)
    assert [found.starts_at for found in merge([new, old], DAWN)] == [at(90)]


# -- properties


grades = st.sampled_from(Grade)
minutes_of_three_days = st.integers(-24 * 60, 48 * 60)


@st.composite
def some_airings(draw):
    return airing(
        draw(st.sampled_from("abcdef")),
        draw(minutes_of_three_days),
        draw(st.integers(1, 300)),
        draw(grades),
        draw(st.integers(0, 100)),
    )


@st.composite
def some_plans(draw):
    made = []
    for version in draw(st.lists(st.integers(1, 50), max_size=3, unique=True)):
        airings = draw(st.lists(some_airings(), max_size=4, unique_by=lambda one: one.airing))
        expires_in = draw(st.integers(-60, 72 * 60))
        made.append(
            plan(
                *airings,
                target=str(version),
                version=version,
                expires_in=expires_in,
                loudest=draw(st.sampled_from([100, 100, 30])),
            )
        )
    return made


wall_times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")


@st.composite
def some_policies(draw):
    return policy(
        *draw(st.lists(st.tuples(wall_times, wall_times), max_size=2)),
        loudest=draw(st.integers(0, 100)),
        minutes=draw(st.sampled_from([0, 5, 60, 200, 1440])),
        volumes=draw(st.lists(st.tuples(wall_times, wall_times, st.integers(0, 100)), max_size=2)),
    )


policies_lists = st.lists(some_policies(), max_size=2)
instants = minutes_of_three_days.map(at) | st.integers(0, 48 * 3600_000).map(
    lambda ms: DAWN + timedelta(milliseconds=ms)
)


def is_quiet(one, now):
    wall = now.astimezone(WALL_TIME).strftime("%H:%M")
    return any(
        (q.begins <= wall < q.ends) if q.begins < q.ends else (wall >= q.begins or wall < q.ends)
        for q in one.quiet_hours
    )


@examples(100)
@given(some_plans(), policies_lists, instants)
def test_what_sounds_is_due_in_a_plan_that_is_in_force(plans, policies, now):
    found = what_sounds(plans, policies, now)
    if found is not None:
        assert is_due(found, now)
        assert any(found.airing == one.airing for p in plans if p.expires_at > now for one in p.airings)


@examples(100)
@given(some_plans(), policies_lists, instants)
def test_in_quiet_hours_nothing_but_an_emergency_ever_sounds(plans, policies, now):
    found = what_sounds(plans, policies, now)
    if found is not None and any(is_quiet(one, now) for one in policies):
        assert found.grade is Grade.EMERGENCY


@examples(100)
@given(some_plans(), policies_lists, instants)
def test_nothing_louder_or_of_lower_grade_than_allowed_sounds(plans, policies, now):
    found = what_sounds(plans, policies, now)
    if found is not None:
        floor = EMERGENCY_FLOOR if found.grade is Grade.EMERGENCY else 0
        assert all(found.volume <= max(one.loudest_volume, floor) for one in policies)
        assert all(one.grade.rank <= found.grade.rank for one in merge(plans, now) if is_due(one, now))


@examples(100)
@given(some_plans(), policies_lists, instants, st.randoms())
def test_the_order_of_plans_and_policies_changes_nothing(plans, policies, now, randomness):
    before = (merge(plans, now), what_sounds(plans, policies, now))
    randomness.shuffle(plans)
    randomness.shuffle(policies)
    assert (merge(plans, now), what_sounds(plans, policies, now)) == before


@examples(100)
@given(some_plans(), policies_lists, some_policies(), instants)
def test_one_more_policy_only_narrows(plans, policies, more, now):
    without, with_it = what_sounds(plans, policies, now), what_sounds(plans, [*policies, more], now)
    if with_it is not None:
        assert without is not None
        assert with_it.airing == without.airing
        assert with_it.volume <= without.volume


@given(some_plans(), policies_lists, st.lists(instants, min_size=1, max_size=20))
@examples(60)
def test_the_timetable_agrees_with_what_sounds_at_every_instant(plans, policies, moments):
    since, until = at(0), at(48 * 60)
    slots = timetable(plans, policies, since, until)
    edges = [
        moment for slot in slots for moment in (slot.starts_at, slot.ends_at - timedelta(microseconds=1))
    ]
    for now in (*moments, *edges):
        if not since <= now < until:
            continue
        listed = [slot.airing for slot in slots if slot.starts_at <= now < slot.ends_at]
        assert listed == [found for found in (what_sounds(plans, policies, now),) if found is not None]


@given(some_plans(), policies_lists, st.lists(instants, min_size=2, max_size=20))
@examples(60)
def test_plans_that_are_merged_once_say_the_same_at_every_instant_in_any_order(plans, policies, moments):
    expiries = [
        moment for plan in plans for moment in (plan.expires_at, plan.expires_at - timedelta.resolution)
    ]
    merged = MergedPlans(tuple(plans))
    for now in (*moments, *expiries, *moments):
        assert merged.what_sounds(policies, now) == what_sounds(plans, policies, now)


def instant_by_instant(plans, policies, since, until):
    """The timetable, the slow way: what sounds, asked again at each instant at which it may change."""
    spans = []
    for begins, ends in pairwise([since, *change_points(plans, policies, since, until), until]):
        sounds = what_sounds(plans, policies, begins) if begins < ends else None
        if sounds is None:
            continue
        goes_on = bool(spans) and (spans[-1][0], spans[-1][2]) == (sounds, begins)
        spans.append((sounds, spans.pop()[1] if goes_on else begins, ends))
    return spans


@examples(100)
@given(some_plans(), policies_lists, instants, st.integers(1, 72 * 60))
def test_the_timetable_is_what_sounds_asked_instant_by_instant(plans, policies, since, minutes):
    until = since + timedelta(minutes=minutes)
    found = [(slot.airing, slot.starts_at, slot.ends_at) for slot in timetable(plans, policies, since, until)]
    assert found == instant_by_instant(plans, policies, since, until)


@given(some_plans(), policies_lists)
@examples(60)
def test_slots_are_in_order_apart_and_inside_their_airings(plans, policies):
    slots = timetable(plans, policies, at(0), at(48 * 60))
    for slot in slots:
        assert slot.airing.starts_at <= slot.starts_at < slot.ends_at <= ends_at(slot.airing)
        whole = (slot.starts_at, slot.ends_at) == (slot.airing.starts_at, ends_at(slot.airing))
        assert slot.cut is not whole
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(slots))


@given(some_plans(), policies_lists, instants, instants)
@examples(60)
def test_between_two_change_points_nothing_changes(plans, policies, one, other):
    since, until = sorted((one, other))
    points = [since, *change_points(plans, policies, since, until), until]
    assert points == sorted(points)
    for begins, ends in pairwise(points):
        middle = begins + (ends - begins) / 2
        assert what_sounds(plans, policies, begins) == what_sounds(plans, policies, middle)


@examples(100)
@given(some_plans(), policies_lists, instants)
def test_a_stranger_who_read_only_the_page_gives_the_same_answer(plans, policies, now):
    found = what_sounds(plans, policies, now)
    theirs = stranger_rules.what_sounds(
        [json.loads(one.payload()) for one in plans], [json.loads(one.payload()) for one in policies], now
    )
    assert (found and found.model_dump(mode="json", exclude_defaults=True)) == theirs
