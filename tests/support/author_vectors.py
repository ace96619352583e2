"""Cases for docs/protocol/vectors/authors.json: approvals where key sets ask for their author's signature."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from devices.approvals import verify_approval
from devices.ids import AreaCode, Grade, RecordingId
from devices.instants import written_instant
from devices.messages import PlannedAiring
from devices.not_trusted import NotTrusted
from devices.signing import TrustedKeys, sign
from devices.statements import Approval, Authorship, Rendition
from devices.wire_types import text_digest
from tests.support.vector_keys import DAY, KEYS, NOW, key_set

RECORDING = RecordingId("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
OPUS, OTHER = RecordingId("1" * 64), RecordingId("2" * 64)
HERE: tuple[AreaCode, ...] = (AreaCode("56"), AreaCode("22333"))
ELSEWHERE = AreaCode("22366")
TEXT = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
KEY_SET = key_set(
    KEYS["station"].public(),
    KEYS["approver"].public(holder="duyet", area=HERE[0]),
    KEYS["twin"].public(holder="duyet", area=HERE[0]),
    KEYS["caller"].public(holder="canbo", area=HERE[1]),
    KEYS["deputy"].public(holder="duyet.thay", area=HERE[0]),
    KEYS["ward"].public(holder="canbo.khac", area=ELSEWHERE),
    KEYS["retired"].public(holder="canbo", area=HERE[1], retired_at=NOW),
    KEYS["administrator"].public(holder="quantri", area=HERE[0]),
    area=HERE[0],
    authors=True,
)


def _rendition(recording: RecordingId) -> Rendition:
    return Rendition(recording=recording, codec="opus", size=60_000)


def _cases() -> Iterator[tuple[str, dict[str, Any], str | None, dict[str, Any]]]:
    """Yield cases: name, what the author says otherwise, whose key signs, what the approval has otherwise."""
    yield "by its author", {}, "caller", {}
    yield "by an approver who wrote it", {}, "deputy", {"author": "duyet.thay"}
    yield "no author signed", {}, None, {}
    yield "another recording", {"recording": OTHER}, "caller", {}
    yield "another text", {"text_sha256": "0" * 64}, "caller", {}
    yield "for the province, approved for a ward", {"areas": HERE[:1]}, "caller", {}
    yield "for more areas than were approved", {"areas": (*HERE[1:], ELSEWHERE)}, "caller", {}
    yield "for fewer areas than were approved", {}, "caller", {"areas": (*HERE[1:], ELSEWHERE)}
    yield "up to a higher grade", {"grade": Grade.EMERGENCY}, "caller", {}
    yield "up to a lower grade", {"grade": Grade.ROUTINE}, "caller", {}
    yield "with its rendition", {"renditions": (OPUS,)}, "caller", {"renditions": (_rendition(OPUS),)}
    yield "with another rendition", {"renditions": (OPUS,)}, "caller", {"renditions": (_rendition(OTHER),)}
    yield "is over", {"expires_at": NOW}, "caller", {}
    yield "by another officer in the author's name", {}, "ward", {}
    yield "by an author of another ward", {}, "ward", {"author": "canbo.khac"}
    yield "by another key of the approver", {}, "twin", {}
    yield "by another key of the approver, as author", {}, "twin", {"author": "duyet"}
    yield "by an administrator", {}, "administrator", {"author": "quantri"}
    yield "by a key that nobody knows", {}, "nobody", {}
    yield "retired, seen before", {"authored_at": NOW - DAY}, "retired", {"approved_at": NOW - DAY}
    after = NOW + timedelta(milliseconds=1)
    yield "retired, signed after", {"authored_at": after}, "retired", {}


def authorship(signer: str, said: dict[str, Any]) -> str:
    """Return an author's signature of a key, changed so."""
    fields: dict[str, Any] = {
        "text_sha256": TEXT,
        "recording": RECORDING,
        "areas": HERE[1:],
        "grade": Grade.PRIORITY,
        "authored_at": NOW - DAY,
        "expires_at": NOW + 9 * DAY,
    }
    return KEYS[signer].sign_bytes(Authorship.model_validate(fields | said).payload(), "loa-author")


def _approval(changes: dict[str, Any]) -> str:
    fields: dict[str, Any] = {
        "bulletin": "b1",
        "revision": 1,
        "text_sha256": TEXT,
        "recording": RECORDING,
        "author": "canbo",
        "approver": "duyet",
        "approved_at": NOW,
        "valid_from": NOW - DAY,
        "expires_at": NOW + 9 * DAY,
        "areas": HERE[1:],
        "grade": Grade.PRIORITY,
    }
    return sign(Approval.model_validate(fields | changes), KEYS["approver"])


def authors() -> dict[str, Any]:
    """Return airings with their approvals, and what a node of `areas` answers."""
    trusted, cases = TrustedKeys.of(KEY_SET), []
    for name, said, signer, changes in _cases():
        text = _approval({"authorship": signer and authorship(signer, said)} | changes)
        airing = PlannedAiring(
            airing="a1",
            recording=RECORDING,
            approval=text_digest(text),
            starts_at=NOW + timedelta(hours=1),
            latest_start_at=NOW + timedelta(hours=1),
            duration_ms=60_000,
            grade=Grade.ROUTINE,
            volume=70,
            witnessed_at=NOW - timedelta(hours=1),
        )
        cases.append({"name": name, "airing": json.loads(airing.payload()), "approvals": [text]})
        cases[-1]["answer"] = _judged(airing, text, trusted)
    return {
        "root_public": KEYS["root"].public_x,
        "key_set": sign(KEY_SET, KEYS["root"]),
        "areas": HERE,
        "at": written_instant(NOW),
        "cases": cases,
    }


def _judged(airing: PlannedAiring, text: str, trusted: TrustedKeys) -> str:
    try:
        verify_approval(airing, text, HERE, trusted, NOW)
    except NotTrusted as reason:
        return reason.code
    return "ok"
