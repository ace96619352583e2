"""A drill: an ordinary airing of an approved test, judged one by one, compared, published, repeated."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.scope import scope_of
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.planning import BroadcastRequest, move_airing
from controller.features.airings.split import split_off
from controller.features.areas.queries import area_tree
from controller.features.drills import results
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.queries import (
    drill_nodes,
    drills_shown,
    published_drills,
    published_scoreboard,
    scoreboard,
)
from controller.features.drills.results import JUDGED_AFTER, judge_drills
from controller.features.drills.service import plan_drill, publish_drill, retry_drill, stop_repeating
from controller.features.fleet.service import note_states
from controller.features.notices.queries import notices_of
from controller.features.quarantine.service import quarantine_node
from controller.features.reports.service import note_aired
from controller.features.speaker_tests.results import note_test_result
from controller.features.speaker_tests.service import TEXT, try_node
from controller.features.work_orders.queries import work_orders
from controller.model.airings import Airing
from controller.model.drill_states import DrillCause
from controller.model.drills import Drill
from controller.model.notices import NoticeKind
from devices.ids import Grade
from devices.messages import NodeState, Vitals
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE
from tests.support.stored_rows import note_vitals

CRITERIA = DrillCriteria(start_within_s=5, least_percent=95, needs_level=False)
FIRST, SECOND, THIRD, FOURTH = (node.id for node in NODES)
SOUND_S = 60


@pytest.fixture
def ready(world):
    """All loudspeakers are connected and know the time; a test is approved for the province."""
    connect(world, *(node.id for node in NODES))
    world.approved(text=TEXT, test=True)
    return world


def connect(world, *nodes, online=True, session=1):
    said = {"session": session, "online": online, "at": world.now, "software": "sim"}
    world.do(note_states, [NodeState(node=one, **said) for one in nodes])
    if online:
        vitals = {"session": session, "at": world.now, "clock_offset_ms": 0.0, "clock_error_ms": 1.0}
        vitals |= {"volume": 70, "storage_free": 10**9, "sounding": None}
        world.do(note_vitals, [Vitals(node=one, **vitals) for one in nodes])


def plan(world, *, areas=(PROVINCE,), seconds=60, name="Diễn tập quý IV", by=None, **asked):
    request = BroadcastRequest(areas, world.now + timedelta(seconds=seconds), grade=Grade.PRIORITY)
    return world.do(plan_drill, name, request, CRITERIA, by=by or world.approver, **asked).id


def air(world, drill, *heard, quiet=(), silent=()):
    """Air it: these were heard whole, those said that nothing came out."""
    row = world.ask(lambda session: session.get(Drill, drill))
    world.now = max(world.now, row.starts_at - timedelta(hours=1))
    world.advance()
    world.publish()
    for node in (*heard, *quiet, *silent):
        world.tell(node, row.airing, "fetched")
    world.now = row.starts_at
    world.advance()
    for node in (*heard, *quiet):
        world.tell(node, row.airing, "started", volume=0 if node in quiet else 70)
    world.later(seconds=SOUND_S)
    for node in (*heard, *quiet):
        world.tell(node, row.airing, "finished", volume=0 if node in quiet else 70)
    world.later(seconds=11)
    world.advance()
    settle(world)
    return row.airing


def settle(world):
    """Let the beats run as the station does, until nothing is left to do."""
    while world.do(note_aired):
        pass
    world.later(seconds=JUDGED_AFTER.total_seconds() + 1)
    for _ in range(10):
        if not world.do(judge_drills):
            return
    raise AssertionError("judging finds no end")


def causes(world, drill, by=None):
    scope = world.ask(scope_of, by or world.approver)
    found = world.ask(drill_nodes, scope, drill, only_failed=False)
    return {one.node: one.cause for one in found}


def after(session, drill):
    return session.scalar(select(Drill).where(Drill.repeats == drill))


def board(world, drill, by=None):
    return world.ask(scoreboard, world.ask(scope_of, by or world.approver), drill)


@pytest.mark.both_databases
def test_each_loudspeaker_is_judged_and_the_scoreboard_counts_by_commune(ready):
    world = ready
    drill = plan(world)
    connect(world, FOURTH, online=False)
    air(world, drill, FIRST, quiet=(SECOND,), silent=(THIRD,))
    assert causes(world, drill) == {
        FIRST: DrillCause.HEARD,
        SECOND: DrillCause.TOO_QUIET,
        THIRD: DrillCause.NO_WORD,
        FOURTH: DrillCause.NO_CONTACT,
    }
    found = board(world, drill)
    assert (found.drill.heard, found.drill.counted, found.drill.failed) == (1, 4, 3)
    scores = {one.area: (one.heard, one.counted, one.percent) for one in found.communes}
    assert scores == {NHA_TRANG: (1, 2, 50), BAC_NHA_TRANG: (0, 2, 0)}
    assert [one.area for one in found.communes] == [BAC_NHA_TRANG, NHA_TRANG]  # the worst first
    (told,) = world.ask(notices_of, world.approver.id)
    assert told.kind is NoticeKind.DRILL_JUDGED
    assert told.sentence.startswith("«Diễn tập quý IV»: 1/4 cụm loa đạt. Không đạt: ")
    assert [one.kind for one in world.ask(notices_of, world.technician.id)] == [NoticeKind.DRILL_JUDGED]


def test_an_officer_sees_the_own_commune_alone(ready):
    world = ready
    drill = plan(world)
    air(world, drill, FIRST, SECOND, THIRD, FOURTH)
    assert set(causes(world, drill, world.officer)) == {FIRST, SECOND}
    assert board(world, drill, world.officer).drill.counted == 2
    elsewhere = plan(world, areas=(BAC_NHA_TRANG,))
    with pytest.raises(NotFound):
        board(world, elsewhere, world.officer)
    assert [one.id for one in world.ask(drills_shown, world.ask(scope_of, world.officer))] == [drill]


@pytest.mark.both_databases
def test_what_is_told_late_corrects_the_result_and_the_causes_of_others_stay(ready):
    world = ready
    drill = plan(world)
    airing = air(world, drill, FIRST, SECOND)
    assert causes(world, drill)[THIRD] is DrillCause.NO_RECORDING
    starts_at = world.ask(lambda session: session.get(Airing, airing).starts_at)
    world.later(hours=3)
    connect(world, FOURTH, online=False)
    for kind, after_s in (("fetched", -10), ("started", 0), ("finished", SOUND_S)):
        world.tell(THIRD, airing, kind, at=starts_at + timedelta(seconds=after_s))
    settle(world)
    assert causes(world, drill)[THIRD] is DrillCause.HEARD
    assert causes(world, drill)[FOURTH] is DrillCause.NO_RECORDING  # as it was then, not as it is now
    assert len(world.ask(notices_of, world.approver.id)) == 1


def test_no_step_judges_more_loudspeakers_than_a_writer_may_wait_for(ready, monkeypatch):
    world = ready
    monkeypatch.setattr(results, "MOST_JUDGED", 1)
    for node in (THIRD, FOURTH):
        world.do(quarantine_node, node, reason="Đang sửa.", by=world.technician)
    drill = plan(world)
    airing = air(world, drill)
    nobody = {FIRST: DrillCause.NO_RECORDING, SECOND: DrillCause.NO_RECORDING}
    assert causes(world, drill) == nobody | dict.fromkeys((THIRD, FOURTH), DrillCause.QUARANTINED)
    starts_at = world.ask(lambda session: session.get(Airing, airing).starts_at)
    for node in (FIRST, SECOND):
        world.later(minutes=1)
        for kind, after_s in (("fetched", -10), ("started", 0), ("finished", SOUND_S)):
            world.tell(node, airing, kind, at=starts_at + timedelta(seconds=after_s))
        while world.do(note_aired):
            pass
    steps = 0
    while world.do(judge_drills):
        steps += 1
    assert steps >= 2, "what each told came into the log at another instant"
    assert [causes(world, drill)[node] for node in (FIRST, SECOND)] == [DrillCause.HEARD] * 2


def test_it_is_compared_with_the_one_before(ready):
    world = ready
    air(world, plan(world, name="Một"), FIRST, SECOND)
    second = plan(world, name="Hai")
    air(world, second, FIRST, THIRD)
    found = board(world, second)
    assert (found.better, found.worse, found.again, found.compared_name) == (1, 1, 1, "Một")
    nodes = world.ask(drill_nodes, world.ask(scope_of, world.approver), second, only_failed=True)
    assert {one.node: one.before for one in nodes} == {
        SECOND: DrillCause.HEARD,
        FOURTH: DrillCause.NO_RECORDING,
    }
    sentence = world.ask(notices_of, world.approver.id)[0].sentence
    assert "1 cụm tốt lên, 1 cụm kém đi, 1 cụm hai lần liền không đạt" in sentence


def test_those_that_failed_are_work_until_they_pass_or_a_test_is_heard(ready):
    world = ready
    drill = plan(world)
    air(world, drill, FIRST)

    def waiting():
        connect(world, *(node.id for node in NODES))  # heard of a moment ago: no other faults
        scope = world.ask(scope_of, world.technician)
        orders = world.ask(work_orders, scope, world.now, by=world.technician)
        return {one.nodes[0] for one in orders if any("Diễn tập" in reason for reason in one.reasons)}

    assert waiting() == {SECOND, THIRD, FOURTH}
    test = world.do(try_node, THIRD, by=world.technician)
    world.advance()
    world.tell(THIRD, test.id, "started")
    world.do(note_test_result, THIRD, test.id, heard=True, by=world.technician)
    assert waiting() == {SECOND, FOURTH}
    world.later(minutes=5)
    request = BroadcastRequest((), world.now + timedelta(seconds=60), grade=Grade.PRIORITY)
    again = world.do(retry_drill, drill, request, by=world.approver).id
    air(world, again, SECOND)
    assert causes(world, again) == {
        SECOND: DrillCause.HEARD,
        THIRD: DrillCause.NO_RECORDING,
        FOURTH: DrillCause.NO_RECORDING,
    }
    assert waiting() == {THIRD, FOURTH}
    assert board(world, again).compared_name == "Diễn tập quý IV"


def test_only_a_judged_drill_is_published_and_only_by_who_approves(ready):
    world = ready
    drill = plan(world)
    with pytest.raises(Conflict, match="chưa có kết quả"):
        world.do(publish_drill, drill, public=True, by=world.approver)
    air(world, drill, FIRST)
    with pytest.raises(NotFound):
        world.ask(published_scoreboard, drill)
    with pytest.raises(NotAllowed):
        world.do(publish_drill, drill, public=True, by=world.officer)
    world.do(publish_drill, drill, public=True, by=world.approver)
    assert [one.id for one in world.ask(published_drills)] == [drill]
    assert world.ask(published_scoreboard, drill).drill.heard == 1
    world.do(publish_drill, drill, public=False, by=world.approver)
    assert world.ask(published_drills) == []


def test_the_next_is_planned_when_this_one_is_judged_until_somebody_stops_it(ready):
    world = ready
    drill = plan(world, every_months=3)
    air(world, drill, FIRST)
    following = world.ask(after, drill)
    assert (following.every_months, following.starts_at.month) == (3, 2)
    assert "Lần sau: 10:01, " in world.ask(notices_of, world.approver.id)[0].sentence
    with pytest.raises(NotAllowed):  # who may stop in one commune of it alone
        world.do(stop_repeating, following.id, by=world.officer)
    world.do(stop_repeating, following.id, by=world.approver)
    air(world, following.id, FIRST)
    assert world.ask(lambda session: session.get(Drill, following.id)).judged_at is not None
    assert world.ask(after, following.id) is None


def test_a_month_that_is_too_short_does_not_move_those_after_it(ready):
    world = ready
    drill = plan(world, seconds=timedelta(days=36).total_seconds(), every_months=2)
    dates = []
    for _ in range(2):
        air(world, drill)
        following = world.ask(after, drill)
        drill = following.id
        dates.append((following.starts_at.month, following.starts_at.day))
    assert dates == [(2, 28), (4, 30)], "the first was on 31 December"


def test_who_may_stop_a_part_alone_does_not_stop_what_is_repeated_everywhere(ready):
    world = ready
    drill = plan(world, every_months=1)
    with world.store.write() as session:
        airing = session.get_one(Airing, session.get_one(Drill, drill).airing)
        areas = area_tree(session).below([PROVINCE]) - {PROVINCE} - area_tree(session).below([NHA_TRANG])
        split_off(session, airing, areas, now=world.now)
    with pytest.raises(NotAllowed):
        world.do(stop_repeating, drill, by=world.officer)
    world.do(stop_repeating, drill, by=world.approver)


def test_where_the_next_cannot_be_planned_people_are_told_why(ready):
    world = ready
    drill = plan(world, every_months=1)
    starts = world.now + timedelta(days=30, seconds=60)
    world.do(
        plan_drill,
        "Khác",
        BroadcastRequest((PROVINCE,), starts, grade=Grade.PRIORITY),
        CRITERIA,
        by=world.approver,
    )
    air(world, drill, FIRST)
    assert "Chưa đặt được lần sau" in world.ask(notices_of, world.approver.id)[0].sentence


def test_it_moves_along_with_its_airing_and_is_cancelled_with_it(ready):
    world = ready
    drill = plan(world)
    old = world.ask(lambda session: session.get(Drill, drill).airing)
    moved = world.do(move_airing, old, to=world.now + timedelta(hours=1), by=world.approver)
    assert world.ask(lambda session: session.get(Drill, drill).airing) == moved.id
    world.do(cancel_airing, moved.id, by=world.approver)
    world.later(hours=2)
    settle(world)
    assert board(world, drill).drill.is_cancelled
    assert world.ask(notices_of, world.approver.id) == []


def test_what_is_no_drill_is_refused(ready):
    world = ready
    for criteria, asked in (
        (CRITERIA, {"name": " "}),
        (CRITERIA, {"every_months": 13}),
        (DrillCriteria(0, 95, needs_level=False), {}),
        (DrillCriteria(5, 101, needs_level=False), {}),
    ):
        request = BroadcastRequest((PROVINCE,), world.now + timedelta(seconds=60), grade=Grade.PRIORITY)
        given = {"name": "Diễn tập"} | asked
        with pytest.raises(BadInput):
            world.do(plan_drill, given.pop("name"), request, criteria, by=world.approver, **given)
    real = world.approved()
    with pytest.raises(NotFound, match="bản tin thử"):
        plan(world, bulletin=real)
    with pytest.raises(NotAllowed):
        plan(world, by=world.technician)
