"""A commune says yes or no to what is routine and planned above it; without a yes its plans hold nothing."""

from datetime import date, time, timedelta

import pytest

from controller.errors import Conflict, NotAllowed, NotFound
from controller.features.accounts.service import create_operator, disable_operator
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.conflict_check import heard_in, waiting_in
from controller.features.airings.conflicts import Meeting
from controller.features.airings.consent import standing_in_family
from controller.features.airings.planning import BroadcastRequest, move_airing, plan_foreseen
from controller.features.airings.queries import deliveries_of, get_airing, targets_of
from controller.features.airings.timing import DECLINED
from controller.features.areas.queries import area_tree
from controller.features.consent.queries import questions_for
from controller.features.consent.service import answer_airing, answer_schedule
from controller.features.journal.queries import export
from controller.features.notices.queries import notices_of
from controller.features.reports.queries import aired_between
from controller.features.reports.service import note_aired
from controller.features.schedules.service import change_schedule, schedule_bulletin
from controller.model.airing_states import AiringState
from controller.model.permissions import OperatorRole
from devices.ids import Grade
from schedules.recurrence import Daily
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE, SqliteWorlds
from tests.support.stored_rows import airings_between, open_airings, published_plans

FIVE = Daily(at=time(17), first=date(2026, 11, 25))
"""Every day at 17:00; the world begins at 10:00 of that day."""


@pytest.fixture(scope="module")
def worlds():
    """SQLite alone: what both engines have to agree about is in test_consent_on_both.py."""
    return SqliteWorlds()


def asked(world, *, areas=(PROVINCE,), seconds=3600, **wishes):
    """Return an approved airing from above that nobody has answered; loudspeakers stand in two communes."""
    highest = max(wishes.get("grade", Grade.PRIORITY), Grade.PRIORITY, key=lambda grade: grade.rank)
    approved = world.approved(highest=highest)
    return world.plan(approved, areas=areas, seconds=seconds, agreed=False, **wishes)


def say(world, airing, *, agrees=True, by=None, reason=""):
    return world.do(answer_airing, airing, agrees=agrees, by=by or world.officer, reason=reason)


def state(world, airing):
    return world.ask(get_airing, airing).state


def parts(world, airing):
    around = world.ask(airings_between, world.now - timedelta(days=1), world.now.replace(year=2027))
    return [one for one in around if one.linked_to == airing]


def planned_in(world, area):
    """Airings that the plans of an area's loudspeakers name."""
    world.publish()
    return [one.airing for plan in world.ask(published_plans, area) for one in plan.airings]


def titles(world, area):
    """What the area's timetable says will be heard, and what waits."""
    since, until = world.now, world.now + timedelta(days=1)
    heard = world.ask(heard_in, area, since, until)
    return [one.slot.airing.airing for one in heard], [
        one.id for one in world.ask(waiting_in, area, since, until)
    ]


def questions(world):
    with world.store.read() as session:
        return questions_for(session, area_tree(session), world.officer, world.now)


def colleague(world, name, area, role=OperatorRole.OFFICER):
    return world.do(
        create_operator,
        name=name,
        display_name=name,
        roles={role},
        area=area,
        password=PASSWORD,
        by=None,
    )


def test_nothing_is_planned_where_the_commune_has_not_answered_and_elsewhere_it_is(world):
    airing = asked(world)
    world.advance()
    assert state(world, airing) is AiringState.DELIVERING
    (part,) = parts(world, airing)
    assert (part.state, world.ask(targets_of, [part.id])[part.id]) == (AiringState.PLANNED, (NHA_TRANG,))
    assert planned_in(world, NHA_TRANG) == []
    assert planned_in(world, BAC_NHA_TRANG) == [airing]
    assert {one.area for one in world.ask(deliveries_of, airing)} == {BAC_NHA_TRANG}


def test_a_yes_lets_it_into_the_communes_plan(world):
    airing = asked(world)
    world.advance()
    say(world, airing)
    world.advance()
    (part,) = parts(world, airing)
    assert part.state is AiringState.DELIVERING
    assert planned_in(world, NHA_TRANG) == [part.id]
    assert {one.area for one in world.ask(deliveries_of, part.id)} == {NHA_TRANG}


def test_a_yes_that_was_there_in_time_needs_no_part(world):
    airing = asked(world)
    say(world, airing)
    world.advance()
    assert parts(world, airing) == []
    assert world.ask(targets_of, [airing])[airing] == (PROVINCE,)
    assert planned_in(world, NHA_TRANG) == planned_in(world, BAC_NHA_TRANG) == [airing]


def test_without_an_answer_it_is_missed_with_that_reason_and_its_planner_is_told_once(world):
    airing = asked(world, areas=(NHA_TRANG,))
    world.later(seconds=3600 + 590)  # its latest start less the lead is still to come
    world.advance()
    assert state(world, airing) is AiringState.PLANNED
    world.later(seconds=6)
    world.advance()
    world.advance()
    row = world.ask(get_airing, airing)
    assert row.state is AiringState.MISSED
    assert row.reason.startswith("Chưa được xã đồng ý")
    (notice,) = world.ask(notices_of, world.approver.id)
    assert (notice.kind, notice.subject) == ("not-agreed", airing)
    assert "Phường Nha Trang" in notice.sentence
    assert planned_in(world, NHA_TRANG) == []


def test_the_as_aired_log_says_why_a_communes_loudspeakers_were_silent(world):
    airing = asked(world, areas=(NHA_TRANG,))
    say(world, airing, agrees=False, reason="Trùng giờ họp dân.")
    world.advance()
    assert state(world, airing) is AiringState.MISSED
    world.do(note_aired)
    with world.store.read() as session:
        noted = list(aired_between(session, [NHA_TRANG], world.now, world.now + timedelta(days=1)))
    assert [(one.node, one.reason, one.heard_ms) for one in noted] == [
        (f"{NHA_TRANG}-1", DECLINED, 0),
        (f"{NHA_TRANG}-2", DECLINED, 0),
    ]


def test_a_no_keeps_it_out_of_one_commune_alone(world):
    airing = asked(world)
    say(world, airing, agrees=False)
    world.advance()
    world.advance()
    (part,) = parts(world, airing)
    assert (part.state, part.reason) == (AiringState.MISSED, DECLINED)
    assert state(world, airing) is AiringState.DELIVERING
    assert planned_in(world, NHA_TRANG) == []


def test_no_yes_and_silence_are_three_parts(world):
    other = colleague(world, "bac", BAC_NHA_TRANG)
    airing = asked(world)
    say(world, airing, agrees=False, by=other)
    world.advance()  # other communes, which nobody is asked in, go; both of these wait for their end
    by_area = {world.ask(targets_of, [one.id])[one.id]: one.id for one in parts(world, airing)}
    assert set(by_area) == {(NHA_TRANG,), (BAC_NHA_TRANG,)}
    world.advance()
    assert state(world, by_area[BAC_NHA_TRANG,]) is AiringState.MISSED
    assert state(world, by_area[NHA_TRANG,]) is AiringState.PLANNED


def test_where_none_agreed_those_who_said_no_are_told_apart_from_those_who_said_nothing(world):
    other = colleague(world, "bac", BAC_NHA_TRANG)
    airing = asked(world, areas=(NHA_TRANG, BAC_NHA_TRANG))
    say(world, airing, agrees=False, by=other)
    world.advance()
    world.advance()
    (part,) = parts(world, airing)
    assert (part.state, part.reason) == (AiringState.MISSED, DECLINED)
    assert state(world, airing) is AiringState.PLANNED
    assert world.ask(targets_of, [airing])[airing] == (NHA_TRANG,)


def test_the_newest_word_counts_until_it_is_planned_then_it_is_too_late(world):
    airing = asked(world, areas=(NHA_TRANG,))
    say(world, airing, agrees=False)
    say(world, airing)
    world.advance()
    assert state(world, airing) is AiringState.DELIVERING
    with pytest.raises(Conflict) as late:
        say(world, airing, agrees=False)
    assert late.value.code == "airing.answer-too-late"


def test_a_higher_grade_waits_for_nobody(world):
    airing = asked(world, grade=Grade.PRIORITY)
    world.advance()
    assert state(world, airing) is AiringState.DELIVERING
    assert planned_in(world, NHA_TRANG) == [airing]


def test_what_the_commune_plans_itself_waits_for_nobody(world):
    airing = asked(world, areas=(NHA_TRANG,), by=world.officer)
    world.advance()
    assert state(world, airing) is AiringState.DELIVERING
    assert questions(world) == []
    with pytest.raises(NotFound):
        say(world, asked(world, areas=(BAC_NHA_TRANG,)))


def test_a_commune_without_people_of_its_own_is_not_asked(world):
    airing = asked(world)
    world.do(disable_operator, world.officer.id, by=world.administrator)
    world.advance()
    assert (state(world, airing), parts(world, airing)) == (AiringState.DELIVERING, [])


def test_a_technician_of_the_commune_is_nobody_who_could_be_asked(world):
    colleague(world, "tho", BAC_NHA_TRANG, OperatorRole.TECHNICIAN)
    airing = asked(world, areas=(BAC_NHA_TRANG,))
    world.advance()
    assert state(world, airing) is AiringState.DELIVERING


def test_a_part_of_the_commune_is_asked_of_the_commune(world):
    with world.store.read() as session:
        standing = standing_in_family(session, get_airing(session, asked(world, areas=(NHA_TRANG,))))
    assert [one.unanswered for one in standing.values()] == [{NHA_TRANG}]


def test_nobody_above_answers_for_a_commune(world):
    airing = asked(world)
    for person in (world.approver, world.technician, world.administrator):
        with pytest.raises((NotAllowed, Conflict)):
            say(world, airing, by=person)
    world.advance()
    assert planned_in(world, NHA_TRANG) == []


def test_the_timetable_says_what_waits_and_never_promises_it(world):
    airing = asked(world)
    assert titles(world, NHA_TRANG) == ([], [airing])
    assert titles(world, BAC_NHA_TRANG) == ([airing], [])
    say(world, airing, agrees=False)
    assert titles(world, NHA_TRANG) == ([], [])
    say(world, airing)
    assert titles(world, NHA_TRANG) == ([airing], [])


def test_what_was_declined_stands_in_nobodys_way(world):
    airing = asked(world)
    say(world, airing, agrees=False)
    starts_at = world.ask(get_airing, airing).starts_at
    own = world.do(
        plan_foreseen,
        world.approved(),
        BroadcastRequest([NHA_TRANG], starts_at, meeting=Meeting.REFUSE),
        by=world.officer,
    )
    assert own.starts_at == starts_at


def test_stopping_an_airing_stops_the_parts_that_still_wait(world):
    airing = asked(world)
    world.advance()
    world.do(cancel_airing, airing, by=world.approver)
    (part,) = parts(world, airing)
    assert part.state is AiringState.CANCELLED


def test_a_moved_airing_asks_anew_wherever_it_was_meant(world):
    airing = asked(world)
    world.advance()
    starts_at = world.ask(get_airing, airing).starts_at
    moved = world.do(move_airing, airing, to=starts_at + timedelta(hours=1), by=world.approver)
    assert [one.state for one in parts(world, airing)] == [AiringState.CANCELLED]
    assert NHA_TRANG in world.ask(targets_of, [moved.id])[moved.id]
    assert moved.id in [one.id for one in questions(world)]


def test_what_was_said_is_in_the_journal(world):
    airing = asked(world)
    say(world, airing)
    say(world, airing, agrees=False, reason="Có đám tang.")
    with world.store.read() as session:
        lines = [line for line in export(session) if '"airing.agreed"' in line or '"airing.declined"' in line]
    assert len(lines) == 2
    assert "Có đám tang." in lines[1]


# --- schedules


def scheduled(world):
    schedule = world.do(
        schedule_bulletin, world.approved(), rule=FIVE, areas=(NHA_TRANG,), by=world.approver
    ).id
    return schedule, [one.id for one in world.ask(open_airings)]


def say_of_all(world, schedule, *, agrees=True):
    return world.do(answer_schedule, schedule, agrees=agrees, by=world.officer)


def to_next(world, hours):
    world.later(hours=hours)
    world.advance()


def test_one_yes_holds_for_all_occurrences_and_one_question_is_asked(world):
    schedule, airings = scheduled(world)
    (question,) = questions(world)
    assert (question.subject, question.id) == ("schedule", schedule)
    say_of_all(world, schedule)
    assert questions(world) == []
    to_next(world, 2)
    assert [state(world, one) for one in airings[:2]] == [AiringState.DELIVERING, AiringState.PLANNED]
    to_next(world, 24)
    assert state(world, airings[1]) is AiringState.DELIVERING


def test_a_yes_taken_back_holds_for_those_that_are_not_planned_yet(world):
    schedule, airings = scheduled(world)
    say_of_all(world, schedule)
    to_next(world, 2)
    say_of_all(world, schedule, agrees=False)
    to_next(world, 24)
    assert state(world, airings[0]) in {AiringState.DELIVERING, AiringState.MISSED}
    assert world.ask(get_airing, airings[1]).reason == DECLINED


def test_one_occurrence_may_be_answered_by_itself(world):
    schedule, airings = scheduled(world)
    say_of_all(world, schedule)
    world.later(minutes=1)
    say(world, airings[0], agrees=False)
    to_next(world, 2)
    to_next(world, 24)
    assert world.ask(get_airing, airings[0]).reason == DECLINED
    assert state(world, airings[1]) is AiringState.DELIVERING


def test_a_schedule_that_is_not_answered_is_told_once_until_that_is_read(world):
    schedule, airings = scheduled(world)
    for _ in range(3):
        to_next(world, 24)
    assert state(world, airings[1]) is AiringState.MISSED
    (notice,) = world.ask(notices_of, world.approver.id)
    assert notice.subject == schedule


def test_another_rule_is_another_question(world):
    schedule, _ = scheduled(world)
    say_of_all(world, schedule)
    world.do(change_schedule, schedule, rule=Daily(at=time(19), first=date(2026, 11, 25)), by=world.approver)
    (question,) = questions(world)
    assert question.id == schedule
