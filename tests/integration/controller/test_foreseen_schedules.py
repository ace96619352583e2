"""What a schedule or a moved occurrence would meet is told before it is saved, and settled as was chosen."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.features.airings.conflicts import Choice, ConflictKind, Meeting
from controller.features.airings.planning import AgainstPolicy, MeetsOthers
from controller.features.airings.queries import get_airing
from controller.features.fleet.service import note_states
from controller.features.plans.policy_signing import sign_policy
from controller.features.schedules.conflict_check import (
    MOST_FORESEEN,
    RequestedSchedule,
    check_schedule_conflicts,
)
from controller.features.schedules.queries import get_schedule, next_occurrences, own_days
from controller.features.schedules.service import move_occurrence, schedule_bulletin
from controller.model.airing_states import AiringState
from devices.ids import Grade
from devices.messages import NodeState
from devices.statements import QuietHours
from schedules.recurrence import WORKDAYS, Daily, Once, Weekly
from schedules.skips import Skips
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE, SqliteWorlds
from tests.support.stored_rows import open_airings

FIVE = Daily(at=time(17), first=date(2026, 11, 25))
"""Every day at 17:00; the world begins at 10:00 of that day."""
FIRST = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def worlds():
    """SQLite alone: nothing here depends on the engine."""
    return SqliteWorlds()


def lay(world, rule=FIVE, **wishes):
    wishes = {"areas": (NHA_TRANG,), "by": world.approver, "meeting": Meeting.REFUSE} | wishes
    bulletin = wishes.pop("bulletin", None) or world.approved()
    return world.do(schedule_bulletin, bulletin, rule=rule, **wishes).id


def foreseen(world, rule=FIVE, *, areas=(NHA_TRANG,), grade=Grade.ROUTINE):
    bulletin = world.approved()
    wished = RequestedSchedule(bulletin, areas, timedelta(minutes=10), grade, 70)
    return world.do(check_schedule_conflicts, wished, rule, Skips())


def starts(world, schedule):
    with world.store.read() as session:
        row = get_schedule(session, schedule)
        return [one.starts_at for one in next_occurrences(row, own_days(session), world.now, 14)]


def test_nothing_is_met_on_free_ground(world):
    outlook = foreseen(world)
    assert len(outlook.occurrences) == 14
    assert outlook.meeting == ()


def test_two_schedules_that_collide_name_each_meeting_with_who_loses(world):
    lay(world)
    with pytest.raises(MeetsOthers) as met:
        lay(world)
    facts = met.value.facts
    assert len(facts["occurrences"]) == 14
    for one in facts["occurrences"]:
        (conflict,) = one["conflicts"]
        assert conflict["kind"] == "yields"
        assert conflict["seconds_lost"] == 60.0
        assert conflict["other_title"] == "Lịch tiêm phòng"
        assert {"after", "replace", "shift", "accept", "refuse"} == set(conflict["choices"])
    assert "14 lần" in met.value.sentence
    assert len(world.ask(open_airings)) == 14  # nothing was saved


def test_a_schedule_in_another_commune_meets_nothing(world):
    lay(world)
    assert foreseen(world, areas=(BAC_NHA_TRANG,)).meeting == ()


def test_one_for_the_whole_province_meets_what_one_commune_has(world):
    lay(world, Weekly(at=time(17), first=date(2026, 11, 25), weekdays=WORKDAYS))
    outlook = foreseen(world, areas=(PROVINCE,))
    assert len(outlook.meeting) == 10
    assert {one.foresight.conflicts[0].areas for one in outlook.meeting} == {(NHA_TRANG,)}


def test_an_airing_too_long_for_its_slot_may_be_shortened(world):
    lay(world)
    early = Daily(at=time(16, 59, 30), first=date(2026, 11, 25))
    first = foreseen(world, early).occurrences[0].foresight
    (conflict,) = first.conflicts
    assert conflict.kind is ConflictKind.TAKES
    assert conflict.is_overrun
    assert Choice.SHORTEN in conflict.choices


def test_one_that_begins_later_is_not_too_long_but_late(world):
    lay(world)
    late = Daily(at=time(17, 0, 30), first=date(2026, 11, 25))
    (conflict,) = foreseen(world, late).occurrences[0].foresight.conflicts
    assert conflict.kind is ConflictKind.YIELDS
    assert Choice.SHORTEN not in conflict.choices


def test_after_the_others_moves_each_occurrence_that_meets_one(world):
    lay(world)
    second = lay(world, meeting=Meeting.AFTER)
    minute = timedelta(minutes=1)
    assert starts(world, second) == [FIRST + timedelta(days=n) + minute for n in range(14)]
    assert foreseen(world).occurrences[0].foresight.clear_at == FIRST + 2 * minute


def test_replacing_cancels_the_others_and_keeps_them_cancelled(world):
    lay(world)
    old = [airing.id for airing in world.ask(open_airings)]
    lay(world, meeting=Meeting.REPLACE)
    assert {world.ask(get_airing, airing).state for airing in old} == {AiringState.CANCELLED}
    assert len(world.ask(open_airings)) == 14


def test_an_emergency_that_is_met_is_not_replaced(world):
    alarm = world.called(world.approved(highest=Grade.EMERGENCY), lasts=timedelta(hours=3))
    with pytest.raises(MeetsOthers):
        lay(world, Once(at=time(12), first=date(2026, 11, 25)), meeting=Meeting.REPLACE)
    assert world.ask(get_airing, alarm).state is AiringState.DELIVERING


def test_what_is_accepted_is_saved_as_the_grades_say(world):
    lay(world)
    lay(world, meeting=Meeting.ACCEPT)
    assert len(world.ask(open_airings)) == 28


def test_quiet_hours_refuse_a_schedule_whatever_is_chosen(world):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=(QuietHours(begins="16:30", ends="18:00"),),
    )
    for meeting in Meeting:
        with pytest.raises(AgainstPolicy):
            lay(world, meeting=meeting)
    assert world.ask(open_airings) == []


def test_a_moved_occurrence_is_told_what_it_meets_and_never_meets_itself(world):
    five, six = lay(world), lay(world, Daily(at=time(18), first=date(2026, 11, 25)))
    evening = FIRST + timedelta(hours=1)
    with pytest.raises(MeetsOthers) as met:
        world.do(move_occurrence, six, evening, to=FIRST, by=world.approver, meeting=Meeting.REFUSE)
    (one,) = met.value.facts["occurrences"]
    assert datetime.fromisoformat(one["original_at"]) == evening
    near = evening + timedelta(seconds=30)
    world.do(move_occurrence, six, evening, to=near, by=world.approver, meeting=Meeting.REFUSE)
    assert starts(world, six)[0] == near
    assert starts(world, five)[0] == FIRST


def test_a_moved_occurrence_may_go_after_what_it_meets(world):
    lay(world)
    six = lay(world, Daily(at=time(18), first=date(2026, 11, 25)))
    evening = FIRST + timedelta(hours=1)
    world.do(move_occurrence, six, evening, to=FIRST, by=world.approver, meeting=Meeting.AFTER)
    assert starts(world, six)[0] == FIRST + timedelta(minutes=1)


def test_loudspeakers_that_are_away_are_a_warning(world):
    here = NODES[0].id
    world.do(note_states, [NodeState(node=here, session=1, online=True, at=world.now, software="x")])
    outlook = foreseen(world)
    assert (outlook.nodes, outlook.away) == (2, (NODES[1].id,))


def test_no_more_than_a_bounded_number_is_looked_at(world):
    walls = [datetime.combine(date(2026, 11, 26), time(6)) + timedelta(minutes=5 * n) for n in range(80)]
    added = frozenset(walls)
    outlook = foreseen(world, Once(at=time(17), first=date(2026, 11, 25), added=added))
    assert len(outlook.occurrences) == MOST_FORESEEN
