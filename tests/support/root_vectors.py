"""The vectors of root sets: chains, and key sets that the newest roots of a chain must have signed."""

import json
from collections.abc import Iterator
from typing import Any

from devices.ids import AreaCode
from devices.jose import SigningKey, joined
from devices.not_trusted import NotTrusted
from devices.roots import TYP, RootChain, RootHolder, Roots, RootSet, follow
from devices.signing import read_key_set, sign
from devices.wire_types import SignedTogether
from tests.support.vector_keys import DAY, NOW, YEAR, key_of, key_set

FIRST, AN, BINH, CHI, THIEF = (key_of("root", first) for first in (200, 10, 11, 12, 13))


def _set(version: int, *holders: tuple[str, SigningKey], threshold: int = 1) -> RootSet:
    kept = tuple(RootHolder.of(name, key.public_x) for name, key in holders)
    return RootSet(
        version=version, issued_at=NOW - DAY, expires_at=NOW + 9 * YEAR, threshold=threshold, holders=kept
    )


def _by(told: RootSet, *keys: SigningKey) -> SignedTogether:
    return joined([key.sign_bytes(told.payload(), TYP) for key in keys])


KEY_SET = key_set(area=AreaCode("56"))
TWO_OF_THREE = _set(1, ("an", AN), ("binh", BINH), ("chi", CHI), threshold=2)
ONE_PERSON = _set(1, ("an", AN), ("an", BINH), ("chi", CHI), threshold=2)
SUCCESSOR = _set(2, ("chi", CHI))


def _keys_by(*keys: SigningKey) -> str:
    return joined([key.sign_bytes(KEY_SET.payload(), "loa-keys") for key in keys]).model_dump_json()


def _cases() -> Iterator[tuple[str, tuple[SignedTogether, ...], str]]:
    good = _by(TWO_OF_THREE, FIRST, AN, CHI)
    yield "the first root, pinned", (), sign(KEY_SET, FIRST)
    yield "another root than the pinned one", (), sign(KEY_SET, THIEF)
    yield "two of three holders", (good,), _keys_by(AN, CHI)
    yield "two of three holders, and the former root beside them", (good,), _keys_by(FIRST, AN, BINH)
    yield "one of three holders, two must", (good,), _keys_by(AN)
    yield "one of three holders, as a compact JWS", (good,), sign(KEY_SET, AN)
    yield "the former root", (good,), sign(KEY_SET, FIRST)
    yield "two keys of one holder", (_by(ONE_PERSON, FIRST, AN, CHI),), _keys_by(AN, BINH)
    yield "a set that the one before did not sign", (_by(TWO_OF_THREE, AN, CHI),), _keys_by(AN, CHI)
    yield "a set that one of its two holders signed", (_by(TWO_OF_THREE, FIRST, AN),), _keys_by(AN, CHI)
    yield "a successor of one holder", (good, _by(SUCCESSOR, AN, CHI)), sign(KEY_SET, CHI)
    yield "a successor that one of two signed", (good, _by(SUCCESSOR, CHI)), sign(KEY_SET, CHI)
    yield "a link is left out", (_by(SUCCESSOR, AN, CHI),), sign(KEY_SET, CHI)
    changed = good.model_copy(update={"payload": _by(SUCCESSOR, CHI).payload})
    yield "a payload that nobody signed", (changed,), sign(KEY_SET, CHI)


def root_chains() -> dict[str, Any]:
    """Return chains with a key set each, and what a node with this pinned key answers to the key set."""
    cases = []
    for name, sets, text in _cases():
        chain = RootChain(sets=sets)
        cases.append({"name": name, "chain": json.loads(chain.payload()), "text": text})
        cases[-1]["answer"] = _answer(chain, text)
    return {"root_public": FIRST.public_x, "cases": cases}


def _answer(chain: RootChain, text: str) -> str:
    try:
        read_key_set(text, follow(Roots.pinned(FIRST.public_x), chain)[-1], NOW)
    except NotTrusted as reason:
        return reason.code
    return "ok"
