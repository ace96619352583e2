"""Cases for docs/protocol/vectors/calls.json: emergencies whose approval is good, called well or badly."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from devices.calls import LONGEST_ALONE, LONGEST_CALL, verify_airing
from devices.ids import AreaCode, Grade, RecordingId
from devices.instants import written_instant
from devices.jose import joined
from devices.messages import PlannedAiring
from devices.not_trusted import NotTrusted
from devices.signing import TrustedKeys, sign
from devices.statements import Approval, Call, SignedCall
from devices.wire_types import text_digest
from tests.support.vector_keys import DAY, KEYS, NOW, base64url, key_set

RECORDING = RecordingId("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
HERE: tuple[AreaCode, ...] = (AreaCode("56"), AreaCode("22333"))
ELSEWHERE = AreaCode("22366")
TEXT = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
KEY_SET = key_set(
    KEYS["station"].public(),
    KEYS["approver"].public(holder="duyet", area=HERE[0]),
    KEYS["twin"].public(holder="duyet", area=HERE[0]),
    KEYS["caller"].public(holder="canbo", area=HERE[1]),
    KEYS["deputy"].public(holder="duyet.thay", area=ELSEWHERE, further_areas=HERE[1:]),
    KEYS["ward"].public(holder="duyet.khac", area=ELSEWHERE),
    KEYS["administrator"].public(holder="quantri", area=HERE[0]),
)
BOTH = ("approver", "caller")
MINUTE = timedelta(minutes=1)
ALONE = {"reason": "không kịp chờ người thứ hai"}


def _cases() -> Iterator[tuple[str, dict[str, Any], tuple[str, ...], dict[str, Any]]]:
    """Yield cases: name, what the call says otherwise, whose keys sign, what the airing has otherwise."""
    yield "by an approver and a caller", {}, BOTH, {}
    yield "by a caller and an approver", {}, BOTH[::-1], {}
    yield "by two approvers", {}, ("approver", "deputy"), {}
    yield "by three", {}, (*BOTH, "deputy"), {}
    yield "nobody called it", {}, (), {}
    yield "by one without a reason", {}, BOTH[:1], {}
    yield "by one whose reason is empty", {"reason": ""}, BOTH[:1], {}
    yield "by one with a reason", ALONE, BOTH[:1], {}
    yield "by a caller alone, with a reason", ALONE, BOTH[1:], {}
    yield "by two keys of one person", {}, ("approver", "twin"), {}
    yield "by two keys of one person, with a reason", ALONE, ("approver", "twin"), {}
    yield "twice by one key", ALONE, ("approver", "approver"), {}
    yield "by an approver of another ward and a caller", {}, ("ward", "caller"), {}
    yield "by an approver, and one of another ward", {}, ("approver", "ward"), {}
    yield "by an approver, and a key that nobody knows", {}, ("approver", "nobody"), {}
    yield "by an approver and an administrator", {}, ("approver", "administrator"), {}
    yield "for the province, heard in a ward", {"areas": HERE[:1]}, BOTH, {}
    yield "for another ward", {"areas": (ELSEWHERE,)}, BOTH, {}
    yield "another airing", {"airing": "a2"}, BOTH, {}
    yield "another recording", {"recording": "0" * 64}, BOTH, {}
    yield "another wording", {"text_sha256": "0" * 64}, BOTH, {}
    yield "as loud as called", {"loudest_volume": 70}, BOTH, {"volume": 70}
    yield "louder than called", {"loudest_volume": 70}, BOTH, {"volume": 71}
    yield "rounds as called", {"every_ms": 22_000}, BOTH, {"every_ms": 22_000}
    yield "rounds further apart", {"every_ms": 22_000}, BOTH, {"every_ms": 30_000}
    yield "rounds sooner than called", {"every_ms": 22_000}, BOTH, {"every_ms": 21_999}
    yield "rounds where one was called", {}, BOTH, {"every_ms": 22_000}
    yield "one round where more were called", {"every_ms": 22_000}, BOTH, {}
    yield "ends with its call", {"until": NOW + 2 * MINUTE}, BOTH, {}
    yield "ends after its call", {"until": NOW + 2 * MINUTE - timedelta(milliseconds=1)}, BOTH, {}
    yield "begins before it was called", {"called_at": NOW + MINUTE + timedelta(milliseconds=1)}, BOTH, {}
    yield "an old call", {"called_at": NOW - DAY, "until": NOW - DAY + timedelta(hours=1)}, BOTH, {}
    yield "by two, as long as any may", {"until": NOW + LONGEST_CALL}, BOTH, {}
    yield "by two, for longer", {"until": NOW + LONGEST_CALL + timedelta(milliseconds=1)}, BOTH, {}
    yield "by one, as long as one may", ALONE | {"until": NOW + LONGEST_ALONE}, BOTH[:1], {}
    longer = NOW + LONGEST_ALONE + timedelta(milliseconds=1)
    yield "by one, for longer", ALONE | {"until": longer}, BOTH[:1], {}


def _header(signed: SignedCall, **members: Any) -> SignedCall:
    protected = base64url(json.dumps(members).encode())
    first = signed.signatures[0].model_copy(update={"protected": protected})
    return signed.model_copy(update={"signatures": (first, *signed.signatures[1:])})


def _broken() -> Iterator[tuple[str, SignedCall]]:
    """Yield calls that are well said, and badly signed."""
    good = call({}, BOTH)
    first, second = good.signatures
    text = first.signature
    other = text[:10] + ("A" if text[10] != "A" else "B") + text[11:]
    bad = first.model_copy(update={"signature": other})
    yield "one letter of one signature", good.model_copy(update={"signatures": (bad, second)})
    swapped = call({"areas": HERE[:1]}, BOTH).payload
    yield "the payload of another call", good.model_copy(update={"payload": swapped})
    kid = KEYS["approver"].kid
    yield "of another kind", _header(good, alg="Ed25519", kid=kid, typ="loa-approval")
    yield "another algorithm", _header(good, alg="EdDSA", kid=kid, typ="loa-call")
    yield "a field of the wrong type", _raw({"areas": "22333"})
    yield "a field out of its range", _raw({"reason": "x" * 201})


def _raw(changes: dict[str, Any]) -> SignedCall:
    payload = json.loads(_call({}).payload()) | changes
    texts = [KEYS[who].sign_bytes(json.dumps(payload).encode(), "loa-call") for who in BOTH]
    return SignedCall.model_validate(joined(texts).model_dump())


def _call(changes: dict[str, Any]) -> Call:
    fields: dict[str, Any] = {
        "airing": "a1",
        "recording": RECORDING,
        "text_sha256": TEXT,
        "areas": HERE[1:],
        "loudest_volume": 100,
        "called_at": NOW,
        "until": NOW + timedelta(hours=1),
    }
    return Call.model_validate(fields | changes)


def call(changes: dict[str, Any], signers: tuple[str, ...]) -> SignedCall:
    """Return a call, changed so, and signed by these keys."""
    texts = [KEYS[who].sign_bytes(_call(changes).payload(), "loa-call") for who in signers]
    return SignedCall.model_validate(joined(texts).model_dump())


APPROVAL = sign(
    Approval(
        bulletin="b1",
        revision=1,
        text_sha256=TEXT,
        recording=RECORDING,
        author="canbo",
        approver="duyet",
        approved_at=NOW - DAY,
        valid_from=NOW - DAY,
        expires_at=NOW + 9 * DAY,
        areas=HERE[:1],
        grade=Grade.EMERGENCY,
    ),
    KEYS["approver"],
)


def _airing(called: SignedCall | None, changes: dict[str, Any]) -> PlannedAiring:
    fields: dict[str, Any] = {
        "airing": "a1",
        "recording": RECORDING,
        "approval": text_digest(APPROVAL),
        "starts_at": NOW + MINUTE,
        "latest_start_at": NOW + MINUTE,
        "duration_ms": 60_000,
        "grade": Grade.EMERGENCY,
        "volume": 70,
        "call": called,
    }
    return PlannedAiring.model_validate(fields | changes)


def calls() -> dict[str, Any]:
    """Return emergencies with their calls, and what a node of `areas` answers."""
    found = [
        (name, _airing(call(said, signers) if signers else None, changes))
        for name, said, signers, changes in _cases()
    ]
    found += [(name, _airing(broken, {})) for name, broken in _broken()]
    return {
        "root_public": KEYS["root"].public_x,
        "key_set": sign(KEY_SET, KEYS["root"]),
        "areas": HERE,
        "at": written_instant(NOW),
        "approvals": [APPROVAL],
        "cases": [
            {"name": name, "airing": json.loads(one.payload()), "answer": judged(one)} for name, one in found
        ],
    }


def judged(one: PlannedAiring) -> str:
    """Return what a node here answers: `ok`, or the reason of its refusal."""
    trusted = TrustedKeys.of(KEY_SET)
    try:
        verify_airing(one, APPROVAL, HERE, trusted, NOW)
    except NotTrusted as reason:
        return reason.code
    return "ok"
