"""A passkey's signature at a node: what each attack on it meets."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.approvals import verify_approval
from devices.ids import Grade, Role
from devices.jose import ROOT, SigningKey
from devices.messages import LONGEST_APPROVAL_TEXT, Plan, PlannedAiring
from devices.not_trusted import BadSignature, MalformedJws, NotTrusted, UnknownKey, WrongRole
from devices.passkeys import LONGEST_ASSERTION, WEBAUTHN, Assertion, base64url, challenge_of, signing_input
from devices.signing import TrustedKeys, read_key_set, sign, verify
from devices.statements import Approval, Key, KeySet, Policy
from devices.wire_types import Malformed, parse, text_digest
from tests.support.software_authenticator import SoftwareAuthenticator, life, other_half

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
AREAS = ("56", "22366")
PASSKEY = SoftwareAuthenticator()
SEALED = SigningKey.generate(Role.APPROVER, NOW, YEAR)
ADMINISTRATOR = SoftwareAuthenticator(secret=1765)
STATION = SigningKey.generate(Role.STATION, NOW, YEAR)
WHOSE = {"holder": "duyet", "area": "56"}
KEY_SET = KeySet(
    version=1,
    issued_at=NOW,
    expires_at=NOW + YEAR,
    keys=(
        STATION.public(),
        PASSKEY.key(Role.APPROVER, *life(NOW), **WHOSE),
        SEALED.public(**WHOSE),
        ADMINISTRATOR.key(Role.ADMINISTRATOR, *life(NOW), holder="quantri", area="56"),
    ),
)
TRUSTED = TrustedKeys.of(KEY_SET)
APPROVAL = Approval(
    bulletin="b",
    revision=1,
    text_sha256="0" * 64,
    recording="a" * 64,
    author="canbo",
    approver="duyet",
    approved_at=NOW,
    valid_from=NOW,
    expires_at=NOW + DAY,
    areas=("56",),
    grade=Grade.PRIORITY,
)
POLICY = Policy(
    target="56",
    version=1,
    issued_at=NOW,
    expires_at=NOW + YEAR,
    quiet_hours=(),
    loudest_volume=85,
    minutes_a_day=120,
)
SIGNED = PASSKEY.sign(APPROVAL, Role.APPROVER)
HEAD, BODY, SIGNATURE = SIGNED.split(".")
PARTS = PASSKEY.assertion(challenge_of(f"{HEAD}.{BODY}"))


def airing(approval):
    return PlannedAiring(
        airing="a",
        recording="a" * 64,
        approval=text_digest(approval),
        starts_at=NOW,
        latest_start_at=NOW,
        duration_ms=1,
        grade=Grade.ROUTINE,
        volume=1,
    )


def with_part(raw):
    return f"{HEAD}.{BODY}.{base64url(raw)}"


def refused(text, reason=BadSignature, model=Approval):
    with pytest.raises(reason):
        verify(text, model, TRUSTED, NOW)


def test_what_a_passkey_signed_is_good_at_a_node_and_fits_into_a_plan():
    assert verify(SIGNED, Approval, TRUSTED, NOW) == APPROVAL
    assert verify_approval(airing(SIGNED), SIGNED, AREAS, TRUSTED, NOW) == APPROVAL
    text = ADMINISTRATOR.sign(POLICY, Role.ADMINISTRATOR)
    assert verify(text, Policy, TRUSTED, NOW) == POLICY


def test_a_key_set_with_passkeys_is_read_back():
    root = SigningKey.generate(ROOT, NOW, YEAR)
    assert read_key_set(sign(KEY_SET, root), root.public_x, NOW) == KEY_SET


def test_an_assertion_over_another_statement_is_no_signature():
    other = PASSKEY.sign(APPROVAL.model_copy(update={"grade": Grade.ROUTINE}), Role.APPROVER)
    refused(f"{HEAD}.{BODY}.{other.split('.')[2]}")
    refused(f"{HEAD}.{other.split('.')[1]}.{SIGNATURE}")


def test_an_assertion_for_one_kind_of_statement_is_none_for_another():
    text = signing_input(APPROVAL.payload(), "loa-policy", PASSKEY.kid(Role.APPROVER))
    refused(f"{text}.{SIGNATURE}", WrongRole, Policy)


def test_a_challenge_of_the_payload_alone_is_no_signature():
    refused(with_part(PASSKEY.assertion(challenge_of(BODY)).packed()))


@pytest.mark.parametrize(
    "deceit",
    [
        {"rp_id": "loa.example.evil"},
        {"rp_id": "evil.example", "origin": "https://evil.example"},
        {"flags": 0x04},
        {"flags": 0x01},
        {"flags": 0x00},
        {"flags": 0xFA},
        {"type": "webauthn.create"},
        {"type": ""},
        {"secret": 1766},
    ],
    ids=str,
)
def test_a_good_signature_of_something_else_is_refused(deceit):
    refused(with_part(PASSKEY.but(**deceit).assertion(challenge_of(f"{HEAD}.{BODY}")).packed()))


def test_flags_and_data_that_an_authenticator_may_add_do_no_harm():
    more = PASSKEY.but(flags=0x9D, counter=7, extra_data=b"\xa0", more="than today")
    text = more.sign(APPROVAL, Role.APPROVER)
    assert verify(text, Approval, TRUSTED, NOW) == APPROVAL


def test_a_header_cannot_choose_how_a_key_is_checked():
    as_passkey = signing_input(APPROVAL.payload(), "loa-approval", SEALED.kid)
    refused(f"{as_passkey}.{base64url(PASSKEY.assertion(challenge_of(as_passkey)).packed())}")
    refused(f"{as_passkey}.{sign(APPROVAL, SEALED).split('.')[2]}")
    head = {"alg": "Ed25519", "kid": PASSKEY.kid(Role.APPROVER), "typ": "loa-approval"}
    as_plain = f"{base64url(json.dumps(head).encode())}.{BODY}"
    refused(f"{as_plain}.{base64url(PASSKEY.assertion(challenge_of(as_plain)).packed())}")
    refused(f"{as_plain}.{sign(APPROVAL, SEALED).split('.')[2]}")
    head["alg"] = "ES256"
    refused(f"{base64url(json.dumps(head).encode())}.{BODY}.{SIGNATURE}", MalformedJws)


def test_bytes_more_or_less_anywhere_are_refused():
    whole = PARTS.packed()
    for raw in (whole + b"\0", whole[:-1], b"\0" + whole, whole[:1], b"", b"\xff\xff", whole[:38]):
        refused(with_part(raw))
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        refused(with_part(bytes(changed)))


def test_parts_that_are_too_long_are_refused_before_they_are_read():
    long = PASSKEY.but(more="x" * LONGEST_ASSERTION).sign(APPROVAL, Role.APPROVER)
    refused(long)
    room = LONGEST_ASSERTION - len(PASSKEY.but(more="x").assertion(b"\0" * 32).packed()) - 2
    assert verify(PASSKEY.but(more="x" * room).sign(APPROVAL, Role.APPROVER), Approval, TRUSTED, NOW)


def test_the_longest_approval_by_a_passkey_fits_where_approvals_are_carried():
    names = tuple(f"{n:064}" for n in range(16))
    most = APPROVAL.model_copy(update={"areas": names, "bulletin": "b" * 64, "author": "c" * 64})
    usual = PASSKEY.but(origin="https://" + "x" * 253)
    assert len(usual.sign(most, Role.APPROVER)) <= LONGEST_APPROVAL_TEXT


def test_a_second_text_of_one_signature_says_nothing_new():
    """Whoever sees (r, s) can write (r, -s): both are good, and both say the same."""
    second = with_part(other_half(PARTS).packed())
    assert second != SIGNED
    assert verify(second, Approval, TRUSTED, NOW) == verify(SIGNED, Approval, TRUSTED, NOW)
    assert verify_approval(airing(second), second, AREAS, TRUSTED, NOW) == APPROVAL


@pytest.mark.parametrize("said", [b"", b"[]", b"null", b"\xff", b'"x"', b"{", b"[" * 900])
def test_client_data_that_is_no_object_is_refused(said):
    refused(with_part(Assertion(PARTS.authenticator_data, said, PARTS.signature).packed()))


@given(st.binary(max_size=LONGEST_ASSERTION + 8))
def test_no_bytes_whatever_make_a_signature_or_a_fault(raw):
    refused(with_part(raw) if raw else f"{HEAD}.{BODY}.AA")


def test_a_machine_never_signs_by_a_passkey():
    station = PASSKEY.key(Role.STATION, *life(NOW))
    trusted = TrustedKeys.of(KEY_SET.model_copy(update={"keys": (station,)}))
    plan = Plan(target="56", version=1, issued_at=NOW, expires_at=NOW + DAY, airings=())
    with pytest.raises(UnknownKey):
        verify(PASSKEY.sign(plan, Role.STATION), Plan, trusted, NOW)


def test_a_passkey_without_holder_or_area_counts_for_nothing():
    nobody = PASSKEY.key(Role.APPROVER, *life(NOW))
    with pytest.raises(UnknownKey):
        verify(SIGNED, Approval, TrustedKeys.of(KEY_SET.model_copy(update={"keys": (nobody,)})), NOW)


def test_a_key_of_a_later_algorithm_counts_for_nothing_and_spoils_no_key_set():
    later = json.loads(KEY_SET.payload())
    later["keys"][1] |= {"alg": "ML-DSA-44", "public": "A" * 300}
    trusted = TrustedKeys.of(parse(KeySet, json.dumps(later)))
    with pytest.raises(UnknownKey):
        verify(SIGNED, Approval, trusted, NOW)
    assert verify(sign(APPROVAL, SEALED), Approval, trusted, NOW)


@pytest.mark.parametrize(
    "changes", [{"rp_id": None}, {"public": "A" * 43}, {"rp_id": "Loa Example"}, {"alg": "Ed25519"}]
)
def test_a_passkey_that_is_listed_wrongly_is_no_key_set(changes):
    raw = json.loads(KEY_SET.keys[1].model_dump_json()) | changes
    with pytest.raises(Malformed):
        parse(Key, json.dumps(raw))


def test_a_public_half_that_is_no_point_of_the_curve_is_a_bad_signature():
    raw = base64.urlsafe_b64decode(PASSKEY.public + "==")
    nowhere = base64url(raw[:63] + bytes([raw[63] ^ 1]))
    key = KEY_SET.keys[1].model_copy(update={"public": nowhere})
    with pytest.raises(NotTrusted):
        verify(SIGNED, Approval, TrustedKeys.of(KEY_SET.model_copy(update={"keys": (key,)})), NOW)


def test_what_it_signed_is_named_by_its_algorithm():
    assert json.loads(base64.urlsafe_b64decode(HEAD + "==")) == {
        "alg": WEBAUTHN,
        "kid": PASSKEY.kid(Role.APPROVER),
        "typ": "loa-approval",
    }
