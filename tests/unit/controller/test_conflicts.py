"""What is foreseen is what the loudspeakers then do: nothing more, nothing less."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.features.airings.conflicts import (
    BY_POLICY,
    Choice,
    ConflictKind,
    PlanningContext,
    clear_start,
    conflicts,
    is_silenced,
)
from devices.ids import Grade
from devices.messages import Plan, PlannedAiring
from devices.plan import ends_at, timetable
from devices.statements import Policy, QuietHours
from tests.support.nightly import examples

ZONE = "Asia/Ho_Chi_Minh"
DAWN = datetime(2026, 11, 24, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
NIGHT = (QuietHours(begins="21:30", ends="04:45"),)


def airing(name="new", at=300, minutes=10, grade=Grade.ROUTINE):
    starts_at = DAWN + timedelta(minutes=at)
    return PlannedAiring(
        airing=name,
        recording="0" * 64,
        approval="0" * 64,
        starts_at=starts_at,
        latest_start_at=starts_at + timedelta(minutes=10),
        duration_ms=int(minutes * 60_000),
        grade=grade,
        volume=70,
    )


def policy(quiet=NIGHT, minutes=120, target="56"):
    return Policy(
        target=target,
        version=1,
        issued_at=DAWN,
        expires_at=DAWN + timedelta(days=400),
        quiet_hours=quiet,
        loudest_volume=80,
        minutes_a_day=minutes,
    )


def ground(*airings, policies=None, areas=("22333",)):
    return PlanningContext(areas, airings, (policy(),) if policies is None else policies)


def kinds(found):
    return [(one.kind, one.other, one.loses.total_seconds()) for one in found]


def test_a_relay_typed_for_a_quarter_past_three_at_night_is_seen_to_be_silent():
    (one,) = conflicts(airing(at=3 * 60 + 15), [ground()])
    assert (one.kind, one.loses) == (ConflictKind.QUIET_HOURS, timedelta(minutes=10))
    assert Choice.ACCEPT not in one.choices
    assert clear_start(airing(at=3 * 60 + 15), [ground()]) == DAWN + timedelta(hours=4, minutes=45)
    assert is_silenced(airing(at=3 * 60 + 15), [ground()])


def test_an_emergency_sounds_in_quiet_hours():
    assert conflicts(airing(at=195, grade=Grade.EMERGENCY), [ground()]) == []


def test_what_runs_into_quiet_hours_loses_its_end():
    (one,) = conflicts(airing(at=21 * 60 + 25), [ground()])
    assert kinds([one]) == [(ConflictKind.QUIET_HOURS, None, 300)]
    assert one.since == DAWN + timedelta(hours=21, minutes=30)
    assert not is_silenced(airing(at=21 * 60 + 25), [ground()])


def test_of_two_alike_the_later_one_yields_and_can_come_after():
    first = airing("a1", at=300, minutes=20)
    new = airing(at=310)
    assert kinds(conflicts(new, [ground(first)])) == [(ConflictKind.YIELDS, "a1", 600)]
    assert clear_start(new, [ground(first)]) == ends_at(first)


def test_a_higher_grade_takes_the_area_and_says_who_loses_how_much():
    first = airing("a1", at=300, minutes=20)
    new = airing(at=305, grade=Grade.PRIORITY)
    assert kinds(conflicts(new, [ground(first)])) == [(ConflictKind.TAKES, "a1", 600)]


def test_minutes_that_it_uses_up_are_missed_by_what_comes_later_that_day():
    later = airing("a1", at=17 * 60, minutes=10)
    found = conflicts(airing(at=300, minutes=15), [ground(later, policies=(policy(minutes=20),))])
    assert kinds(found) == [(ConflictKind.STARVES, "a1", 300)]


def test_minutes_that_are_used_up_silence_it():
    earlier = airing("a1", at=300, minutes=15)
    found = conflicts(airing(at=17 * 60), [ground(earlier, policies=(policy(minutes=20),))])
    assert kinds(found) == [(ConflictKind.MINUTES_A_DAY, None, 300)]


def test_one_meeting_in_many_areas_is_told_once_with_all_of_them():
    first = airing("a1")
    both = [ground(first, areas=("22333",)), ground(first, areas=("22366",))]
    (one,) = conflicts(airing(at=305), both)
    assert one.areas == ("22333", "22366")


_AIRINGS = st.builds(
    airing,
    name=st.sampled_from(["a1", "a2", "a3", "a4"]),
    at=st.integers(0, 26 * 60),
    minutes=st.integers(1, 90),
    grade=st.sampled_from(Grade),
)
_QUIET = st.sampled_from([(), NIGHT, (QuietHours(begins="11:30", ends="13:00"), *NIGHT)])
_GROUNDS = st.builds(
    lambda airings, rules: PlanningContext(
        ("22333",), tuple({one.airing: one for one in airings}.values()), rules
    ),
    st.lists(_AIRINGS, max_size=4),
    st.lists(
        st.builds(policy, _QUIET, st.sampled_from([30, 120, 1440]), st.sampled_from(["56", "22333"])),
        max_size=2,
    ).map(tuple),
)


def heard(airings, rules):
    """Return the seconds of each airing by the nodes' own rule over two days."""
    plan = Plan(target="56", version=1, issued_at=DAWN, expires_at=DAWN + timedelta(days=30), airings=airings)
    told = {}
    for slot in timetable([plan], rules, DAWN - timedelta(days=1), DAWN + timedelta(days=3)):
        seconds = (slot.ends_at - slot.starts_at).total_seconds()
        told[slot.airing.airing] = told.get(slot.airing.airing, 0) + seconds
    return told


@examples(300)
@given(_AIRINGS, _GROUNDS)
def test_what_is_foreseen_is_what_the_loudspeakers_do(candidate, place):
    new = candidate.model_copy(update={"airing": "~"})
    before, after = heard(place.airings, place.policies), heard((*place.airings, new), place.policies)
    found = conflicts(new, [place])
    against_it = sum(
        one.loses.total_seconds() for one in found if one.kind in BY_POLICY or one.kind is ConflictKind.YIELDS
    )
    assert after.get("~", 0) == new.duration_ms / 1000 - against_it
    lost = {one.other: one.loses.total_seconds() for one in found if one.kind is not ConflictKind.YIELDS}
    for other in place.airings:
        loss = before.get(other.airing, 0) - after.get(other.airing, 0)
        assert loss <= 0 or lost[other.airing] == loss


@examples(100)
@given(_AIRINGS, _GROUNDS)
def test_at_a_clear_start_all_is_heard_whole_and_nobody_loses(candidate, place):
    new = candidate.model_copy(update={"airing": "~"})
    start = clear_start(new, [place])
    if start is None:
        return
    moved = new.model_copy(update={"starts_at": start, "latest_start_at": start})
    before, after = heard(place.airings, place.policies), heard((*place.airings, moved), place.policies)
    assert after["~"] == new.duration_ms / 1000
    assert all(after.get(name, 0) >= seconds for name, seconds in before.items())
