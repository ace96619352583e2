"""What single loudspeakers missed is aired again to them alone: in their own plans, counted as one airing."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.planning import BroadcastRequest, MeetsOthers, move_airing
from controller.features.airings.queries import deliveries_of, get_airing, targets_of
from controller.features.airings.target_selection import air_for_chosen, unheard
from controller.features.doctor.invariants import invariants
from controller.features.plans.queries import published
from controller.features.quarantine.service import quarantine_node, release_node
from controller.model.airing_states import AiringState
from controller.model.plan_states import DocumentKind
from devices.messages import Plan
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE
from tests.support.stored_rows import airings_between

FIRST, SECOND, THIRD, _ = (node.id for node in NODES)


@pytest.fixture
def missed(world):
    """An airing that only the second loudspeaker heard."""
    airing = world.plan(world.approved(), areas=[PROVINCE])
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    world.tell(SECOND, airing, "started")
    world.later(seconds=60)
    world.tell(SECOND, airing, "finished", heard_ms=60_000)
    world.later(seconds=30)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.AIRED
    return airing


def again(world, airing, nodes, *, by=None, seconds=60, agreed=True):
    wish = BroadcastRequest((), world.now + timedelta(seconds=seconds))
    planned = world.do(air_for_chosen, airing, nodes, wish, by=by or world.approver).id
    if agreed:
        world.agree(planned)
    return planned


def named_for(world, target):
    row = world.ask(published, DocumentKind.PLAN, target)
    return [one.airing for one in Plan.model_validate_json(row.document).airings] if row else []


def nodes_of(world, airing):
    return [one.node for one in world.ask(deliveries_of, airing)]


def test_those_who_missed_it_are_found(world, missed):
    areas = frozenset({NHA_TRANG, BAC_NHA_TRANG})
    assert [node.id for _, node in world.ask(unheard, missed, areas)] == [
        n.id
        for n in sorted((node for node in NODES if node.id != SECOND), key=lambda node: (node.area, node.id))
    ]
    assert [node.id for _, node in world.ask(unheard, missed, frozenset({NHA_TRANG}))] == [FIRST]


def test_only_the_chosen_are_told_and_counted(world, missed):
    airing = again(world, missed, [FIRST, THIRD])
    world.advance()
    world.publish()
    assert set(world.ask(targets_of, [airing])[airing]) == {NHA_TRANG, BAC_NHA_TRANG}
    for target, is_told in ((FIRST, True), (THIRD, True), (SECOND, False), (NHA_TRANG, False)):
        assert (airing in named_for(world, target)) is is_told, target
    assert nodes_of(world, airing) == sorted([FIRST, THIRD])
    world.later(seconds=60)
    world.advance()
    for node in (FIRST, THIRD):
        world.tell(node, airing, "started")
    world.later(seconds=60)
    for node in (FIRST, THIRD):
        world.tell(node, airing, "finished", heard_ms=60_000)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.AIRED
    assert world.ask(invariants, now=world.now) == []


def test_who_comes_later_does_not_join_and_a_move_keeps_the_choice(world, missed):
    airing = again(world, missed, [FIRST], seconds=3600)
    world.do(quarantine_node, SECOND, reason="Thử.", by=world.technician)
    world.do(release_node, SECOND, by=world.technician)
    assert nodes_of(world, airing) == [FIRST]
    moved = world.do(move_airing, airing, to=world.now + timedelta(hours=2), by=world.approver)
    assert moved.only_chosen
    assert nodes_of(world, moved.id) == [FIRST]


def test_a_commune_that_has_not_agreed_holds_back_its_own_nodes_alone(world, missed):
    airing = again(world, missed, [FIRST, THIRD], agreed=False)
    world.advance()
    world.publish()
    assert len(named_for(world, THIRD)) == 1
    assert named_for(world, FIRST) == []
    parts = world.ask(airings_between, world.now, world.now + timedelta(hours=1))
    assert all(one.only_chosen for one in parts)
    assert sorted(node for one in parts for node in nodes_of(world, one.id)) == sorted([FIRST, THIRD])
    world.agree(airing)
    world.advance()
    world.publish()
    assert len(named_for(world, FIRST)) == 1
    assert named_for(world, NHA_TRANG) == named_for(world, BAC_NHA_TRANG) == []
    assert world.ask(invariants, now=world.now) == []


def test_a_stopped_one_leaves_the_plans_of_its_nodes(world, missed):
    airing = again(world, missed, [FIRST])
    world.advance()
    world.publish()
    assert airing in named_for(world, FIRST)
    world.do(cancel_airing, airing, by=world.officer)
    world.publish()
    assert airing not in named_for(world, FIRST)


def test_what_cannot_be_chosen_is_refused(world, missed):
    for nodes, error in (([], BadInput), (["nobody"], Conflict), ([FIRST, "nobody"], Conflict)):
        with pytest.raises(error):
            again(world, missed, nodes)
    world.do(quarantine_node, FIRST, reason="Thử.", by=world.technician)
    with pytest.raises(Conflict):
        again(world, missed, [FIRST])
    with pytest.raises(NotAllowed):
        again(world, missed, [THIRD], by=world.officer)
    planned = world.plan(world.approved(data=b"other " * 9_000), areas=[BAC_NHA_TRANG], seconds=900)
    with pytest.raises(Conflict):
        again(world, planned, [THIRD])
    with pytest.raises(MeetsOthers):
        again(world, missed, [THIRD], seconds=900)
