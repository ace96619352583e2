"""Writes docs/protocol/vectors/*.json: cases with answers, for programs in any language; from Loa's own code.

`python -m tests.support.protocol_vectors` writes the files; a test compares them with what the code says now.
Everything in them is fixed: keys from known bytes, instants of one day, cases from a seeded generator.
"""

import base64
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from devices.approvals import LONGEST_APPROVAL, verify_approval
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId
from devices.instants import written_instant
from devices.messages import Kept, Plan, PlannedAiring, TimeReply
from devices.not_trusted import NotTrusted, WrongApproval
from devices.plan import what_sounds
from devices.signing import TrustedKeys, read_key_set, sign, verify
from devices.statements import Approval, LoudHours, Policy, QuietHours
from devices.wire_types import WireMessage, text_digest
from tests.support import passkey_vectors
from tests.support.administrator_vectors import administrators
from tests.support.author_vectors import authors
from tests.support.call_vectors import calls
from tests.support.chunk_vectors import chunks
from tests.support.clock_vectors import clocks
from tests.support.document_vectors import documents
from tests.support.receipt_vectors import receipts
from tests.support.rendition_vectors import renditions
from tests.support.root_vectors import root_chains
from tests.support.vector_keys import DAY, KEYS, NOW, YEAR, base64url, key_set

FOLDER = Path(__file__).parents[2] / "docs" / "protocol" / "vectors"
RECORDING = RecordingId("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
PLANS = 120
"""Random questions of what sounds."""


OF_LATER = (
    KEYS["nobody"].public(holder="mai.sau", area=AreaCode("56")).model_copy(update={"role": "announcer"})
)
"""A key of a role that nobody knows yet."""
KEY_SET = key_set(
    KEYS["station"].public(),
    KEYS["approver"].public(holder="duyet", area=AreaCode("56")),
    KEYS["administrator"].public(holder="quantri", area=AreaCode("56")),
    KEYS["later"].public(),
    KEYS["former"].public(),
    OF_LATER,
    area=AreaCode("56"),
)


def _plan(**changes: Any) -> Plan:
    fields = {
        "target": "56",
        "version": 1_764_000_000_001,
        "issued_at": NOW,
        "expires_at": NOW + DAY,
        "airings": (),
    }
    return Plan(**(fields | changes))


def _reheaded(jws: str, **members: Any) -> str:
    """Return a JWS with another header, signed again by the station's key."""
    header = json.loads(base64.urlsafe_b64decode(jws.split(".", maxsplit=1)[0] + "==")) | members
    head = base64url(json.dumps({k: v for k, v in header.items() if v is not None}).encode())
    signed = f"{head}.{jws.split('.')[1]}"
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return f"{signed}.{base64url(private.sign(signed.encode()))}"


def _signed_texts() -> Iterator[tuple[str, type[WireMessage], str, datetime]]:
    station, plan = KEYS["station"], _plan()
    good = sign(plan, station)
    head, body, signature = good.split(".")
    other = "A" if signature[10] != "A" else "B"
    reply = TimeReply(
        node=NodeId("n1"),
        sent_us=1,
        received_us=round(NOW.timestamp() * 1e6),
        replied_us=round(NOW.timestamp() * 1e6) + 500,
    )
    policy = Policy(
        target=AreaCode("56"),
        version=1_764_000_000_002,
        issued_at=NOW,
        expires_at=NOW + YEAR,
        quiet_hours=(QuietHours(begins="21:00", ends="05:00"),),
        loudest_volume=85,
        minutes_a_day=120,
    )
    raw = json.loads(plan.payload())
    yield "a plan of the station", Plan, good, NOW
    yield "a policy of an administrator", Policy, sign(policy, KEYS["administrator"]), NOW
    yield "a field that nobody knows is ignored", Plan, _sealed(raw | {"new": [1, {"a": None}]}), NOW
    yield (
        "one letter of the signature is another",
        Plan,
        f"{head}.{body}.{signature[:10]}{other}{signature[11:]}",
        NOW,
    )
    yield (
        "the payload of another plan",
        Plan,
        f"{head}.{sign(_plan(version=9), station).split('.')[1]}.{signature}",
        NOW,
    )
    yield "a policy where a plan is due", Plan, sign(policy, KEYS["administrator"]), NOW
    yield "a policy signed by the station", Policy, station.sign_bytes(policy.payload(), "loa-policy"), NOW
    yield "a plan signed by an approver", Plan, KEYS["approver"].sign_bytes(plan.payload(), "loa-plan"), NOW
    yield "a key that is in no key set", Plan, sign(plan, KEYS["stranger"]), NOW
    yield (
        "a key of a role that nobody knows",
        Plan,
        KEYS["nobody"].sign_bytes(plan.payload(), "loa-plan"),
        NOW,
    )
    yield "a key that is not valid yet", Plan, sign(plan, KEYS["later"]), NOW
    yield "a key that is over", Plan, sign(plan, KEYS["former"]), NOW
    yield "another algorithm in the header", Plan, _reheaded(good, alg="EdDSA"), NOW
    yield "a fourth member in the header", Plan, _reheaded(good, crit=[]), NOW
    yield "no kid in the header", Plan, _reheaded(good, kid=None), NOW
    yield "two parts", Plan, f"{head}.{body}", NOW
    yield "a plan at its last millisecond", Plan, good, NOW + DAY - timedelta(milliseconds=1)
    yield "a plan from its end on", Plan, good, NOW + DAY
    yield "a field of the wrong type", Plan, _sealed(raw | {"version": "1764000000001"}), NOW
    yield "a field out of its range", Plan, _sealed(raw | {"loudest_volume": 101}), NOW
    yield "a field that is missing", Plan, _sealed({k: v for k, v in raw.items() if k != "airings"}), NOW
    yield "an instant without milliseconds", Plan, _sealed(raw | {"issued_at": "2026-11-24T10:00:00Z"}), NOW
    yield "an answer to a clock is judged at its own instant", TimeReply, sign(reply, station), NOW + 9 * YEAR


def _sealed(payload: dict[str, Any]) -> str:
    return KEYS["station"].sign_bytes(json.dumps(payload).encode(), "loa-plan")


_TYPS = {Plan: "loa-plan", Policy: "loa-policy", TimeReply: "loa-time"}


def signatures() -> dict[str, Any]:
    """Return signed texts and what checking them gives: `ok`, or the reason."""
    trusted = TrustedKeys.of(KEY_SET)

    def answer(model: type[WireMessage], text: str, now: datetime) -> str:
        try:
            verify(text, model, trusted, now)
        except NotTrusted as reason:
            return reason.code
        return "ok"

    key_set = sign(KEY_SET, KEYS["root"])
    read_key_set(key_set, KEYS["root"].public_x, NOW)
    return {
        "root_public": KEYS["root"].public_x,
        "key_set": key_set,
        "cases": [
            {"name": name, "typ": _TYPS[model], "at": written_instant(now), "text": text}
            | {"answer": answer(model, text, now)}
            for name, model, text, now in _signed_texts()
        ],
    }


HERE: tuple[AreaCode, ...] = (AreaCode("56"), AreaCode("22333"))
"""Areas of the node in the cases of approvals."""
ELSEWHERE = AreaCode("22366")
APPROVERS = KEY_SET.model_copy(
    update={
        "keys": (
            KEYS["station"].public(),
            KEYS["approver"].public(holder="duyet", area=HERE[0]),
            KEYS["ward"].public(holder="duyet.khac", area=ELSEWHERE),
            KEYS["deputy"].public(holder="duyet.thay", area=ELSEWHERE, further_areas=HERE[1:]),
            KEYS["nobody"].public(),
            KEYS["retired"].public(holder="duyet", area=HERE[0], retired_at=NOW),
            KEYS["stolen"].public(holder="duyet", area=HERE[0], compromised_since=NOW),
        )
    }
)


def _scopes() -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Yield cases: name, what the approval says otherwise, whose key signs, what the airing has otherwise."""
    half_a_year = NOW - LONGEST_APPROVAL
    yield "inside its scope", {}, "approver", {}
    yield "for the province, heard in a ward", {"areas": HERE[:1]}, "approver", {}
    yield "for another ward", {"areas": (ELSEWHERE,)}, "approver", {}
    yield "for another ward and this one", {"areas": (ELSEWHERE, HERE[1])}, "approver", {}
    yield "another recording", {"recording": "0" * 64}, "approver", {}
    yield "a test's approval", {"test": True}, "approver", {}
    yield "a test", {"test": True}, "approver", {"test": True}
    yield "a grade above", {}, "approver", {"grade": "emergency"}
    yield "the grade itself", {}, "approver", {"grade": "priority"}
    yield "an emergency that was approved", {"grade": "emergency"}, "approver", {"grade": "emergency"}
    yield "begins before", {"valid_from": NOW + 2 * DAY, "expires_at": NOW + 9 * DAY}, "approver", {}
    yield "begins at its first instant", {"valid_from": NOW + DAY}, "approver", {}
    yield "begins at its end", {"expires_at": NOW + DAY}, "approver", {}
    yield "is over", {"expires_at": NOW}, "approver", {}
    yield "lasts longer than any may", {"valid_from": half_a_year, "expires_at": NOW + YEAR}, "approver", {}
    yield "written by its approver", {"author": "duyet"}, "approver", {}
    yield "in another's name", {"approver": "duyet.khac"}, "approver", {}
    yield "by the key of another ward's approver", {"approver": "duyet.khac"}, "ward", {}
    yield "by the key of a deputy", {"approver": "duyet.thay"}, "deputy", {}
    yield "by a key of nobody", {}, "nobody", {}
    before, after = NOW - DAY, NOW + timedelta(milliseconds=1)
    for key in ("retired", "stolen"):
        yield f"{key}, seen before", {"approved_at": before}, key, {"witnessed_at": before}
        yield f"{key}, not said to be seen", {"approved_at": before}, key, {}
        yield f"{key}, seen after", {"approved_at": before}, key, {"witnessed_at": after}
        yield f"{key}, approved after", {"approved_at": after}, key, {"witnessed_at": before}
        yield f"{key}, at that instant", {}, key, {"witnessed_at": NOW}


def approvals() -> dict[str, Any]:
    """Return airings and recordings to keep with their approvals, and what a node of `areas` answers."""
    trusted, cases = TrustedKeys.of(APPROVERS), []
    for name, said, signer, changes in _scopes():
        fields: dict[str, Any] = {
            "bulletin": "b1",
            "revision": 1,
            "text_sha256": "0" * 64,
            "recording": RECORDING,
            "author": "canbo",
            "approver": "duyet",
            "approved_at": NOW,
            "valid_from": NOW,
            "expires_at": NOW + 9 * DAY,
            "areas": HERE[1:],
            "grade": Grade.PRIORITY,
        }
        approval = sign(Approval.model_validate(fields | said), KEYS[signer])
        for one in (_airing_of(approval, changes), _kept_of(approval, changes)):
            kind = "keep" if isinstance(one, Kept) else "airing"
            case = {"name": f"{name}, {kind}", kind: json.loads(one.payload()), "approvals": [approval]}
            cases.append(case | {"answer": _judged(one, approval, trusted)})
    good = cases[0]
    for name, carried in (("no approval in the plan", []), ("another approval in the plan", [approval])):
        cases.append(good | {"name": name, "approvals": carried, "answer": WrongApproval.code})
    return {
        "root_public": KEYS["root"].public_x,
        "key_set": sign(APPROVERS, KEYS["root"]),
        "areas": HERE,
        "at": written_instant(NOW),
        "cases": cases,
    }


def _airing_of(approval: str, changes: dict[str, Any]) -> PlannedAiring:
    fields: dict[str, Any] = {
        "airing": "a1",
        "recording": RECORDING,
        "approval": text_digest(approval),
        "duration_ms": 60_000,
        "volume": 70,
        "starts_at": NOW + DAY,
        "latest_start_at": NOW + DAY,
        "grade": "routine",
    }
    return PlannedAiring.model_validate(fields | changes)


def _kept_of(approval: str, changes: dict[str, Any]) -> Kept:
    name = AiringId("keep-1")
    of_both = {key: value for key, value in changes.items() if key in {"test", "witnessed_at"}}
    return Kept(name=name, recording=RECORDING, approval=text_digest(approval), **of_both)


def _judged(one: PlannedAiring | Kept, approval: str, trusted: TrustedKeys) -> str:
    try:
        verify_approval(one, approval, HERE, trusted, NOW)
    except NotTrusted as reason:
        return reason.code
    return "ok"


def sounds() -> dict[str, Any]:
    """Return plans, policies and an instant each, and what sounds: an airing with its volume, or null."""
    rng = random.Random(56)
    cases = []
    for _ in range(PLANS):
        plans = [_some_plan(rng, n) for n in range(rng.randint(1, 3))]
        policies = [_some_policy(rng) for _ in range(rng.randint(0, 2))]
        starts = [airing.starts_at for plan in plans for airing in plan.airings]
        at = rng.choice(starts) + timedelta(
            milliseconds=rng.choice([-1, 0, 1, 60_000, 299_999, 300_000, 900_000])
        )
        found = what_sounds(plans, policies, at)
        cases.append(
            {
                "at": written_instant(at),
                "plans": [json.loads(plan.payload()) for plan in plans],
                "policies": [json.loads(policy.payload()) for policy in policies],
                "answer": None if found is None else {"airing": found.airing, "volume": found.volume},
            }
        )
    return {"cases": cases}


def _some_plan(rng: random.Random, n: int) -> Plan:
    airings = {}
    for _ in range(rng.randint(1, 4)):
        starts = NOW + timedelta(minutes=15 * rng.randint(0, 24))
        grade = rng.choice([Grade.ROUTINE, Grade.ROUTINE, Grade.PRIORITY, Grade.EMERGENCY])
        minutes = rng.choice([5, 15, 60, 240])
        airing = PlannedAiring(
            airing=AiringId(f"a{rng.randint(1, 9)}"),
            recording=RECORDING,
            approval="0" * 64,  # carried by no plan: these cases are about time and rank alone
            starts_at=starts,
            latest_start_at=starts + timedelta(minutes=5),
            duration_ms=minutes * 60_000,
            grade=grade,
            volume=rng.choice([0, 10, 60, 100]),
            every_ms=rng.choice([None, 60_000]) if grade is Grade.EMERGENCY else None,
        )
        airings[airing.airing] = airing
    return _plan(
        target=rng.choice(["56", "56-22333", "n1"]),
        version=1_764_000_000_000 + rng.randint(0, 2) * 10 + n,
        expires_at=NOW + timedelta(hours=rng.choice([6, 30])),
        airings=tuple(airings.values()),
        loudest_volume=rng.choice([100, 100, 30, 0]),
    )


def _some_policy(rng: random.Random) -> Policy:
    walls = [f"{rng.randint(0, 23):02}:{rng.choice([0, 30]):02}" for _ in range(4)]
    return Policy(
        target=AreaCode("56"),
        version=1_764_000_000_002,
        issued_at=NOW,
        expires_at=NOW + YEAR,
        quiet_hours=tuple(QuietHours(begins=walls[0], ends=walls[1]) for _ in range(rng.randint(0, 1))),
        loudest_volume=rng.choice([100, 85, 5]),
        minutes_a_day=rng.choice([1440, 1440, 240, 30, 0]),
        volumes=tuple(
            LoudHours(begins=walls[2], ends=walls[3], loudest_volume=40) for _ in range(rng.randint(0, 1))
        ),
    )


VECTORS = {
    "signatures.json": signatures,
    "passkeys.json": passkey_vectors.passkeys,
    "approvals.json": approvals,
    "authors.json": authors,
    "calls.json": calls,
    "administrators.json": administrators,
    "sounds.json": sounds,
    "renditions.json": renditions,
    "chunks.json": chunks,
    "clocks.json": clocks,
    "receipts.json": partial(receipts, KEY_SET),
    "roots.json": root_chains,
    "documents.json": documents,
}


def written(name: str) -> str:
    """Return the content of a file of vectors as the code gives it now."""
    content = VECTORS[name]()
    cases = content.pop("cases", None)
    lines = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in content.items()]
    if cases is not None:
        lines.append(
            '"cases": [\n' + ",\n".join(json.dumps(one, ensure_ascii=False) for one in cases) + "\n]"
        )
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in VECTORS:
        (FOLDER / file).write_text(written(file), encoding="utf-8")
