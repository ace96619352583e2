"""Receipts that earlier firmware left unsigned on the disk are signed once, and none is lost."""

import json
import random

import pytest

from devices.ids import NodeId
from devices.node.effects import DropDocument, SaveDocument
from devices.node.receipts import CHAIN, Outbox
from devices.receipt_signing import NOTHING_BEFORE, read_receipt, receipt_id
from tests.support.node_keys import key_of

NODE = NodeId("n0")
KEY = key_of(NODE)


def unsigned(n, kind, **more):
    told = {"id": f"4.{n}.0123456789ab", "airing": "airing-17", "recording": "9f" * 32, "kind": kind}
    told |= {"at": f"2026-11-24T10:{n:02}:00.000Z", "offset_ms": 0, "heard_ms": 0, "clock_error_ms": 0.8}
    return told | {"reason": None} | more


def on_disk(*receipts):
    return {f"receipt/{one['id']}": json.dumps(one).encode() for one in receipts}


def carried_out(effects, documents):
    for effect in effects:
        match effect:
            case SaveDocument(name, body):
                documents[name] = body
            case DropDocument(name):
                documents.pop(name, None)
    return documents


def booted(documents):
    return carried_out(Outbox(NODE, KEY, random.Random(1)).restore(documents), documents)


def signed(documents):
    texts = [body.decode() for name, body in documents.items() if name.startswith("receipt/")]
    receipts = {receipt_id(text): read_receipt(text, NODE, KEY.public) for text in texts}
    return sorted(receipts.items(), key=lambda one: one[1].seq)


@pytest.fixture
def documents():
    finished = unsigned(9, "finished", heard_ms=60_000)
    stopped = unsigned(3, "stopped", reason="pre-empted", heard_ms=500)
    return on_disk(finished, unsigned(2, "started"), stopped)


def test_they_are_signed_in_the_order_in_which_it_happened_and_chained(documents):
    found = signed(booted(documents))
    assert [(one.seq, str(one.kind), one.reason) for _, one in found] == [
        (1, "started", "signed-later"),
        (2, "stopped", "pre-empted"),
        (3, "finished", "signed-later"),
    ]
    assert [one.previous for _, one in found] == [NOTHING_BEFORE, found[0][0], found[1][0]]
    assert [one.heard_ms for _, one in found] == [0, 500, 60_000]
    assert documents[CHAIN].decode() == f"{KEY.kid} 3 {found[-1][0]}"


def test_a_second_boot_signs_nothing_again(documents):
    once = dict(booted(documents))
    assert booted(documents) == once


def test_half_a_document_costs_no_other(documents):
    documents["receipt/4.5.aaaaaaaaaaaa"] = b'{"id":"4.5.aaaa'
    assert len(signed_of(booted(documents))) == 3


def signed_of(documents):
    return [name for name in documents if name.startswith("receipt/") and len(name) == len("receipt/") + 64]
