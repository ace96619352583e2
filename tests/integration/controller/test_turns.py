"""Speaking in turns, where it is planned: what is foreseen, given, changed and stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.conflict_check import Asking, check_conflicts
from controller.features.airings.conflicts import ConflictKind
from controller.features.airings.planning import (
    AgainstPolicy,
    BroadcastRequest,
    MeetsOthers,
    move_airing,
    plan_foreseen,
)
from controller.features.airings.queries import deliveries_of, get_airing, sound_end_of
from controller.features.areas.turns import turns_at, turns_at_each
from controller.features.evidence.queries import proof_of
from controller.features.evidence.verification import check_proof
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.plans import service as plans
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import published
from controller.features.turns.queries import areas_in_turns, turns_shown
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import remove_area_turns, set_area_turns
from controller.model.airing_states import AiringState
from controller.model.fleet import PositionSource
from controller.model.plan_states import DocumentKind
from devices.ids import Grade
from devices.messages import Plan
from devices.statements import QuietHours
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE

FIRST, SECOND, *_ = (node.id for node in NODES)
STEP = timedelta(seconds=65)
"""A bulletin of 60 s and a rest of 5 s."""
WHOLE = STEP + timedelta(seconds=60)


def put(world, area, most, by=None):
    return world.do(
        set_area_turns, AreaTurnsAsked.model_construct(area=area, most=most), by=by or world.approver
    )


@pytest.fixture
def near(world):
    """The two loudspeakers of the commune stand 200 m apart and speak in turns."""
    places = [Placed(FIRST, 12.24, 109.19), Placed(SECOND, 12.2418, 109.19)]
    world.do(place_nodes, places, source=PositionSource.MAP, by=None)
    put(world, NHA_TRANG, 4)
    return world


def test_the_turns_of_many_airings_are_read_together(near):
    counted = []
    event.listen(near.store._engine, "before_cursor_execute", lambda *_: counted.append(1))
    with near.store.read() as session:
        one = turns_at(session, [NHA_TRANG])
        begun = len(counted)
        asked = [(NHA_TRANG,), (PROVINCE,), (NHA_TRANG, BAC_NHA_TRANG), (BAC_NHA_TRANG,)]
        found = turns_at_each(session, asked)
    assert len(counted) == begun + 1  # the tree and the rules are known in this snapshot
    assert found[asked[0]] == one
    assert [found[targets].count for targets in asked] == [2, 2, 2, 1]


def test_the_turns_of_many_areas_are_read_together(near):
    counted = []
    event.listen(near.store._engine, "before_cursor_execute", lambda *_: counted.append(1))
    near.ask(areas_in_turns, [NHA_TRANG, BAC_NHA_TRANG])
    of_one = len(counted)
    put(near, BAC_NHA_TRANG, 3)
    counted.clear()
    assert len(near.ask(areas_in_turns, [NHA_TRANG, BAC_NHA_TRANG])) == 2
    assert len(counted) == of_one


def rule(world, **limits):
    limits = {"quiet_hours": (), "minutes_a_day": 1440} | limits
    world.do(sign_policy, area=PROVINCE, administrator=world.administrator, password=PASSWORD, **limits)


def asked(world, seconds=600, grade=Grade.ROUTINE):
    start = world.now + timedelta(seconds=seconds)
    return Asking([NHA_TRANG], start, start, grade, 70)


def kinds(world, bulletin, asking):
    return {one.kind for one in world.ask(check_conflicts, bulletin, asking).conflicts}


def named_for(world, target):
    row = world.ask(published, DocumentKind.PLAN, target)
    return {one.airing: one for one in Plan.model_validate_json(row.document).airings} if row else {}


def test_the_last_turn_must_end_before_the_quiet_hours(near):
    bulletin = near.approved()
    rule(near, quiet_hours=(QuietHours(begins="10:12", ends="10:40"),))
    assert kinds(near, bulletin, asked(near, 12 * 60 - WHOLE.seconds)) == set()
    assert kinds(near, bulletin, asked(near, 12 * 60 - WHOLE.seconds + 1)) == {ConflictKind.QUIET_HOURS}
    assert kinds(near, bulletin, asked(near, 12 * 60 - 60, Grade.PRIORITY)) == set()
    late = BroadcastRequest([NHA_TRANG], near.now + timedelta(minutes=11))
    with pytest.raises(AgainstPolicy):
        near.do(plan_foreseen, bulletin, late, by=near.approver)


def test_two_airings_do_not_overlap_in_the_air_whoever_is_silent(near):
    bulletin = near.approved()
    near.plan(bulletin, seconds=600)
    between = BroadcastRequest([NHA_TRANG], near.now + timedelta(seconds=600) + STEP)
    for _ in range(2):  # before it is in the plans, and then
        with pytest.raises(MeetsOthers) as met:
            near.do(plan_foreseen, bulletin, between, by=near.approver)
        assert (
            met.value.facts["clear_at"] == f"{near.now + timedelta(seconds=600) + WHOLE:%Y-%m-%dT%H:%M:%SZ}"
        )
        (conflict,) = met.value.facts["conflicts"]
        assert conflict["areas"] == [NHA_TRANG]
        near.advance()
        near.publish()


def test_minutes_of_the_day_are_those_of_one_loudspeaker(near):
    rule(near, minutes_a_day=2)
    bulletin = near.approved()
    near.plan(bulletin, seconds=600)
    near.advance()
    assert kinds(near, bulletin, asked(near, 1200)) == set()
    near.plan(bulletin, seconds=1200)
    assert kinds(near, bulletin, asked(near, 1800)) == {ConflictKind.MINUTES_A_DAY}


def test_what_is_asked_says_its_turns_and_true_end(near):
    found = near.ask(check_conflicts, near.approved(), asked(near))
    assert (found.turns, found.duration_seconds, found.whole_seconds) == (2, 60.0, 125.0)


def test_each_node_has_its_start_in_its_own_plan(near):
    airing = near.plan(near.approved(), seconds=600)
    near.advance()
    near.publish()
    row = near.ask(get_airing, airing)
    assert (row.turns, sound_end_of(row)) == (2, row.starts_at + WHOLE)
    assert {one.node: one.turn for one in near.ask(deliveries_of, airing)} == {FIRST: 0, SECOND: 1}
    assert named_for(near, NHA_TRANG) == {}
    mine = {node: named_for(near, node)[airing] for node in (FIRST, SECOND)}
    assert mine[SECOND].starts_at - mine[FIRST].starts_at == STEP
    assert mine[SECOND].latest_start_at - mine[FIRST].latest_start_at == STEP


def test_a_run_issues_few_plans_and_the_next_ones_the_others(near, monkeypatch):
    airing = near.plan(near.approved(), seconds=600)
    near.advance()
    monkeypatch.setattr(plans, "MOST_AT_ONCE", 1)
    found = []
    for _ in range(3):
        near.refresh()
        found.append([node for node in (FIRST, SECOND) if airing in named_for(near, node)])
    assert found == [[FIRST], [FIRST, SECOND], [FIRST, SECOND]]  # the next to start first


def test_it_is_stopped_and_moved_as_one(near):
    airing = near.plan(near.approved(), seconds=600)
    near.advance()
    near.publish()
    moved = near.do(move_airing, airing, to=near.now + timedelta(hours=1), by=near.approver)
    near.agree(moved.id)
    near.advance()
    near.publish()
    assert [list(named_for(near, node)) for node in (FIRST, SECOND)] == [[moved.id]] * 2
    near.do(cancel_airing, moved.id, by=near.approver)
    near.publish()
    assert [named_for(near, node) for node in (FIRST, SECOND)] == [{}, {}]
    assert near.ask(get_airing, moved.id).state is AiringState.CANCELLED


def test_its_proof_rests_on_the_plan_of_each_loudspeaker(near):
    airing = near.plan(near.approved(), seconds=60)
    near.advance()
    near.publish()
    for node, seconds in ((FIRST, 60), (SECOND, STEP.seconds)):
        near.later(seconds=seconds)
        near.advance()
        near.tell(node, airing, "fetched")
        near.tell(node, airing, "started")
        near.tell(node, airing, "finished")
    near.later(seconds=90)
    near.advance()
    proof = near.ask(proof_of, airing, near.root_key.public_x, now=near.now)
    found = check_proof(proof, near.root_key.public_x)
    assert (found.is_whole, len(proof.plans)) == (True, 2)
    assert any(line.startswith("2/2 cụm loa") for line in found.proven)


def test_it_is_over_when_the_last_turn_is(near):
    airing = near.plan(near.approved(), seconds=60)
    near.advance()
    near.publish()
    near.later(seconds=60)
    near.tell(FIRST, airing, "started")
    near.later(seconds=60)
    near.tell(FIRST, airing, "finished", heard_ms=60_000)
    near.later(seconds=30)
    near.advance()
    assert near.ask(get_airing, airing).state is AiringState.SOUNDING
    near.later(seconds=60)
    near.advance()
    assert near.ask(get_airing, airing).state is AiringState.AIRED


def test_what_changes_is_decided_anew_where_it_starts_hours_later(near):
    near.times = near.times.__class__(least_lead=timedelta(seconds=5), horizon=timedelta(days=3))
    airings = {seconds: near.plan(near.approved(), seconds=seconds) for seconds in (3600, 24 * 3600)}
    near.advance()
    assert {near.ask(get_airing, one).turns for one in airings.values()} == {2}
    near.do(remove_area_turns, NHA_TRANG, by=near.approver)
    near.advance()
    near.publish()
    assert near.ask(get_airing, airings[3600]).turns == 2
    assert near.ask(get_airing, airings[24 * 3600]).turns == 1
    assert list(named_for(near, NHA_TRANG)) == [airings[24 * 3600]]
    assert {one.turn for one in near.ask(deliveries_of, airings[24 * 3600])} == {0}


def test_an_area_says_for_itself_and_for_those_below(near):
    assert near.ask(turns_at, [PROVINCE]).areas == {NHA_TRANG: 2}
    put(near, PROVINCE, 3, near.administrator)
    put(near, NHA_TRANG, 1)
    assert near.ask(turns_at, [PROVINCE]).count == 1  # nobody else stands at a known place
    near.do(remove_area_turns, NHA_TRANG, by=near.approver)
    assert near.ask(turns_at, [NHA_TRANG]).nodes == {FIRST: 0, SECOND: 1}
    assert near.ask(turns_at, [NHA_TRANG], Grade.PRIORITY).count == 1
    assert near.ask(turns_at, [BAC_NHA_TRANG]).count == 1
    shown = near.ask(areas_in_turns, [PROVINCE])
    assert [(one.most, one.turns, one.loudspeakers, one.unplaced) for one in shown] == [(3, 2, 4, 2)]
    assert [(one.node, one.turn) for one in near.ask(turns_shown, NHA_TRANG)] == [(FIRST, 1), (SECOND, 2)]


def test_who_may_say_it_and_what(near):
    with pytest.raises(NotAllowed):
        put(near, NHA_TRANG, 2, near.officer)
    for wrong in (0, 7):
        with pytest.raises(BadInput):
            put(near, NHA_TRANG, wrong)
    with pytest.raises(NotFound):
        near.do(remove_area_turns, BAC_NHA_TRANG, by=near.approver)
