"""Cases of docs/protocol/vectors/passkeys.json: statements signed by a passkey, and attacks on them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from devices.ids import AreaCode, Grade, KeyId, Role
from devices.instants import written_instant
from devices.not_trusted import NotTrusted
from devices.passkeys import LONGEST_ASSERTION, Assertion, base64url, challenge_of, signing_input
from devices.signing import TrustedKeys, sign, verify
from devices.statements import Approval, Policy
from devices.wire_types import WireMessage
from tests.support.software_authenticator import SoftwareAuthenticator, life, other_half
from tests.support.vector_keys import DAY, KEYS, NOW, YEAR, key_set

APPROVER = SoftwareAuthenticator()
ADMINISTRATOR = SoftwareAuthenticator(secret=1765)
NOBODY = SoftwareAuthenticator(secret=1766)
KEY_SET = key_set(
    KEYS["station"].public(),
    KEYS["approver"].public(holder="duyet.khac", area=AreaCode("56")),
    APPROVER.key(Role.APPROVER, *life(NOW), holder="duyet", area=AreaCode("56")),
    ADMINISTRATOR.key(Role.ADMINISTRATOR, *life(NOW), holder="quantri", area=AreaCode("56")),
    NOBODY.key(Role.APPROVER, *life(NOW)),
)
APPROVAL = Approval.model_validate(
    {
        "bulletin": "b1",
        "revision": 1,
        "text_sha256": "0" * 64,
        "recording": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "author": "canbo",
        "approver": "duyet",
        "approved_at": NOW,
        "valid_from": NOW,
        "expires_at": NOW + 9 * DAY,
        "areas": ("22333",),
        "grade": Grade.PRIORITY,
    }
)
POLICY = Policy(
    target=AreaCode("56"),
    version=1_764_000_000_002,
    issued_at=NOW,
    expires_at=NOW + YEAR,
    quiet_hours=(),
    loudest_volume=85,
    minutes_a_day=120,
)
_SIGNED = signing_input(APPROVAL.payload(), "loa-approval", APPROVER.kid(Role.APPROVER))
_CHALLENGE = challenge_of(_SIGNED)
_GOOD = APPROVER.assertion(_CHALLENGE)


def _with(assertion: Assertion | bytes) -> str:
    raw = assertion if isinstance(assertion, bytes) else assertion.packed()
    return f"{_SIGNED}.{base64url(raw)}"


def _told(**deceit: Any) -> str:
    return _with(APPROVER.but(**deceit).assertion(_CHALLENGE))


def _by(alg: str, kid: KeyId, signature: bytes | None = None) -> str:
    """Return the approval under another header, its signature made for that header where none is given."""
    head = base64url(json.dumps({"alg": alg, "kid": kid, "typ": "loa-approval"}).encode())
    signed = f"{head}.{base64url(APPROVAL.payload())}"
    return f"{signed}.{base64url(signature or APPROVER.assertion(challenge_of(signed)).packed())}"


def _texts() -> Iterator[tuple[str, type[WireMessage], str]]:
    kid, whole = APPROVER.kid(Role.APPROVER), _GOOD.packed()
    approval = APPROVER.sign(APPROVAL, Role.APPROVER)
    yield "an approval", Approval, approval
    yield "a policy", Policy, ADMINISTRATOR.sign(POLICY, Role.ADMINISTRATOR)
    yield "an approval where a policy is due", Policy, approval
    yield "the second text of the same signature", Approval, _with(other_half(_GOOD))
    yield (
        "more flags, a counter, an extension, a further member",
        Approval,
        _told(flags=0x9D, counter=7, extra_data=b"\xa0", more="than today"),
    )
    yield "an assertion over another statement", Approval, _with(APPROVER.assertion(challenge_of("a.b")))
    yield (
        "a challenge of the payload alone",
        Approval,
        _with(APPROVER.assertion(challenge_of(_SIGNED.split(".")[1]))),
    )
    yield "an assertion for another site", Approval, _told(rp_id="evil.example")
    yield "without the person there", Approval, _told(flags=0x04)
    yield "without the person verified", Approval, _told(flags=0x01)
    yield "made when a passkey is created", Approval, _told(type="webauthn.create")
    yield "by another passkey", Approval, _told(secret=1767)
    yield (
        "by a passkey in no key set",
        Approval,
        SoftwareAuthenticator(secret=1768).sign(APPROVAL, Role.APPROVER),
    )
    yield "by a passkey of nobody", Approval, NOBODY.sign(APPROVAL, Role.APPROVER)
    yield "a sealed key that signs by WebAuthn-ES256", Approval, _by("WebAuthn-ES256", KEYS["approver"].kid)
    yield "a passkey that signs by Ed25519", Approval, _by("Ed25519", kid)
    yield "a passkey that signs by ES256", Approval, _by("ES256", kid)
    yield "a byte after the signature", Approval, _with(whole + b"\0")
    yield "a byte less", Approval, _with(whole[:-1])
    yield "a length that is too large", Approval, _with(b"\xff\xff" + whole[2:])
    yield "one byte alone", Approval, _with(whole[:1])
    yield "clientDataJSON that is an array", Approval, _with(replace(_GOOD, client_data=b"[]"))
    room = LONGEST_ASSERTION - len(APPROVER.but(more="x").assertion(_CHALLENGE).packed()) - 4
    yield "nearly as long as it may be", Approval, _told(more="x" * room)
    yield "longer than it may be", Approval, _told(more="x" * LONGEST_ASSERTION)


_TYPS = {Approval: "loa-approval", Policy: "loa-policy"}


def passkeys() -> dict[str, Any]:
    """Return statements signed by passkeys and what checking them gives: `ok`, or the reason."""
    trusted = TrustedKeys.of(KEY_SET)

    def answer(model: type[WireMessage], text: str) -> str:
        try:
            verify(text, model, trusted, NOW)
        except NotTrusted as reason:
            return reason.code
        return "ok"

    return {
        "root_public": KEYS["root"].public_x,
        "key_set": sign(KEY_SET, KEYS["root"]),
        "cases": [
            {"name": name, "typ": _TYPS[model], "at": written_instant(NOW), "text": text}
            | {"answer": answer(model, text)}
            for name, model, text in _texts()
        ],
    }
