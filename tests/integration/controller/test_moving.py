"""Nodes move and areas are merged, split, renamed and closed; what was aired adds up as before."""

import pytest

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.queries import deliveries_of, reach, reach_by_area
from controller.features.area_changes.changes import (
    FORMER,
    NewArea,
    add_area,
    close_area,
    merge_areas,
    rename_area,
    reparent_area,
    split_area,
)
from controller.features.areas.queries import area_tree, get_area, history_of
from controller.features.emergencies.preparation import prepare, release
from controller.features.fleet.location_history import stays_of
from controller.features.fleet.queries import get_node
from controller.features.keys.requests import accept_request, make_request, sign_request
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import RENEWED_AFTER, sign_key_sets
from controller.features.plans.queries import published, retained_state
from controller.features.relocation.service import move_node
from controller.model.emergency_states import Kind as AlarmKind
from controller.model.plan_states import DocumentKind
from devices.enrolment import Place
from devices.ids import AreaCode, Grade
from devices.signing import TrustedKeys, read_key_set, verify
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE
from tests.support.stored_rows import nodes_under

NODE = NODES[0].id
VILLAGE = NewArea(AreaCode("22366.1"), "Thôn Một", "Thôn")
NEW = NewArea(AreaCode("22399"), "Phường Nha Trang Mới", "Phường")


def rule(world, use_case, *args, **kwargs):
    return world.do(use_case, *args, by=world.administrator, password=PASSWORD, **kwargs)


def place_of(world, node):
    """What the broker retains for the node, checked as the node checks it."""
    row = world.ask(published, DocumentKind.PLACE, node)
    keys = read_key_set(
        world.ask(published, DocumentKind.KEYS, PROVINCE).payload, world.root_key.public_x, world.now
    )
    return verify(row.payload, Place, TrustedKeys.of(keys), world.now).areas


def test_a_node_moves_with_what_is_planned_there_and_leaves_what_it_aired(world):
    aired = world.plan(world.approved(), areas=[NHA_TRANG], seconds=60)
    world.advance()
    world.publish()
    world.later(seconds=60)
    world.tell(NODE, aired, "started")
    world.advance()
    coming_here = world.plan(world.approved(), areas=[NHA_TRANG], seconds=3600)
    coming_there = world.plan(world.approved(), areas=[BAC_NHA_TRANG], seconds=3600)
    world.advance()
    rule(world, move_node, NODE, BAC_NHA_TRANG)
    assert place_of(world, NODE) == (PROVINCE, BAC_NHA_TRANG)
    assert NODE not in {one.node for one in world.ask(deliveries_of, coming_here)}
    assert NODE in {one.node for one in world.ask(deliveries_of, coming_there)}
    by_area = world.ask(reach_by_area, aired)
    assert {area: (one.nodes, one.started) for area, one in by_area.items()} == {NHA_TRANG: (2, 1)}
    world.later(seconds=60)
    world.tell(NODE, aired, "finished", heard_ms=60_000)
    assert world.ask(reach_by_area, aired)[NHA_TRANG].finished == 1
    assert [(stay.area, stay.until is None) for stay in world.ask(stays_of, NODE)] == [
        (BAC_NHA_TRANG, True),
        (NHA_TRANG, False),
    ]


def test_only_an_administrator_moves_and_only_with_the_right_password(world):
    with pytest.raises(NotAllowed):
        world.do(move_node, NODE, BAC_NHA_TRANG, by=world.officer, password=PASSWORD)
    with pytest.raises(NotAllowed):
        world.do(move_node, NODE, BAC_NHA_TRANG, by=world.administrator, password="sai mật khẩu")
    with pytest.raises(BadInput):
        rule(world, move_node, NODE, AreaCode("99999"))
    assert world.ask(published, DocumentKind.PLACE, NODE) is None


def test_merged_areas_live_on_below_the_new_one_and_their_history_adds_up_there(world):
    aired = world.plan(world.approved(), areas=[NHA_TRANG, BAC_NHA_TRANG], seconds=60)
    world.advance()
    for node in NODES:
        world.tell(node.id, aired, "fetched")
    before = world.ask(reach, aired)
    assert rule(world, merge_areas, [NHA_TRANG, BAC_NHA_TRANG], NEW) == 4
    tree = world.ask(area_tree)
    assert tree.lineage(NHA_TRANG) == (NHA_TRANG, NEW.code, PROVINCE)
    assert {node.id for node in world.ask(nodes_under, NEW.code)} == {node.id for node in NODES}
    assert place_of(world, NODE) == (PROVINCE, NEW.code, NHA_TRANG)
    (span,) = world.ask(history_of, NHA_TRANG)
    assert (span.kind, span.parent, span.valid_from, span.valid_to) == ("Phường", PROVINCE, None, world.now)
    assert world.ask(get_area, NHA_TRANG).kind == FORMER
    assert world.ask(reach, aired) == before
    # a year later the new commune is asked what it heard: all of it
    world.later(days=365)
    mine = tree.below([NEW.code])
    counted = [one for area, one in world.ask(reach_by_area, aired).items() if area in mine]
    assert sum(one.fetched for one in counted) == before.fetched == 4
    whole = world.plan(world.approved(), areas=[NEW.code], seconds=60)
    world.advance()
    assert world.ask(reach, whole).nodes == 4


def test_what_is_planned_for_a_merged_area_is_still_heard_there(world):
    planned = world.plan(world.approved(), areas=[NHA_TRANG], seconds=3600)
    rule(world, merge_areas, [NHA_TRANG, BAC_NHA_TRANG], NEW)
    world.advance()
    assert world.ask(reach, planned).nodes == 2
    with pytest.raises(Conflict, match="Còn lượt phát"):
        rule(world, close_area, NHA_TRANG, NEW.code)


def test_an_area_for_which_an_alarm_is_held_ready_is_not_closed_before_it_is_released(world):
    bulletin = world.approved(highest=Grade.EMERGENCY)
    prepared = world.do(prepare, bulletin, AlarmKind.ALARM, NHA_TRANG, by=world.approver)
    with pytest.raises(Conflict, match="soạn sẵn"):
        rule(world, close_area, NHA_TRANG, BAC_NHA_TRANG)
    world.do(release, prepared.id, by=world.approver)
    rule(world, close_area, NHA_TRANG, BAC_NHA_TRANG)
    with pytest.raises(Conflict, match="không còn"):
        world.do(prepare, bulletin, AlarmKind.ALARM, NHA_TRANG, by=world.approver)


def test_a_closed_area_leaves_the_broker_and_gets_nothing_new(world):
    over = world.plan(world.approved(), areas=[NHA_TRANG], seconds=60)
    world.advance()
    world.publish()
    world.do(cancel_airing, over, by=world.approver, reason="")
    world.publish()
    rule(world, merge_areas, [NHA_TRANG, BAC_NHA_TRANG], NEW)
    assert rule(world, close_area, NHA_TRANG, NEW.code) == ["canbo"], "who still has an account there"
    cleared = [one for one in world.publish() if one.topic == f"loa/v1/plan/{NHA_TRANG}"]
    assert [one.payload for one in cleared] == [b""]
    assert not [one for one in world.ask(retained_state) if one.topic.endswith(f"/{NHA_TRANG}")]
    assert world.refresh() == []
    assert place_of(world, NODE) == (PROVINCE, NEW.code)
    assert world.ask(get_node, NODE).area == NEW.code
    with pytest.raises(Conflict, match="không còn"):
        world.do(rename_area, NHA_TRANG, name="x", kind=None, by=world.administrator)
    with pytest.raises(BadInput, match="Không có địa bàn"):
        world.plan(world.approved(), areas=[NHA_TRANG])
    # what it aired is still its own, and adds up in the one that took its place
    assert world.ask(reach_by_area, over).keys() == {NHA_TRANG}
    assert NHA_TRANG in world.ask(area_tree).below([NEW.code])


def test_no_key_set_is_signed_for_a_closed_area_and_nobody_is_asked_to(world):
    world.later(days=RENEWED_AFTER.days)
    asked = world.do(make_request, world.root_key.public_x, None)
    assert NHA_TRANG in {one.content["area"] for one in asked.documents}
    rule(world, close_area, NHA_TRANG, BAC_NHA_TRANG)
    with pytest.raises(Conflict, match="địa bàn đã thay đổi"):
        world.do(accept_request, sign_request(asked, world.root_key), first_public=world.root_key.public_x)
    assert world.ask(keys_to_sign_for, world.now) == 0, "the key of who still has an account there"
    assert [one.area for one in world.do(sign_key_sets, root_key=world.root_key)] == [PROVINCE]
    world.publish()
    assert not [one for one in world.ask(retained_state) if one.topic == f"loa/v1/keys/{NHA_TRANG}"]


def test_a_part_of_an_area_becomes_one_of_its_own(world):
    assert rule(world, split_area, NHA_TRANG, {NEW: [NODE]}) == 1
    assert [node.id for node in world.ask(nodes_under, NEW.code)] == [NODE]
    assert [node.id for node in world.ask(nodes_under, NHA_TRANG)] == [NODES[1].id]
    assert place_of(world, NODE) == (PROVINCE, NEW.code)
    with pytest.raises(BadInput, match="không thuộc"):
        rule(world, split_area, NHA_TRANG, {VILLAGE: [NODES[2].id]})


def test_a_village_is_made_renamed_and_put_elsewhere_with_its_nodes(world):
    world.do(add_area, VILLAGE, NHA_TRANG, by=world.administrator)
    rule(world, move_node, NODE, VILLAGE.code)
    assert place_of(world, NODE) == (PROVINCE, NHA_TRANG, VILLAGE.code)
    world.later(days=1)
    world.do(rename_area, VILLAGE.code, name="Thôn Mới", kind=None, by=world.administrator)
    world.later(days=1)
    assert rule(world, reparent_area, VILLAGE.code, BAC_NHA_TRANG) == 1
    assert place_of(world, NODE) == (PROVINCE, BAC_NHA_TRANG, VILLAGE.code)
    spans = world.ask(history_of, VILLAGE.code)
    assert [(span.name, span.parent) for span in spans] == [("Thôn Mới", NHA_TRANG), ("Thôn Một", NHA_TRANG)]
    assert spans[0].valid_from == spans[1].valid_to


@pytest.mark.parametrize(
    ("code", "to"), [(PROVINCE, NHA_TRANG), (NHA_TRANG, NHA_TRANG), (NHA_TRANG, VILLAGE.code)]
)
def test_an_area_is_put_below_neither_itself_nor_what_is_below_it(world, code, to):
    world.do(add_area, VILLAGE, NHA_TRANG, by=world.administrator)
    with pytest.raises(BadInput):
        rule(world, reparent_area, code, to)


@pytest.mark.parametrize("code", ["a b", "22366", "22366-1"])
def test_a_code_that_cannot_be_or_is_taken_makes_no_area(world, code):
    with pytest.raises((BadInput, Conflict)):
        world.do(add_area, NewArea(code, "Thôn", "Thôn"), NHA_TRANG, by=world.administrator)
