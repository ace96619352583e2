"""A node that sends garbage, speaks for others or says what no database can hold: everybody else goes on."""

import base64
import json
import threading
import time

import pytest

from controller.features.fleet.queries import get_node
from controller.model.airings import StoredReceipt
from devices import topics
from devices.link import Link
from devices.messages import NodeState, TimeRequest, Vitals
from devices.receipt_signing import NOTHING_BEFORE, encoded, header_of
from tests.support.running_station import NODES, key_of, running
from tests.support.waiting import WITHIN, wait_until

BAD, OTHER = NODES[0].id, NODES[1].id
RAW = [
    b"",
    b"\x00\xff\xfe",
    b"null",
    b"[" * 4000,
    b'{"node":' * 400,
    b'"x"',
    json.dumps({"node": BAD}).encode(),
    json.dumps({"node": BAD, "session": 10**400, "online": True, "at": None, "software": ""}).encode(),
    b'{"node":"%s","session":1,"online":true,"at":null,"software":"\\ud800"}' % BAD.encode(),
    b'{"node":"%s","session":1,"online":true,"at":null,"software":"a\\u0000b"}' % BAD.encode(),
    b'{"node":"%s","session":NaN,"online":true,"at":null,"software":""}' % BAD.encode(),
    b'{"node":"%s","session":1,"online":true,"at":"9999-12-31T23:59:59.999Z","software":""}' % BAD.encode(),
]


def connected(station, node, *filters, on_message=None):
    up = threading.Event()
    link = Link(station.broker_url, node, on_up=up.set, on_message=on_message)
    if filters:
        link.subscribe(*filters)
    link.start()
    assert up.wait(WITHIN)
    return link


def receipts_of(station, node, **changes):
    """A message of one receipt that the bad node's own key signed, whatever stands in it."""
    told = {"node": node, "seq": 1, "previous": NOTHING_BEFORE, "airing": "a1", "recording": "0" * 64}
    told |= {"kind": "started", "at": "2026-11-25T10:00:00.000Z", "volume": 70} | changes
    key = key_of(station, BAD)
    signed = f"{header_of(key.kid)}.{encoded(json.dumps(told).encode())}"
    text = f"{signed}.{encoded(key.sign(signed.encode()))}"
    return json.dumps({"node": node, "session": 1, "receipts": [text]}).encode()


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_garbage_and_words_for_others_change_nothing_and_hold_up_nobody(tmp_path, broker):
    with running(tmp_path, speech_workers=0, broker=broker) as station:
        theirs = []
        bad = connected(station, BAD)
        other = connected(station, OTHER, topics.time_reply(OTHER), on_message=theirs.append)
        for topic in (topics.state(BAD), topics.vitals(BAD), topics.receipt(BAD), topics.want(BAD)):
            late = receipts_of(station, BAD, at="9999-12-31T23:59:59.999Z")
            for raw in (*RAW, receipts_of(station, OTHER), late):
                bad.publish(topic, raw, 0, retain=False)
        bad.publish(topics.receipt(BAD), receipts_of(station, BAD, reason="a\x00b"), 1)
        said = NodeState(node=OTHER, session=9, online=True, at=None, software="x").payload()
        bad.publish(topics.state(BAD), said, 1)
        for raw in (*RAW, TimeRequest(node=OTHER, sent_us=5).payload()):
            bad.publish(topics.time(BAD), raw, 0)
        born = NodeState(node=OTHER, session=1, online=True, at=station.now(), software="test")
        other.publish(topics.state(OTHER), born.payload(), 1, retain=True)
        other.publish(topics.time(OTHER), TimeRequest(node=OTHER, sent_us=7).payload(), 0)
        assert wait_until(lambda: theirs)
        assert json.loads(_signed(theirs[0].payload))["sent_us"] == 7, "nobody asks the time for another"

        def ask(query):
            with station.store.read() as session:
                return query(session)

        assert wait_until(lambda: ask(lambda session: get_node(session, OTHER).online))
        assert ask(lambda session: get_node(session, OTHER).session) == 1
        assert not ask(lambda session: get_node(session, BAD).online)
        assert ask(lambda session: session.query(StoredReceipt).count()) == 0
        bad.stop()
        other.stop()


def _signed(payload):
    body = payload.split(b".")[1]
    return base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_vitals_that_a_dead_node_retained_do_not_make_it_heard(tmp_path, broker):
    with running(tmp_path, speech_workers=0, broker=broker) as station:

        def heard(node):
            with station.store.read() as session:
                return get_node(session, node).last_heard_at

        node = connected(station, BAD)
        born = NodeState(node=BAD, session=1, online=True, at=station.now(), software="x").payload()
        told = Vitals(
            node=BAD,
            session=1,
            at=station.now(),
            clock_offset_ms=0,
            clock_error_ms=1,
            volume=50,
            storage_free=10**9,
        )
        assert node.publish(topics.state(BAD), born, 1, retain=True).wait(WITHIN)
        assert node.publish(topics.vitals(BAD), told.payload(), 1, retain=True).wait(WITHIN)
        assert wait_until(lambda: heard(BAD))
        node.stop()
        other = connected(station, OTHER)
        time.sleep(1)  # what was sent live is written by now
        before = heard(BAD)
        station.link.cut()
        assert wait_until(lambda: not station.broker_up())
        assert wait_until(station.broker_up)
        said = NodeState(node=OTHER, session=1, online=True, at=None, software="x").payload()
        assert other.publish(topics.state(OTHER), said, 1, retain=True).wait(WITHIN)
        assert wait_until(lambda: heard(OTHER))  # it came after all that is retained
        assert heard(BAD) == before
        other.stop()
