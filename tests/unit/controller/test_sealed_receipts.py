"""A signed receipt comes out of its packed form letter by letter, whoever wrote it."""

import json

import pytest

from controller.features.airings.sealed_receipts import pack, unpack
from devices.ids import NodeId
from devices.receipt_signing import NOTHING_BEFORE, encoded, open_receipt
from tests.support.node_keys import Signer, key_of

NODE = NodeId("loa-56-22333-1")
KEY = key_of(NODE)
FACT = {"airing": "01jdq7z3x5k8m2n4p6r8t0v2w4", "recording": "9f86d081884c7d65" * 4, "kind": "started"}
FACT |= {"at": "2026-11-24T10:30:00.004Z", "clock_error_ms": 0.8, "volume": 70}


def written_by_others():
    """A header in another order, and a payload with spaces and a field that we do not know."""
    header = encoded(json.dumps({"typ": "loa-receipt", "kid": KEY.kid, "alg": "Ed25519"}).encode())
    told = {"node": NODE, "seq": 1, "previous": NOTHING_BEFORE, "wind": "đông bắc"} | FACT
    signed = f"{header}.{encoded(json.dumps(told, indent=1).encode())}"
    return f"{signed}.{encoded(KEY.sign(signed.encode()))}"


@pytest.mark.parametrize("text", [Signer().sign(NODE, **FACT), written_by_others()], ids=["ours", "others"])
def test_the_text_comes_out_as_it_went_in(text):
    packed = pack(text, open_receipt(text, NODE, KEY.public, KEY.kid), KEY.kid)
    assert unpack(packed, KEY.kid) == text


def test_the_packed_form_is_a_third_of_the_text():
    text = Signer().sign(NODE, **FACT)
    assert len(pack(text, open_receipt(text, NODE, KEY.public, KEY.kid), KEY.kid)) < len(text) / 2.5


@pytest.mark.parametrize("damaged", [b"", b"\x07abc", b"\x01" + bytes(64) + b"\xff\xff\xff"])
def test_what_was_damaged_is_no_receipt(damaged):
    with pytest.raises(ValueError, match="not a packed receipt"):
        unpack(damaged, KEY.kid)
