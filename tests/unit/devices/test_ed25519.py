"""Signatures by libsodium are those of two other implementations, and are refused where they must be."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from devices.ed25519 import KEY_BYTES, SIGNATURE_BYTES, is_signed, key_pair, signature
from devices.jose import SigningKey

# RFC 8032, 7.1, tests 2 and 3: secret, public, message, signature
VECTORS = (
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)
SEED = bytes(range(KEY_BYTES))


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


PUBLIC, SECRET = key_pair(SEED)


@pytest.mark.parametrize(("seed", "public", "message", "signed_by"), VECTORS)
def test_the_vectors_of_the_standard(seed, public, message, signed_by):
    made, secret = key_pair(bytes.fromhex(seed))
    assert made.hex() == public
    assert signature(bytes.fromhex(message), secret).hex() == signed_by
    assert is_signed(text(made), bytes.fromhex(signed_by), bytes.fromhex(message))


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.binary(max_size=100))
def test_another_implementation_makes_the_same_key_and_signature(seed, message):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, secret = key_pair(seed)
    assert public == private.public_key().public_bytes_raw()
    assert signature(message, secret) == private.sign(message)


@given(st.binary(max_size=100), st.data())
def test_no_changed_bit_is_signed(message, data):
    good = signature(message, SECRET)
    whole = bytearray(good + message)
    at = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[at // 8] ^= 1 << (at % 8)
    assert is_signed(text(PUBLIC), good, message)
    assert not is_signed(text(PUBLIC), bytes(whole[:SIGNATURE_BYTES]), bytes(whole[SIGNATURE_BYTES:]))


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_a_signature_of_another_length_is_none(length):
    # what is cut off the signature must not be taken from what is signed
    good = signature(b"message", SECRET)
    whole = (good + b"message" + bytes(128))[:length]
    assert not is_signed(text(PUBLIC), whole, (good + b"message")[length:])


@pytest.mark.parametrize("public", ["", "AAAA", "é", text(PUBLIC + b"\0"), text(PUBLIC[:-1])])
def test_a_key_of_another_length_has_signed_nothing(public):
    assert not is_signed(public, signature(b"message", SECRET), b"message")


def test_a_key_of_small_order_has_signed_nothing():
    # the neutral element as key and as R, with S = 0: the equation of the check holds for every message
    neutral = bytes([1]) + bytes(31)
    assert not is_signed(text(neutral), neutral + bytes(32), b"message")


def test_a_private_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        key_pair(SEED[:-1])


def test_a_signed_text_is_the_one_that_the_library_for_jws_makes():
    halves = {"kty": "OKP", "crv": "Ed25519", "x": text(PUBLIC), "d": text(SEED)}
    times = {"not_before": "2026-11-24T00:00:00.000Z", "not_after": "2027-11-24T00:00:00.000Z"}
    key = SigningKey.from_json(json.dumps({**halves, **times, "role": "station"}))
    header = {"alg": "Ed25519", "kid": key.kid, "typ": "loa-plan"}
    made = jws.serialize_compact(header, b'{"a":1}', OKPKey.import_key(halves), ["Ed25519"])
    assert key.sign_bytes(b'{"a":1}', "loa-plan") == made
