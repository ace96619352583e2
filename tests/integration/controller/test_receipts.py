"""Receipts are kept once, advance deliveries, and are acknowledged only when they are safe."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from controller.features.airings.queries import deliveries_of, deliveries_to, get_airing, reach
from controller.features.airings.target_selection import unheard
from controller.features.doctor.invariants import invariants
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import enrol_nodes, retire_node
from controller.features.quarantine.service import quarantine_node, release_node
from controller.features.relocation.service import move_node
from controller.features.reports.queries import aired_between
from controller.features.reports.service import note_aired
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import StoredReceipt
from devices.ids import Grade, NodeId, RecordingId
from devices.receipt_signing import receipt_id
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD

NODE = NODES[0].id


def delivering(world):
    airing = world.plan(world.approved())
    world.advance()
    return airing


def rung(world, airing, node=NODE):
    return next(one.rung for one in world.ask(deliveries_of, airing) if one.node == node)


def noted(world, since, until):
    with world.store.read() as session:  # it yields rows one by one: all before the session ends
        return list(aired_between(session, [NHA_TRANG], since, until))


def kept(world):
    with world.store.read() as session:
        return session.scalar(select(func.count()).select_from(StoredReceipt))


@pytest.mark.both_databases
def test_the_same_receipts_again_change_nothing_and_are_acknowledged_again(world):
    airing = delivering(world)
    said = world.said(NODE, *(world.fields(airing, kind) for kind in ("fetched", "started", "finished")))
    first = world.receive(said)
    once = [vars(one) for one in world.ask(deliveries_of, airing)]
    world.later(seconds=30)
    again = world.receive(said, said)
    assert again == first
    assert first[0].ids == tuple(map(receipt_id, said.receipts))
    twice = [vars(one) for one in world.ask(deliveries_of, airing)]
    strip = [{k: v for k, v in row.items() if k != "_sa_instance_state"} for row in once]
    assert [{k: v for k, v in row.items() if k != "_sa_instance_state"} for row in twice] == strip
    assert kept(world) == 3


def test_a_receipt_without_a_time_counts_from_when_it_came(world):
    airing = delivering(world)
    came = world.later(seconds=2)
    world.receive(world.said(NODE, world.fields(airing, "fetched") | {"at": None}))
    (told,) = [one for one in world.ask(deliveries_of, airing) if one.node == NODE]
    assert (told.rung, told.fetched_at) == (DeliveryStage.FETCHED, came)
    assert world.ask(invariants, now=world.later(days=1)) == []


@pytest.mark.both_databases
def test_receipts_out_of_order_climb_to_the_highest_rung(world):
    airing = delivering(world)
    world.tell(NODE, airing, "finished", heard_ms=60_000)
    world.tell(NODE, airing, "fetched")
    assert rung(world, airing) == DeliveryStage.FINISHED
    world.tell(NODE, airing, "started")
    reached = world.ask(reach, airing)
    assert (reached.fetched, reached.started, reached.finished) == (1, 1, 1)


@pytest.mark.both_databases
def test_a_receipt_of_another_recording_is_kept_but_proves_no_hearing(world):
    airing = delivering(world)
    assert world.tell(NODE, airing, "started", recording=RecordingId("0" * 64))
    assert rung(world, airing) == DeliveryStage.PLANNED
    assert kept(world) == 1


def test_a_receipt_for_an_airing_that_was_not_meant_for_the_node_moves_nothing_but_is_acknowledged(world):
    airing = delivering(world)
    stranger = NODES[3]
    assert stranger.area != NHA_TRANG
    assert world.tell(stranger.id, airing, "started")
    assert world.tell(NODE, "unknown-airing", "started")
    assert world.ask(reach, airing).started == 0
    assert kept(world) == 2


def test_a_node_that_is_not_enrolled_is_not_acknowledged(world):
    assert world.tell(NodeId("stranger"), delivering(world), "started") == []
    assert kept(world) == 0


def test_a_receipt_shows_that_its_node_is_there(world):
    airing = delivering(world)
    world.later(seconds=5)
    world.tell(NODE, airing, "fetched")
    assert world.ask(get_node, NODE).last_heard_at == world.now


def test_a_node_that_was_heard_lately_is_not_noted_anew_for_each_receipt(world):
    airing = delivering(world)
    world.tell(NODE, airing, "fetched")
    heard_at = world.now
    world.later(seconds=10)
    world.tell(NODE, airing, "started")
    assert world.ask(get_node, NODE).last_heard_at == heard_at
    world.later(seconds=6)
    world.tell(NODE, airing, "finished")
    assert world.ask(get_node, NODE).last_heard_at == world.now


def test_why_a_node_did_not_play_can_be_read(world):
    airing = delivering(world)
    world.tell(NODE, airing, "refused", reason="đồng hồ chưa đúng giờ")
    (row,) = world.ask(deliveries_to, NODE)
    assert row[0].reason == "đồng hồ chưa đúng giờ"


@pytest.mark.both_databases
def test_an_outage_of_hours_loses_no_receipt(world):
    airing = delivering(world)
    start = world.now + timedelta(seconds=60)
    told = [world.fields(airing, kind, at=start) for kind in ("fetched", "started", "finished")]
    said = world.said(NODE, *told)
    world.later(hours=30)
    world.receive(said)
    assert rung(world, airing) == DeliveryStage.FINISHED


def test_what_came_to_its_end_after_an_interruption_was_not_heard_whole(world):
    airing = delivering(world)
    start = world.now + timedelta(seconds=60)
    other, late = NODES[1].id, start + timedelta(seconds=60)
    for node, heard_ms in ((NODE, 26_000), (other, 40_000)):
        world.tell(node, airing, "started", at=start)
        world.tell(
            node, airing, "stopped", at=start + timedelta(seconds=9), heard_ms=9_000, reason="pre-empted"
        )
        world.tell(node, airing, "finished", at=late, heard_ms=heard_ms)
    world.publish()
    world.later(seconds=125)
    assert world.advance().aired == [airing], "all have come to its end"
    reached = world.ask(reach, airing)
    assert (reached.started, reached.ended, reached.finished) == (2, 2, 0)
    assert reached.percent_heard == 55
    assert {node.id for _, node in world.ask(unheard, airing, [NHA_TRANG])} == {NODE, other}
    world.do(note_aired)
    rows = noted(world, start - timedelta(1), start + timedelta(1))
    assert [(row.heard_ms, row.reason) for row in rows] == [(26_000, "pre-empted"), (40_000, "pre-empted")]


def quarantined(world):
    world.do(quarantine_node, NODE, reason="Sửa", by=world.technician)


def moved_away(world):
    world.do(move_node, NODE, BAC_NHA_TRANG, by=world.administrator, password=PASSWORD)


def retired(world):
    world.do(retire_node, NODE, by=world.technician)


def back(world, how):
    if how is quarantined:
        world.do(release_node, NODE, by=world.technician)
    elif how is moved_away:
        world.do(move_node, NODE, NHA_TRANG, by=world.administrator, password=PASSWORD)
    else:
        node = next(one for one in NODES if one.id == NODE)
        world.do(enrol_nodes, [node], by=world.technician)


@pytest.mark.parametrize("how", [quarantined, moved_away, retired])
@pytest.mark.parametrize("grade", [Grade.ROUTINE, Grade.PRIORITY])
def test_who_comes_back_in_the_middle_of_an_airing_is_counted_with_what_it_sounded(world, how, grade):
    how(world)
    airing = world.plan(world.approved(), seconds=60, grade=grade)
    world.advance()
    world.publish()
    world.later(seconds=70)
    world.advance()
    assert world.ask(get_airing, airing).state is AiringState.SOUNDING
    assert world.ask(reach, airing).nodes == 1
    back(world, how)
    world.tell(NODE, airing, "started", offset_ms=20_000)
    world.later(seconds=40)
    world.tell(NODE, airing, "finished", heard_ms=40_000)
    reached = world.ask(reach, airing)
    assert (reached.nodes, reached.started, reached.ended, reached.finished) == (2, 1, 1, 0)
    world.later(minutes=5)
    world.advance()
    while world.do(note_aired):
        continue
    start = world.ask(get_airing, airing).starts_at
    rows = noted(world, start, start + timedelta(1))
    assert {row.node: row.heard_ms for row in rows}[NODE] == 40_000


def test_who_stood_elsewhere_while_it_was_aired_is_not_counted(world):
    airing = delivering(world)
    world.publish()
    world.later(minutes=10)
    world.advance()
    assert world.ask(get_airing, airing).ended_at is not None
    world.later(days=1)
    stranger = NODES[-1].id
    world.do(move_node, stranger, NHA_TRANG, by=world.administrator, password=PASSWORD)
    world.tell(stranger, airing, "finished")
    assert stranger not in {one.node for one in world.ask(deliveries_of, airing)}
