"""What tells of an act leaves the air when the act ends: by itself, once, and its owners are told."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.airings.conflict_check import check_conflicts
from controller.features.airings.planning import BroadcastRequest, asking_of, plan_foreseen
from controller.features.airings.queries import get_airing
from controller.features.bulletins.queries import reference_given
from controller.features.bulletins.validity import BeyondValidity, end_of
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import end_acts, set_reference
from controller.features.notices.queries import notices_of
from controller.features.notices.service import read_notice, read_notices
from controller.features.schedules.occurrence_making import make_occurrences
from controller.features.schedules.queries import get_schedule
from controller.features.schedules.service import schedule_bulletin
from controller.model.airing_states import AiringState
from controller.model.schedule_states import ScheduleState
from schedules.recurrence import Daily
from tests.support.station_world import NHA_TRANG
from tests.support.stored_rows import airings_between

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LAST = date(2026, 11, 27)  # the world begins on 25 November, 10:00 in Khánh Hòa
ACT = Reference("12/TB-UBND", "Thông báo", "Ủy ban nhân dân phường", None, None, LAST)


@pytest.fixture
def bulletin(world):
    return world.approved()


def seconds_to(world, day, hour, minute=0):
    return (datetime.combine(day, time(hour, minute), ZONE) - world.now).total_seconds()


def state(world, airing):
    return world.ask(get_airing, airing).state


def test_an_act_holds_to_the_end_of_its_last_day():
    assert end_of(LAST) == datetime(2026, 11, 27, 17, tzinfo=ZoneInfo("UTC"))


def test_nothing_is_planned_beyond_the_end(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    world.plan(bulletin, seconds=seconds_to(world, LAST, 23, 59))
    with pytest.raises(BeyondValidity) as refused:
        world.plan(bulletin, seconds=seconds_to(world, LAST + timedelta(days=1), 0))
    assert "Thông báo số 12/TB-UBND" in refused.value.sentence
    assert "27/11/2026" in refused.value.sentence
    assert refused.value.facts == {"in_force_until": "2026-11-27"}


def test_foreseeing_and_planning_with_open_eyes_refuse_it_too(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    wish = BroadcastRequest([NHA_TRANG], datetime.combine(LAST + timedelta(days=1), time(6), ZONE))
    with pytest.raises(BeyondValidity):
        world.do(asking_of, bulletin, wish, by=world.approver)
    with pytest.raises(BeyondValidity):
        world.do(plan_foreseen, bulletin, wish, by=world.approver)
    sooner = BroadcastRequest([NHA_TRANG], datetime.combine(LAST, time(6), ZONE))
    _, asking = world.do(asking_of, bulletin, sooner, by=world.approver)
    assert world.ask(check_conflicts, bulletin, asking).conflicts == ()


def test_naming_an_end_cancels_what_lies_beyond_and_leaves_the_rest(world, bulletin):
    kept = world.plan(bulletin, seconds=seconds_to(world, LAST, 17))
    gone = world.plan(bulletin, seconds=seconds_to(world, LAST + timedelta(days=1), 17))
    assert world.do(set_reference, bulletin, ACT, by=world.clerk) == [gone]
    assert (state(world, kept), state(world, gone)) == (AiringState.PLANNED, AiringState.CANCELLED)
    assert "hết hiệu lực từ ngày 28/11/2026" in world.ask(get_airing, gone).reason


def test_a_schedule_makes_nothing_beyond_the_end_and_ends_after_it(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    daily = Daily(at=time(17), first=date(2026, 11, 25))
    schedule = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=daily, by=world.approver).id
    made = world.ask(airings_between, world.now, world.now + timedelta(days=30))
    assert [one.starts_at.astimezone(ZONE).day for one in made] == [25, 26, 27]
    world.later(days=3)
    world.do(make_occurrences)
    world.later(days=12)
    world.do(make_occurrences)
    ended = world.ask(get_schedule, schedule)
    assert ended.state is ScheduleState.ENDED or ended.next_at > world.now
    assert len(world.ask(airings_between, world.now - timedelta(days=20), world.now)) == 3


def test_the_first_time_of_a_schedule_must_lie_before_the_end(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    late = Daily(at=time(17), first=date(2026, 12, 1))
    with pytest.raises(BeyondValidity):
        world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=late, by=world.approver)


def test_when_an_act_ends_its_owners_are_told_once_and_what_sounds_is_not_cut(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    airing = world.plan(bulletin, seconds=seconds_to(world, LAST, 23, 59), by=world.approver)
    world.later(seconds=seconds_to(world, LAST, 23, 58))
    assert world.do(end_acts) == []
    world.advance()
    world.publish()
    world.later(seconds=seconds_to(world, LAST, 23, 59) + 62)
    world.advance()
    assert world.do(end_acts) == [bulletin]
    assert world.do(end_acts) == []
    assert state(world, airing) is AiringState.SOUNDING
    for person in (world.clerk, world.approver):
        (notice,) = world.ask(notices_of, person.id)
        assert (notice.subject, notice.read_at) == (bulletin, None)
        assert "đã hết hiệu lực" in notice.sentence
    assert world.ask(notices_of, world.technician.id) == []


def test_an_act_that_is_prolonged_ends_again_later(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    world.later(days=4)
    assert world.do(end_acts) == [bulletin]
    longer = Reference("12/TB-UBND", "Thông báo", None, None, None, LAST + timedelta(days=10))
    world.do(set_reference, bulletin, longer, by=world.clerk)
    assert world.do(end_acts) == []
    world.plan(bulletin)
    world.later(days=10)
    assert world.do(end_acts) == [bulletin]
    assert len(world.ask(notices_of, world.clerk.id)) == 2


def test_a_reference_is_kept_on_one_line_and_can_be_taken_back(world, bulletin):
    world.do(set_reference, bulletin, Reference(" 12/TB \n UBND ", ""), by=world.clerk)
    assert world.ask(reference_given, bulletin) == Reference("12/TB UBND")
    world.do(set_reference, bulletin, Reference(), by=world.clerk)
    assert world.ask(reference_given, bulletin) == Reference()


@pytest.mark.parametrize(
    "wrong",
    [
        Reference(in_force_from=date(2026, 12, 2), in_force_until=date(2026, 12, 1)),
        Reference(number="x" * 101),
        Reference(issuer="x" * 201),
        Reference(kind="a\x00b"),
    ],
)
def test_a_wrong_reference_is_refused_in_words_and_changes_nothing(world, bulletin, wrong):
    with pytest.raises(BadInput):
        world.do(set_reference, bulletin, wrong, by=world.clerk)
    assert world.ask(reference_given, bulletin) is None


def test_only_who_may_write_there_names_an_act(world, bulletin):
    with pytest.raises(NotAllowed):
        world.do(set_reference, bulletin, ACT, by=world.technician)


def test_notices_are_read_by_their_own_person(world, bulletin):
    world.do(set_reference, bulletin, ACT, by=world.clerk)
    world.later(days=4)
    world.do(end_acts)
    (notice,) = world.ask(notices_of, world.clerk.id, unread=True)
    with pytest.raises(NotFound):
        world.do(read_notice, notice.id, by=world.approver)
    world.do(read_notice, notice.id, by=world.clerk)
    world.do(read_notice, notice.id, by=world.clerk)
    assert world.ask(notices_of, world.clerk.id, unread=True) == []
    assert world.do(read_notices, by=world.clerk) == 0
