"""A node enrols by a code with a key of its own; new hardware takes a name over; quarantine silences it."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.secret_codes import typed_code
from controller.features.accounts.service import create_operator
from controller.features.airings.queries import deliveries_of, reach
from controller.features.enrolment.service import (
    CODE_LIFE,
    claim_code,
    hardware_of,
    make_code,
    open_codes,
    withdraw_code,
)
from controller.features.fleet.broker_passwords import node_passwords
from controller.features.fleet.location_history import stays_of
from controller.features.fleet.queries import facts_of, get_node
from controller.features.fleet.service import NewNode, enrol_node, enrol_nodes, note_states, retire_node
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.plans.queries import published
from controller.features.quarantine.service import limit_volume, quarantine_node, release_node
from controller.model.areas import Area
from controller.model.enrolment import Welcome
from controller.model.fleet import EnrolmentCode
from controller.model.permissions import OperatorRole
from controller.model.plan_states import DocumentKind
from devices.enrolment import Enrolment, first_session_of
from devices.ids import AreaCode, NodeId
from devices.jose import read_payload
from devices.messages import NodeState, Plan, Receipts, Vitals
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE
from devices.signing import TrustedKeys, read_key_set, verify
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PROVINCE
from tests.support.stored_rows import count_nodes, note_vitals

NEW = NewNode(NodeId("kh-22366-07"), NHA_TRANG, "Nhà văn hóa thôn 2")


@pytest.fixture
def welcome(world):
    return Welcome(
        "https://loa.example", "mqtts://broker.example", world.root_key.public_x, world.station_key
    )


def coded(world, node=NEW, **options):
    row, code = world.do(make_code, node, by=world.technician, **options)
    return row, typed_code(code)


def replied(world, welcome, code, key):
    return world.do(claim_code, key.claim(code, "board 1"), welcome)


def claimed(world, welcome, code, key):
    reply = replied(world, welcome, code, key)
    keys = TrustedKeys.of(*(read_key_set(text, reply.root_public, world.now) for text in reply.keys))
    return verify(reply.enrolment, Enrolment, keys, world.now)


def born(world, session, node=NEW.id, *, online=True):
    state = NodeState(node=node, session=session, online=online, at=world.now, software="board")
    world.do(note_states, [state])


def test_a_node_claims_its_code_and_is_told_who_it_is_by_what_the_root_vouches_for(world, welcome):
    before = world.ask(count_nodes)
    _, code = coded(world)
    assert world.ask(count_nodes) == before, "a code alone makes no loudspeaker"
    key = NodeKey.generate()
    told = claimed(world, welcome, code, key)
    assert (told.node, told.name, told.public) == (NEW.id, NEW.name, key.public)
    assert told.areas == (PROVINCE, NHA_TRANG)
    assert {f"loa/v1/plan/{NHA_TRANG}", f"loa/v1/policy/{PROVINCE}", f"loa/v1/keys/{PROVINCE}"} <= set(
        told.topics
    )
    assert (told.broker, told.first_session) == ("mqtts://broker.example", first_session_of(1))
    assert world.ask(count_nodes) == before + 1
    assert [stay.area for stay in world.ask(stays_of, NEW.id)] == [NHA_TRANG]
    born(world, told.first_session + 1)
    assert world.ask(get_node, NEW.id).online


def test_a_code_is_kept_by_a_keyed_digest_and_the_password_by_the_brokers(world, welcome):
    row, code = coded(world)
    told = replied(world, welcome, code, NodeKey.generate())
    with world.store.read() as session:
        kept = session.get(EnrolmentCode, row.id)
        (board,) = hardware_of(session, NEW.id)
        assert code not in str(vars(kept))
        (digest,) = node_passwords(session).values()
    assert digest.startswith("$7$101$")
    assert told.password not in digest
    assert board.enrolment == told.enrolment
    assert told.password not in str(read_payload(told.enrolment)), "the enrolment is evidence, and no secret"


BAD_IDS = ["a/b", "a+b", "a#", "#", "a:b", "kh-1\n", "\nkh-1", "$SYS", "kh 1", "-kh", "đài", "", "a" * 65]
OWN_IDS = ["station", "Station", "loa-station", "LOA-STATION"]


@pytest.mark.parametrize("name", [*BAD_IDS, *OWN_IDS, PROVINCE, NHA_TRANG, BAC_NHA_TRANG])
def test_no_node_bears_a_name_of_the_stations_of_an_area_or_one_that_makes_another_topic(world, name):
    node = NewNode(NodeId(name), NHA_TRANG, "x")
    with pytest.raises(BadInput):
        world.do(make_code, node, by=world.technician)
    with pytest.raises(BadInput):
        world.do(enrol_node, node, by=world.technician)


def test_no_board_is_enrolled_by_a_simulated_name_or_by_another_users_at_the_broker(world):
    with pytest.raises(BadInput):
        world.do(make_code, NewNode(NodeId("SIM-22366-01"), NHA_TRANG, "x"), by=world.technician)
    with pytest.raises(Conflict):
        world.do(make_code, NEW, by=world.technician, taken={NEW.id})


def test_two_nodes_differ_in_more_than_their_case(world):
    world.do(enrol_node, NEW, by=world.technician)
    shouted = NewNode(NodeId(NEW.id.upper()), NHA_TRANG, "x")
    with pytest.raises(Conflict):
        world.do(make_code, shouted, by=world.technician)
    pair = [NewNode(NodeId("kh-a"), NHA_TRANG, "x"), NewNode(NodeId("KH-A"), NHA_TRANG, "x")]
    with pytest.raises(BadInput):
        world.do(enrol_nodes, pair, by=world.technician)
    coded(world, NEW)  # itself, for new hardware


def test_a_code_that_was_made_before_its_name_became_an_areas_is_not_good(world, welcome):
    _, code = coded(world, NewNode(NodeId("22999"), NHA_TRANG, "x"))
    with world.store.write() as session:
        session.add(Area(code=AreaCode("22999"), parent=PROVINCE, name="Xã mới", kind="xã"))
    with pytest.raises(BadInput):
        world.do(claim_code, NodeKey.generate().claim(code), welcome)


def test_a_code_is_good_once_but_the_same_key_may_claim_again_when_the_answer_was_lost(world, welcome):
    _, code = coded(world)
    key = NodeKey.generate()
    first = replied(world, welcome, code, key)
    second = replied(world, welcome, code, key)
    sessions = {read_payload(one.enrolment)["first_session"] for one in (first, second)}
    assert sessions == {first_session_of(1)}
    assert first.password != second.password
    assert len(world.ask(hardware_of, NEW.id)) == 1
    with pytest.raises(NotFound):
        claimed(world, welcome, code, NodeKey.generate())


@pytest.mark.parametrize("how", ["expired", "withdrawn", "replaced by a newer", "unknown"])
def test_a_code_that_is_over_is_refused_without_saying_why(world, welcome, how):
    row, code = coded(world)
    if how == "expired":
        world.later(seconds=CODE_LIFE.total_seconds())
    elif how == "withdrawn":
        world.do(withdraw_code, row.id, by=world.technician)
    elif how == "replaced by a newer":
        coded(world)
    else:
        code = "ZZZZZZZZ"
    with pytest.raises(NotFound, match="không đúng, đã dùng hoặc đã hết hạn"):
        claimed(world, welcome, code, NodeKey.generate())
    with pytest.raises(NotFound):
        world.ask(get_node, NEW.id)


def test_a_key_that_the_claimant_does_not_hold_enrols_nothing(world, welcome):
    _, code = coded(world)
    mine, theirs = NodeKey.generate(), NodeKey.generate()
    forged = mine.claim(code).model_copy(update={"public": theirs.public})
    with pytest.raises(NotFound):
        world.do(claim_code, forged, welcome)
    assert claimed(world, welcome, code, mine).node == NEW.id


def test_new_hardware_takes_over_name_place_and_plan_and_the_old_is_heard_no_more(world, welcome):
    _, code = coded(world)
    old = claimed(world, welcome, code, NodeKey.generate())
    born(world, old.first_session + 1)
    airing = world.plan(world.approved(), seconds=60)
    world.advance()
    before = world.ask(deliveries_of, airing)
    world.later(minutes=1)
    _, code = coded(world)
    new = claimed(world, welcome, code, NodeKey.generate())
    assert new.first_session > old.first_session + 1
    assert world.ask(deliveries_of, airing)[0].airing == before[0].airing
    assert NEW.id in {delivery.node for delivery in world.ask(deliveries_of, airing)}
    assert not world.ask(get_node, NEW.id).online
    # the old board goes on as if nothing had happened
    world.later(minutes=1)
    born(world, old.first_session + 2)
    said = Vitals(
        node=NEW.id,
        session=old.first_session + 2,
        at=world.now,
        clock_offset_ms=None,
        clock_error_ms=None,
        volume=1,
        storage_free=1,
    )
    world.do(note_vitals, [said])
    node = world.ask(get_node, NEW.id)
    assert (node.online, node.vitals) == (False, None)
    born(world, new.first_session + 1)
    assert world.ask(get_node, NEW.id).online
    assert [(one.number, one.ended_at is None) for one in world.ask(hardware_of, NEW.id)] == [
        (2, True),
        (1, False),
    ]
    assert len(world.ask(node_passwords)) == 1


def test_receipts_of_replaced_hardware_are_neither_believed_nor_acknowledged(world, welcome):
    boards = []
    for _ in range(2):
        _, code = coded(world)
        boards.append(NodeKey.generate())
        told = claimed(world, welcome, code, boards[-1])
    airing = world.plan(world.approved(), seconds=60)
    world.advance()
    old, new = (
        world.signer.sign(NEW.id, key=key, seq=1, previous=NOTHING_BEFORE, **world.fields(airing, "fetched"))
        for key in boards
    )
    late = Receipts(node=NEW.id, session=first_session_of(1) + 9, receipts=(old,))
    assert world.receive(late) == []
    now = Receipts(node=NEW.id, session=told.first_session + 1, receipts=(old,))
    assert [one.ids for one in world.receive(now)] == [()], "its key is the node's no more"
    assert world.ask(reach, airing).fetched == 0
    assert [one.node for one in world.receive(now.model_copy(update={"receipts": (new,)}))] == [NEW.id]
    assert world.ask(reach, airing).fetched == 1


def test_a_retired_node_comes_back_by_a_code_and_one_in_use_elsewhere_does_not_move_by_it(world, welcome):
    node = NODES[0]
    with pytest.raises(Conflict, match="loa node move"):
        coded(world, NewNode(node.id, BAC_NHA_TRANG, "Cụm 1"))
    world.do(retire_node, node.id, by=world.technician)
    world.later(seconds=1)
    _, code = coded(world, NewNode(node.id, BAC_NHA_TRANG, "Cụm 1"))
    assert claimed(world, welcome, code, NodeKey.generate()).areas == (PROVINCE, BAC_NHA_TRANG)
    stays = world.ask(stays_of, node.id)
    assert [(stay.area, stay.until is None) for stay in stays] == [(BAC_NHA_TRANG, True), (NHA_TRANG, False)]


def test_codes_are_made_by_technicians_only_and_live_a_week_at_most(world):
    with pytest.raises(NotAllowed):
        world.do(make_code, NEW, by=world.officer)
    for life in (timedelta(days=8), timedelta(0)):
        with pytest.raises(BadInput):
            world.do(make_code, NEW, by=world.technician, life=life)
    row, _ = coded(world)
    assert [one.id for one in world.ask(open_codes, world.now, frozenset({NHA_TRANG}))] == [row.id]
    assert world.ask(open_codes, world.now, frozenset({BAC_NHA_TRANG})) == []


def plan_of(world, target):
    row = world.ask(published, DocumentKind.PLAN, target)
    return None if row is None else Plan.model_validate_json(row.document)


def test_a_quarantined_node_has_no_volume_and_is_neither_believed_nor_counted(world):
    node = NODES[0].id
    born(world, 1, node)
    airing = world.plan(world.approved(), seconds=60)
    world.advance()
    assert world.ask(reach, airing).nodes == 2
    world.do(quarantine_node, node, reason="Nghi bị lấy cắp", by=world.technician)
    world.publish()
    assert plan_of(world, node).loudest_volume == 0
    assert world.ask(reach, airing).nodes == 1
    assert status_of(facts_of(world.ask(get_node, node)), world.now) is NodeStatus.QUARANTINED
    world.later(seconds=30)
    born(world, 2, node)
    assert world.ask(get_node, node).session == 1
    assert world.tell(node, airing, "fetched") == []
    world.later(days=6)
    assert [waiting.topic for waiting in world.publish() if waiting.topic.endswith(node)], "renewed when worn"
    world.do(release_node, node, by=world.technician)
    world.publish()
    assert plan_of(world, node).loudest_volume == 100


def test_a_released_node_hears_what_is_under_way(world):
    node = NODES[0].id
    world.do(quarantine_node, node, reason="Sửa", by=world.technician)
    airing = world.plan(world.approved(), seconds=60)
    world.advance()
    assert world.ask(reach, airing).nodes == 1
    world.do(release_node, node, by=world.technician)
    assert world.ask(reach, airing).nodes == 2
    with pytest.raises(NotAllowed):
        world.do(quarantine_node, node, reason="x", by=world.officer)
    with pytest.raises(BadInput):
        world.do(quarantine_node, node, reason=" ", by=world.technician)


def test_one_nodes_volume_is_capped_by_its_own_plan_until_the_cap_is_taken_away(world):
    node = NODES[0].id
    world.do(limit_volume, node, 40, by=world.technician)
    world.publish()
    assert plan_of(world, node).loudest_volume == 40
    assert world.refresh() == []
    world.do(limit_volume, node, 100, by=world.technician)
    world.publish()
    assert plan_of(world, node).loudest_volume == 100


@pytest.mark.parametrize("is_retired", [False, True])
def test_a_technician_of_another_commune_is_not_told_where_a_name_is_used(world, is_retired):
    stranger = world.do(
        create_operator,
        name="ktbac",
        display_name="Kỹ thuật Bắc",
        roles={OperatorRole.TECHNICIAN},
        area=BAC_NHA_TRANG,
        password="dây đồng chống sét",
        by=None,
    )
    theirs = next(node for node in NODES if node.area == NHA_TRANG)
    if is_retired:
        world.do(retire_node, theirs.id, by=world.technician)
    with pytest.raises(Conflict) as refused:
        world.do(make_code, NewNode(theirs.id, BAC_NHA_TRANG, "Cụm"), by=stranger)
    assert refused.value.code == "node.elsewhere"
    assert refused.value.sentence == f"Mã {theirs.id} đã có cụm loa khác dùng. Hãy chọn mã khác."
