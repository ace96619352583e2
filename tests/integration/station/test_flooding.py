"""One credential floods a running station: others are heard, little is kept, somebody is told."""

import threading

import pytest
from sqlalchemy import func, select

from controller.features.fleet.faults import FLOOD_CALM, FaultKind
from controller.features.fleet.queries import get_node
from controller.features.fleet.rate_notices import FEW, note_floods
from controller.features.fleet.service import note_states
from controller.features.fleet.watch import NodeFilter, watched
from controller.features.quarantine.service import quarantine_node, release_node
from controller.model.airings import StoredReceipt
from devices import topics
from devices.budgets import BUDGETS
from devices.link import Link, Options
from devices.messages import NodeState, Receipts, TimeRequest
from tests.support import station_world
from tests.support.nightly import amount
from tests.support.node_keys import Signer
from tests.support.running_station import NODES, key_of, running
from tests.support.stored_rows import newest_entries
from tests.support.waiting import WITHIN, wait_until

FLOODER, OTHER = NODES[0].id, NODES[1].id


EACH = amount(10, 100)
"""Receipts in a message: what is dropped is dropped by the message, unread."""


def invented(station):
    """Messages of many receipts each, of airings that never were; signed by the flooder's own key."""
    signer, key = Signer(), key_of(station, FLOODER)
    told = {"airing": "a1", "recording": "0" * 64, "kind": "started", "at": station.now()}
    return [
        Receipts(
            node=FLOODER,
            session=1,
            receipts=tuple(signer.sign(FLOODER, key=key, **told) for _ in range(EACH)),
        ).payload()
        for _ in range(400)
    ]


def connected(station, node, on_message=None):
    up = threading.Event()
    options = Options(node, window=5000)
    link = Link(station.broker_url, node, on_up=up.set, on_message=on_message, options=options)
    link.subscribe(topics.time_reply(node))
    link.start()
    assert up.wait(WITHIN)
    return link


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_thousands_of_receipts_and_three_thousand_requests_deafen_nobody(tmp_path, broker):
    with running(tmp_path, speech_workers=0, broker=broker) as station:
        answers = []
        flooder, other = connected(station, FLOODER), connected(station, OTHER, answers.append)
        for n in range(3000):
            asked = TimeRequest(node=FLOODER, sent_us=n).payload()
            flooder.publish(topics.time(FLOODER), asked, 0)
        said = [
            flooder.publish(topics.receipt(FLOODER), message, 1, retain=False)
            for message in invented(station)
        ]
        born = NodeState(node=OTHER, session=1, online=True, at=station.now(), software="test")
        other.publish(topics.state(OTHER), born.payload(), 1, retain=True)
        asked = TimeRequest(node=OTHER, sent_us=7).payload()
        other.publish(topics.time(OTHER), asked, 0)
        assert wait_until(lambda: answers), "the other's clock is answered"

        def ask(query):
            with station.store.read() as session:
                return query(session)

        assert wait_until(lambda: ask(lambda session: get_node(session, OTHER).online))
        assert all(one.wait(WITHIN) for one in said)
        assert wait_until(lambda: ask(lambda session: get_node(session, FLOODER).flooded))
        rows = ask(lambda session: session.scalar(select(func.count()).select_from(StoredReceipt)))
        most = BUDGETS["receipt"].burst + WITHIN * BUDGETS["receipt"].a_second
        assert rows <= most * EACH < 400 * EACH
        flooder.stop()
        other.stop()


def faults(world):
    found = world.ask(watched, NodeFilter(only_faulty=True), world.now)
    return {one.node.id: [fault.kind for fault in one.faults] for one in found}


def test_a_flood_is_a_fault_for_an_hour_and_one_line_in_the_journal(world):
    node = station_world.NODES[0].id
    world.do(note_floods, {node: FEW - 1, "nobody": 1000})
    assert node not in faults(world)
    world.do(note_states, [NodeState(node=node, session=1, online=True, at=world.now, software="x")])
    assert world.do(note_floods, {node: 500}) == [node]
    assert world.do(note_floods, {node: 300}) == []
    assert faults(world)[node] == [FaultKind.FLOODING]
    row = world.ask(get_node, node)
    assert row.flooded == 800
    assert [entry.act for entry in world.ask(newest_entries, 2)].count("node.flooding") == 1
    world.do(quarantine_node, node, reason="Gửi quá nhiều tin", by=world.technician)
    assert world.do(note_floods, {node: 500}) == []
    world.do(release_node, node, by=world.technician)
    assert FaultKind.FLOODING not in faults(world).get(node, [])
    world.do(note_floods, {node: 500})
    world.later(seconds=FLOOD_CALM.total_seconds())
    assert FaultKind.FLOODING not in faults(world).get(node, [])
