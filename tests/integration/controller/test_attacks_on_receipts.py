"""Attackers who hold exactly one thing, and want "heard" where nobody heard: nothing that they say counts."""

import base64
import json
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.orm import Session

from controller.features.airings.queries import deliveries_of, reach
from controller.features.airings.receipt_faults import receipt_faults
from controller.features.doctor.invariants import invariants
from controller.features.enrolment.known_keys import give_key, give_keys
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.service import note_states
from controller.features.fleet.watch import NodeFilter, watched
from controller.model.airing_states import ChainFaultKind
from controller.model.airings import ChainFault, Delivery, ReceiptRefusal, StoredReceipt
from controller.model.fleet import Hardware
from controller.runtime.ingest import Ingest
from devices import topics
from devices.ids import NodeId
from devices.messages import NodeState, Receipts, ReceiptsCommitted
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE, encoded, header_of, receipt_id
from devices.signing import TrustedKeys, verify
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.node_keys import Signer, key_of
from tests.support.station_world import NODES, welcome
from tests.support.waiting import wait_until

NODE, OTHER = NODES[0].id, NODES[1].id
HEARD = ("fetched", "started", "finished")


@pytest.fixture
def airing(world):
    airing = world.plan(world.approved())
    world.advance()
    return airing


def heard(world, airing):
    reached = world.ask(reach, airing)
    return reached.fetched, reached.started, reached.ended


def raw(*texts, node=NODE, session=1):
    return Receipts(node=node, session=session, receipts=texts)


def facts(world):
    query = select(ChainFault.kind, ChainFault.first, ChainFault.last).order_by(ChainFault.first)
    with world.store.read() as session:
        return [(one.kind, one.first, one.last) for one in session.execute(query)]


# -- the broker alone


def unsigned(told):
    """The receipt as it was before receipts were signed: JSON, and nothing else."""
    return json.dumps({"id": "r1"} | told, default=str)


def by_a_key_of_its_own(told):
    return Signer().sign(NODE, key=NodeKey.generate(), **told)


def by_a_key_of_its_own_under_the_nodes_name(told):
    key, signature_key = key_of(NODE), NodeKey.generate()
    payload = json.dumps({"node": NODE, "seq": 1, "previous": NOTHING_BEFORE} | told, default=str)
    signed = f"{header_of(key.kid)}.{encoded(payload.encode())}"
    return f"{signed}.{encoded(signature_key.sign(signed.encode()))}"


def without_a_signature(told):
    header = encoded(json.dumps({"alg": "none", "kid": key_of(NODE).kid, "typ": "loa-receipt"}).encode())
    return f"{header}.{encoded(json.dumps(told, default=str).encode())}."


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (unsigned, "malformed"),
        (by_a_key_of_its_own, "unknown-key"),
        (by_a_key_of_its_own_under_the_nodes_name, "bad-signature"),
        (without_a_signature, "malformed"),
    ],
)
def test_the_broker_alone_forges_that_all_heard_and_nothing_is_counted(world, airing, forge, code):
    told = world.fields(airing, "finished", at=world.now.isoformat(timespec="milliseconds"))
    text = forge(world.fields(airing, "finished") if forge is by_a_key_of_its_own else told)
    (answer,) = world.receive(raw(text))
    assert answer.ids == ()
    assert [(one.id, one.code) for one in answer.refused] == [(receipt_id(text), code)]
    assert heard(world, airing) == (0, 0, 0)
    assert world.ask(lambda session: session.scalar(select(func.count()).select_from(StoredReceipt))) == 0
    refusal = world.ask(lambda session: session.get(ReceiptRefusal, NODE))
    assert (refusal.count, refusal.code) == (1, code)


def test_the_broker_changes_a_signed_receipt_and_it_is_refused(world, airing):
    other = world.plan(world.approved(), seconds=600)
    text = world.signer.sign(NODE, **world.fields(airing, "finished"))
    header, payload, signature = text.split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    moved = encoded(json.dumps(told | {"airing": other}).encode())
    (answer,) = world.receive(raw(f"{header}.{moved}.{signature}"))
    assert [one.code for one in answer.refused] == ["bad-signature"]
    assert heard(world, other) == heard(world, airing) == (0, 0, 0)


def test_the_broker_cannot_make_a_second_name_for_a_receipt(world, airing):
    text = world.signer.sign(NODE, **world.fields(airing, "fetched"))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = text[:-1] + letters[letters.index(text[-1]) + 1]  # the same bits, but for those that are not used
    (answer,) = world.receive(raw(spare, text))
    assert answer.ids == (receipt_id(text),)
    assert [(one.id, one.code) for one in answer.refused] == [(receipt_id(spare), "malformed")]


def test_the_broker_repeats_a_receipt_of_another_airing_or_station_and_it_has_no_effect(world, airing):
    elsewhere = Signer().sign(NODE, **world.fields("airing-of-another-station", "finished"))
    world.receive(raw(elsewhere))
    assert heard(world, airing) == (0, 0, 0)
    said = world.said(OTHER, *(world.fields(airing, kind) for kind in HEARD))
    first = world.receive(said)
    assert world.receive(said, said) == first
    assert heard(world, airing) == (1, 1, 1)
    (answer,) = world.receive(raw(*said.receipts))
    assert {one.code for one in answer.refused} == {"unknown-key"}, "another node's words in its own name"
    assert heard(world, airing) == (1, 1, 1)


def test_a_receipt_that_was_cut_out_on_its_way_is_shown_and_the_others_count(world, airing):
    said = world.said(NODE, *(world.fields(airing, kind) for kind in HEARD))
    (answer,) = world.receive(raw(said.receipts[0], said.receipts[2]))
    assert len(answer.ids) == 2
    assert facts(world) == [(ChainFaultKind.GAP, 2, 2)]
    assert heard(world, airing)[2] == 1
    world.receive(raw(said.receipts[1]))
    assert facts(world) == [], "what comes late fills the gap"


def test_a_receipt_from_before_signatures_that_a_node_signed_later_is_kept_and_proves_no_sound(world, airing):
    told = (
        world.fields(airing, kind, volume=None, reason="signed-later") for kind in ("started", "finished")
    )
    (answer,) = world.receive(world.said(NODE, *told))
    assert (len(answer.ids), answer.refused) == (2, ())
    assert heard(world, airing)[1:] == (0, 0)
    with world.store.read() as session:
        assert session.get(Delivery, (airing, NODE)).reason == "signed-later"


def shown_faults(world):
    return [fault.sentence for one in world.ask(watched, NodeFilter(), world.now) for fault in one.faults]


def test_receipts_that_were_cut_out_are_a_fault_that_technicians_see_for_a_week(world, airing):
    world.do(note_states, [NodeState(node=NODE, session=1, online=True, at=world.now, software="")])
    said = world.said(NODE, *(world.fields(airing, kind) for kind in (*HEARD, "kept")))
    world.receive(raw(said.receipts[0], said.receipts[3]))
    assert not any("biên nhận" in sentence for sentence in shown_faults(world)), "they may still come"
    world.later(minutes=11)
    assert any(sentence.startswith("Thiếu 2 biên nhận") for sentence in shown_faults(world))
    of_kind = NodeFilter(kinds=frozenset({FaultKind.RECEIPTS}), only_faulty=True)
    assert [one.node.id for one in world.ask(watched, of_kind, world.now)] == [NODE]
    world.receive(raw(said.receipts[1]))
    assert any(sentence.startswith("Thiếu 1 biên nhận") for sentence in shown_faults(world))
    world.later(days=7)
    assert not any("biên nhận" in sentence for sentence in shown_faults(world))


def test_receipts_in_any_order_leave_no_gap_and_no_break(world, airing):
    said = world.said(NODE, *(world.fields(airing, kind) for kind in (*HEARD, "kept", "lost", "kept")))
    for place in (4, 1, 5, 0, 3, 2):
        world.receive(raw(said.receipts[place]))
    assert facts(world) == []


# -- one node


def test_one_node_signs_for_another_and_is_refused(world, airing):
    text = Signer().sign(OTHER, key=key_of(NODE), **world.fields(airing, "finished"))
    answers = world.receive(raw(text), raw(text, node=OTHER))
    assert [[one.code for one in answer.refused] for answer in answers] == [["malformed"], ["unknown-key"]]
    assert heard(world, airing) == (0, 0, 0)


def test_a_node_that_was_cloned_is_found_by_its_numbers(world, airing):
    world.tell(NODE, airing, "fetched")
    world.receive(Signer().message(NODE, world.fields(airing, "kept")))
    assert facts(world) == [(ChainFaultKind.FORK, 1, 1)]


def test_a_chain_that_was_rewritten_is_a_break_and_its_receipts_count(world, airing):
    world.tell(NODE, airing, "fetched")
    world.signer.newest[NODE] = "1" * 64
    world.tell(NODE, airing, "started")
    assert facts(world) == [(ChainFaultKind.BREAK, 2, 2)]
    assert heard(world, airing) == (1, 1, 0)


def test_the_board_that_was_replaced_speaks_for_the_node_no_more(world, airing):
    with world.store.write() as session:
        session.execute(update(Hardware).where(Hardware.node == NODE).values(ended_at=world.now))
    new = NodeKey.generate()
    world.do(give_keys, {NODE: new.public}, welcome(world))
    (answer,) = world.tell(NODE, airing, "finished")
    assert [one.code for one in answer.refused] == ["unknown-key"]
    world.receive(raw(Signer().sign(NODE, key=new, **world.fields(airing, "fetched"))))
    assert heard(world, airing) == (1, 0, 0)
    assert facts(world) == [], "its own chain, from 1"


def test_a_muted_emergency_is_not_reported_as_heard(world, airing):
    for kind in HEARD:
        world.tell(NODE, airing, kind, **({} if kind == "fetched" else {"volume": 0}))
    assert heard(world, airing) == (1, 0, 0)
    row = next(one for one in world.ask(deliveries_of, airing) if one.node == NODE)
    assert (row.reason, row.heard_ms) == ("too-quiet", 0)


# -- firmware of another release


def test_an_unknown_kind_costs_the_others_nothing_and_is_kept_and_counted_as_nothing(world, airing):
    told = [world.fields(airing, kind) for kind in ("fetched", "fetched", "started")]
    told[1]["kind"] = "warmed-up"
    (answer,) = world.receive(world.said(NODE, *told))
    assert (len(answer.ids), answer.refused) == (3, ())
    assert heard(world, airing) == (1, 1, 0)
    kinds = world.ask(lambda session: set(session.scalars(select(StoredReceipt.kind))))
    assert kinds == {"fetched", "started", "warmed-up"}


def test_one_bad_receipt_of_a_hundred_does_not_hold_back_the_others(world, airing):
    said = world.said(NODE, *(world.fields(airing, "fetched") for _ in range(99)))
    (answer,) = world.receive(raw(*said.receipts[:50], "no receipt", *said.receipts[50:]))
    assert (len(answer.ids), [one.code for one in answer.refused]) == (99, ["malformed"])


def test_the_node_is_told_what_is_committed_and_what_is_refused_after_the_commit(world, airing):
    broker, told = MemoryBroker(), []
    station = MemoryLink(broker, "loa-station")
    node = MemoryLink(broker, NODE, on_message=told.append)
    node.subscribe(topics.receipt_committed(NODE))
    broker.start()
    try:
        for link in (station, node):
            link.start()
        assert wait_until(lambda: station.is_up and node.is_up)
        ingest = Ingest(world.store, station, world.station_key, lambda: world.now)
        said = world.said(NODE, world.fields(airing, "fetched"))
        ingest.take(topics.ReceiptTopic(NODE), raw(*said.receipts, "no receipt").payload())
        ingest.turn()
        assert wait_until(lambda: told)
    finally:
        broker.stop()
    key = world.station_key
    trusted = TrustedKeys.for_good([key.public()])
    answer = verify(told[0].payload, ReceiptsCommitted, trusted, world.now)
    assert answer.node == NODE
    assert answer.ids == (receipt_id(said.receipts[0]),)
    assert [one.code for one in answer.refused] == ["malformed"]


# -- the database


def found_after(world, change):
    """What the doctor finds after a change by somebody who has the database, triggers and all; taken back."""
    engine = create_engine(world.store.url)
    with closing(engine.connect()) as connection, Session(connection) as session:
        if world.store.is_sqlite:
            session.execute(text("BEGIN"))
            for (name,) in session.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("ALTER TABLE receipts DISABLE TRIGGER USER"))
        change(session)
        session.flush()
        found = invariants(session, now=world.now)
        session.rollback()
    engine.dispose()
    return found


def written_into_a_delivery(session):
    heard = {"rung": 3, "heard_ms": 60_000}
    session.execute(
        update(Delivery).where(Delivery.node == OTHER).values(**heard, finished_at=Delivery.fetched_at)
    )


def written_into_a_receipt(session):
    session.execute(update(StoredReceipt).where(StoredReceipt.node == OTHER).values(kind="started"))


def an_unsigned_receipt(session):
    row = session.scalars(select(StoredReceipt).where(StoredReceipt.node == NODE)).first()
    columns = {name: getattr(row, name) for name in ("airing", "recording", "kind", "at", "received_at")}
    session.add(StoredReceipt(node=OTHER, id="forged", **columns, offset_ms=0, heard_ms=60_000))


def a_receipt_cut_out(session):
    session.execute(delete(StoredReceipt).where(StoredReceipt.node == NODE, StoredReceipt.seq == 2))


def another_key(session):
    session.execute(update(Hardware).where(Hardware.node == NODE).values(public=NodeKey.generate().public))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (written_into_a_delivery, "no signed receipt"),
        (written_into_a_receipt, "not what its node signed"),
        (an_unsigned_receipt, "unsigned"),
        (a_receipt_cut_out, "gone"),
        (another_key, "no enrolment"),
    ],
)
def test_who_changes_the_database_is_found_by_the_doctor(world, airing, change, word):
    for kind in HEARD:
        world.tell(NODE, airing, kind)
    world.tell(OTHER, airing, "fetched")
    assert world.ask(invariants, now=world.now) == []
    found = found_after(world, change)
    assert any(word in line for line in found), found


def test_an_airing_from_before_receipts_were_signed_rests_on_what_is_marked_unsigned(world, airing):
    with world.store.write() as session:
        session.add(
            StoredReceipt(
                node=NODE,
                id="r1",
                airing=airing,
                recording=world.fields(airing, "fetched")["recording"],
                kind="fetched",
                at=world.now,
                offset_ms=0,
                heard_ms=0,
                received_at=world.now,
            )
        )
        at = {"rung": 1, "fetched_at": world.now}
        session.execute(update(Delivery).where(Delivery.node == NODE).values(**at))
    assert world.ask(invariants, now=world.now) == []
    world.later(days=1)
    later = world.plan(world.approved(), seconds=60)
    world.advance()
    world.now += timedelta(seconds=5)
    world.tell(NODE, later, "fetched")
    assert world.ask(invariants, now=world.now) == []


def test_a_node_without_a_key_at_the_station_is_heard_and_believed_in_nothing(world, airing):
    with world.store.write() as session:
        session.execute(delete(Hardware).where(Hardware.node == NODE))
    assert world.tell(NODE, airing, "finished") == []
    assert heard(world, airing) == (0, 0, 0)
    world.do(give_key, NodeId(NODE), key_of(NODE).public, welcome(world), by=world.technician)
    world.tell(NODE, airing, "fetched")
    assert heard(world, airing) == (1, 0, 0)


def test_technicians_are_told_what_is_missing_once_it_would_have_come(world, airing):
    said = world.said(NODE, *(world.fields(airing, kind) for kind in HEARD))
    world.receive(raw(said.receipts[0], said.receipts[2], "no receipt"))
    (refused,) = world.ask(receipt_faults, NODE, world.now)
    assert "từ chối 1 biên nhận" in refused
    missing, _ = world.ask(receipt_faults, NODE, world.later(minutes=11))
    assert missing.startswith(f"Thiếu biên nhận số 2 của cụm {NODE}")
