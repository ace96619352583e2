"""An airing is delivered in time, moved while that is possible, and missed only with a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.queries import (
    deliveries_of,
    get_airing,
    reach,
    start_spread,
)
from controller.features.airings.reopening import VOID
from controller.features.fleet.service import NewNode, enrol_node, retire_node
from controller.features.plans.queries import unacknowledged
from controller.model.airing_states import AiringState, IllegalAiringTransition
from controller.model.bulletins import Approved
from controller.model.times import Times
from devices.ids import AreaCode, Grade, NodeId
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE
from tests.support.stored_rows import airings_between, open_airings, published_plans


def state(world, airing):
    return world.ask(get_airing, airing).state


def reason(world, airing):
    return world.ask(get_airing, airing).reason


def starts_in(world, airing):
    return (world.ask(get_airing, airing).starts_at - world.now).total_seconds()


@pytest.mark.both_databases
def test_an_airing_has_one_delivery_for_each_node_under_its_targets(world):
    bulletin = world.submitted()
    airing = world.plan(bulletin, areas=[NHA_TRANG, PROVINCE])
    assert [delivery.node for delivery in world.ask(deliveries_of, airing)] == sorted(n.id for n in NODES)
    airing = world.plan(bulletin, areas=[NHA_TRANG])
    assert [delivery.node for delivery in world.ask(deliveries_of, airing)] == [n.id for n in NODES[:2]]


@pytest.mark.both_databases
def test_a_node_enrolled_after_planning_is_counted_and_a_retired_one_is_not_planned(world):
    airing = world.plan(world.approved())
    world.do(enrol_node, NewNode(NodeId("new"), NHA_TRANG, "Cụm mới"), by=world.technician)
    world.advance()
    assert "new" in [delivery.node for delivery in world.ask(deliveries_of, airing)]
    world.do(retire_node, NodeId("new"), by=world.technician)
    later = world.plan(world.approved())
    assert "new" not in [delivery.node for delivery in world.ask(deliveries_of, later)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"areas": [AreaCode("99999")]}, "area.unknown"),
        ({"areas": []}, "airing.no-area"),
        ({"seconds": -60}, "airing.start-in-past"),
        ({"seconds": 500 * 86400}, "airing.too-far"),
        ({"volume": 101}, "airing.bad-volume"),
        ({"volume": -1}, "airing.bad-volume"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_leaves_nothing(world, changes, code):
    bulletin = world.submitted()
    with pytest.raises(BadInput) as refused:
        world.plan(bulletin, **changes)
    assert refused.value.code == code
    assert world.ask(open_airings) == []


def test_times_that_cannot_be_are_refused(world):
    bulletin = world.submitted()
    with pytest.raises(BadInput, match="muộn nhất"):
        world.plan(bulletin, latest_start_at=world.now)


def test_an_officer_airs_in_the_own_area(world):
    bulletin = world.submitted()
    world.plan(bulletin, by=world.officer, areas=[NHA_TRANG])
    with pytest.raises(NotAllowed):
        world.plan(bulletin, by=world.officer, areas=[BAC_NHA_TRANG])


def test_an_emergency_is_called_and_never_planned(world):
    with pytest.raises(BadInput) as refused:
        world.plan(world.approved(highest=Grade.EMERGENCY), grade=Grade.EMERGENCY)
    assert refused.value.code == "airing.emergency-is-called"
    assert world.ask(open_airings) == []


@pytest.mark.both_databases
def test_nothing_is_delivered_before_its_bulletin_is_approved(world):
    bulletin = world.submitted()
    airing = world.plan(bulletin)
    assert not world.advance()
    assert world.refresh() == []
    world.approve(bulletin)
    assert world.advance().delivering == [airing]


def test_an_airing_is_delivered_once_it_is_near(world):
    airing = world.plan(world.approved(), seconds=7 * 3600)
    assert not world.advance()
    world.later(hours=1, seconds=1)
    assert world.advance().delivering == [airing]
    assert starts_in(world, airing) == 6 * 3600 - 1


def test_an_airing_approved_late_starts_as_soon_as_it_can(world):
    bulletin = world.submitted()
    airing = world.plan(bulletin, seconds=60)
    world.later(seconds=120)
    world.advance()
    assert state(world, airing) is AiringState.PLANNED
    world.approve(bulletin)
    world.advance()
    assert 5 <= starts_in(world, airing) < 6


@pytest.mark.parametrize(("areas", "nodes"), [([NHA_TRANG], 2), ([PROVINCE], len(NODES))])
def test_the_more_loudspeakers_are_to_hear_it_the_longer_is_its_lead(world, areas, nodes):
    world.times = Times(least_lead=timedelta(seconds=5), each_node=timedelta(seconds=1))
    airing = world.plan(world.approved(), areas=areas, seconds=1)
    world.advance()
    assert 5 + nodes <= starts_in(world, airing) < 6 + nodes


@pytest.mark.both_databases
def test_an_airing_approved_too_late_is_missed_with_a_reason(world):
    bulletin = world.submitted()
    airing = world.plan(bulletin, seconds=60, latest_start_at=world.now + timedelta(seconds=90))
    world.later(seconds=88)
    world.approve(bulletin)
    world.advance()
    assert state(world, airing) is AiringState.MISSED
    assert reason(world, airing).startswith("Không kịp gửi tới loa")


@pytest.mark.parametrize(
    ("rendered", "why"), [(True, "Bản tin chưa được duyệt."), (False, "Tệp âm thanh chưa dựng xong.")]
)
def test_an_airing_that_was_never_ready_says_what_was_lacking(world, rendered, why):
    airing = world.plan(world.submitted(rendered=rendered))
    world.later(minutes=12)
    assert not world.advance(grace_over=False)
    assert world.advance().missed == [airing]
    assert reason(world, airing).endswith(why)


@pytest.mark.both_databases
def test_while_no_broker_takes_the_plan_the_start_moves_as_long_as_it_may(world):
    airing = world.plan(world.approved(), seconds=30)
    world.advance()
    world.refresh()
    assert not world.advance().moved
    world.later(seconds=29)
    assert world.advance().moved == [airing]
    assert 5 <= starts_in(world, airing) < 6
    assert [document.topic for document in world.refresh()] == [f"loa/v1/plan/{NHA_TRANG}"]
    world.later(minutes=11)
    assert world.advance().missed == [airing]
    assert "MQTT" in reason(world, airing)


def test_what_the_broker_has_taken_is_not_moved_any_more(world):
    airing = world.plan(world.approved(), seconds=30)
    world.advance()
    world.publish()
    world.later(seconds=29)
    assert not world.advance().moved
    world.later(seconds=1)
    assert world.advance().sounding == [airing]
    assert [one.id for one in world.ask(open_airings) if one.state is AiringState.SOUNDING] == [airing]


def test_after_a_restart_nothing_is_moved_missed_or_ended_before_waiting_receipts_are_read(world):
    unsent = world.plan(world.approved(), seconds=30)
    world.advance()
    world.refresh()
    world.later(seconds=40)
    assert not world.advance(grace_over=False)
    world.tell(NODES[0].id, unsent, "started", at=world.now - timedelta(seconds=10))
    assert world.advance(grace_over=True).sounding == [unsent]
    world.later(minutes=10)
    assert not world.advance(grace_over=False)
    assert world.advance(grace_over=True).aired == [unsent]


@pytest.mark.both_databases
def test_an_airing_ends_when_all_have_finished_or_its_end_is_well_past(world):
    quick, slow = world.plan(world.approved()), world.plan(world.approved(), areas=[BAC_NHA_TRANG])
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    for node in NODES[:2]:
        world.tell(node.id, quick, "started")
        world.tell(node.id, quick, "finished", heard_ms=60_000)
    world.tell(NODES[2].id, slow, "started")
    assert world.advance().aired == [quick]
    world.later(seconds=69)
    assert not world.advance()
    world.later(seconds=1)
    assert world.advance().aired == [slow]
    assert world.ask(reach, slow).started == 1


@pytest.mark.both_databases
def test_an_airing_that_nobody_heard_is_missed_until_an_outage_gives_its_receipts_back(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    world.later(minutes=5)
    assert world.advance().missed == [airing]
    assert "Không cụm loa nào" in reason(world, airing)
    world.tell(NODES[0].id, airing, "finished", at=start + timedelta(minutes=1), heard_ms=60_000)
    world.tell(NODES[0].id, airing, "started", at=start)
    assert state(world, airing) is AiringState.AIRED
    assert reason(world, airing) is None


def test_an_area_without_nodes_says_so(world):
    airing = world.plan(world.approved(), areas=[AreaCode("22390")])
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    world.later(minutes=5)
    world.advance()
    assert reason(world, airing) == "Không có cụm loa nào đang dùng trong địa bàn."


@pytest.mark.both_databases
def test_anybody_of_the_area_stops_what_is_planned_or_sounding(world):
    planned, sounding = world.plan(world.approved(), seconds=600), world.plan(world.approved())
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.advance()
    for airing in (planned, sounding):
        world.do(cancel_airing, airing, by=world.officer)
        assert state(world, airing) is AiringState.CANCELLED
    with pytest.raises(IllegalAiringTransition):
        world.do(cancel_airing, planned, by=world.officer)
    assert world.publish()
    assert world.ask(unacknowledged) == []


def test_a_commune_cannot_stop_what_the_whole_province_hears(world):
    airing = world.plan(world.approved(), areas=[PROVINCE])
    with pytest.raises(NotAllowed):
        world.do(cancel_airing, airing, by=world.officer)


def test_a_withdrawn_bulletin_is_not_planned_again(world):
    from controller.features.withdrawals.service import withdraw_bulletin

    bulletin = world.approved()
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    with pytest.raises(Conflict):
        world.plan(bulletin)


@pytest.mark.both_databases
def test_an_area_sees_what_it_hears_its_own_and_what_comes_from_above(world):
    bulletin = world.submitted()
    mine, above = world.plan(bulletin), world.plan(bulletin, areas=[PROVINCE], seconds=70)
    world.plan(bulletin, areas=[BAC_NHA_TRANG])
    seen = world.ask(airings_between, world.now, world.now + timedelta(hours=1), area=NHA_TRANG)
    assert [airing.id for airing in seen] == [mine, above]


@pytest.mark.both_databases
def test_late_starters_do_not_count_into_the_spread(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    world.tell(NODES[0].id, airing, "started", at=start - timedelta(milliseconds=4))
    world.tell(NODES[1].id, airing, "started", at=start + timedelta(seconds=9), offset_ms=9000)
    spread = world.ask(start_spread, airing)
    assert (spread.nodes, spread.max) == (1, 4.0)
    assert world.ask(reach, airing).started == 2


def test_what_no_approval_bears_out_any_more_is_over_while_it_sounds(world):
    airing = world.plan(world.approved(), seconds=60)
    world.advance()
    world.publish()
    start = world.later(seconds=61)
    world.tell(NODES[0].id, airing, "started", at=start)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.SOUNDING
    with world.store.write() as session:
        session.scalars(select(Approved)).one().expires_at = world.now
    assert world.advance().voided == [airing]
    row = world.ask(get_airing, airing)
    assert (row.state, row.reason) == (AiringState.CANCELLED, VOID)
    world.publish()
    assert world.ask(published_plans, NHA_TRANG)[-1].airings == ()
