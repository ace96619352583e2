import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import jose
from devices.approvals import verify_approval
from devices.ids import Grade, Role
from devices.jose import LONGEST_JWS, ROOT, SigningKey, read_payload
from devices.messages import MOST_AIRINGS, Plan, PlannedAiring, TimeReply
from devices.not_trusted import (
    BadSignature,
    Expired,
    MalformedJws,
    NotTrusted,
    UnknownKey,
    WrongApproval,
    WrongKind,
    WrongRole,
)
from devices.signing import TrustedKeys, read_key_set, sign, verify
from devices.statements import MOST_KEYS, Approval, KeySet, Policy
from devices.wire_types import text_digest

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
RECORDING = "a" * 64

ROOT_KEY = SigningKey.generate(ROOT, NOW, YEAR)
KEYS = {role: SigningKey.generate(role, NOW, YEAR) for role in Role}
AREAS = ("56", "22366")


def listed(key, **whose):
    return (
        key.public() if key.role is Role.STATION else key.public(**{"holder": "duyet", "area": "56"} | whose)
    )


KEY_SET = KeySet(
    version=1, issued_at=NOW, expires_at=NOW + YEAR, keys=tuple(listed(key) for key in KEYS.values())
)
TRUSTED = TrustedKeys.of(KEY_SET)
PLAN = Plan(target="56", version=1, issued_at=NOW, expires_at=NOW + DAY, airings=())


def approval(**changes):
    fields = {
        "bulletin": "b",
        "revision": 1,
        "text_sha256": "0" * 64,
        "recording": RECORDING,
        "author": "canbo",
        "approver": "duyet",
        "approved_at": NOW,
        "valid_from": NOW,
        "expires_at": NOW + DAY,
        "areas": ("56",),
        "grade": Grade.PRIORITY,
    }
    return Approval(**fields | changes)


def allowed(approved, **changes):
    """What the approval lets be aired, or NotTrusted."""
    text = sign(approved, KEYS[Role.APPROVER])
    return verify_approval(airing(text, **changes), text, AREAS, TRUSTED, NOW)


def airing(text, **changes):
    fields = {
        "airing": "a",
        "recording": RECORDING,
        "approval": text_digest(text),
        "starts_at": NOW,
        "latest_start_at": NOW,
        "duration_ms": 1,
        "grade": Grade.ROUTINE,
        "volume": 1,
    }
    return PlannedAiring(**fields | changes)


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_header(text, **changes):
    head, body, signature = text.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    return ".".join((encode(json.dumps(header | changes).encode()), body, signature))


def test_what_the_right_key_signed_is_read_back():
    assert verify(sign(PLAN, KEYS[Role.STATION]), Plan, TRUSTED, NOW) == PLAN
    assert verify(sign(PLAN, KEYS[Role.STATION]).encode(), Plan, TRUSTED, NOW) == PLAN
    assert verify(sign(approval(), KEYS[Role.APPROVER]), Approval, TRUSTED, NOW) == approval()


def test_a_plan_and_a_key_set_of_full_size_are_read():
    approved = approval(bulletin="01jdh3v7q4m8x2k9w5n6p0r1t2", approver="nguyen.thi.thu.hoa")
    text = sign(approved, KEYS[Role.APPROVER])
    others = tuple(f"{text}{n:03}" for n in range(150))
    airings = tuple(airing(text, airing=f"01jdh3v7q4m8x2k9w5n6p0r{n:03}") for n in range(MOST_AIRINGS))
    full = PLAN.model_copy(update={"airings": airings, "approvals": (text, *others)})
    signed = sign(full, KEYS[Role.STATION])
    assert 370_000 < len(signed) < LONGEST_JWS
    assert len(verify(signed, Plan, TRUSTED, NOW).airings) == MOST_AIRINGS
    keys = tuple(listed(SigningKey.generate(Role.APPROVER, NOW, YEAR)) for _ in range(MOST_KEYS))
    text = sign(KEY_SET.model_copy(update={"keys": keys}), ROOT_KEY)
    assert len(text) < 400_000
    assert len(read_key_set(text, ROOT_KEY.public_x, NOW).keys) == MOST_KEYS


def test_a_key_set_is_read_by_the_pinned_root_alone():
    text = sign(KEY_SET, ROOT_KEY)
    assert read_key_set(text, ROOT_KEY.public_x, NOW) == KEY_SET
    with pytest.raises(BadSignature):
        read_key_set(text, KEYS[Role.STATION].public_x, NOW)


def test_a_node_that_does_not_know_the_time_reads_a_key_set_all_the_same():
    text = sign(KEY_SET, ROOT_KEY)
    with pytest.raises(Expired):
        read_key_set(text, ROOT_KEY.public_x, NOW + 2 * YEAR)
    assert read_key_set(text, ROOT_KEY.public_x, None) == KEY_SET


@given(st.data())
def test_no_changed_character_anywhere_is_ever_trusted(draw):
    text = sign(PLAN, KEYS[Role.STATION])
    at = draw.draw(st.integers(0, len(text) - 1))
    other = draw.draw(st.characters(codec="ascii").filter(lambda character: character != text[at]))
    changed = text[:at] + other + text[at + 1 :]
    # The last character of a segment may hold spare bits that say nothing: such a text is the same message.
    parts = zip(changed.split("."), text.split("."), strict=False)
    is_same = changed.count(".") == 2 and all(
        set(new) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        and base64.urlsafe_b64decode(new + "==") == base64.urlsafe_b64decode(old + "==")
        for new, old in parts
    )
    try:
        assert verify(changed, Plan, TRUSTED, NOW) == PLAN
    except NotTrusted:
        return
    assert is_same


def test_one_kind_is_never_taken_for_another():
    with pytest.raises(WrongKind):
        verify(sign(PLAN, KEYS[Role.STATION]), Policy, TRUSTED, NOW)


def test_a_typ_that_is_changed_after_signing_breaks_the_signature():
    with pytest.raises(BadSignature):
        verify(
            with_header(sign(approval(), KEYS[Role.APPROVER]), typ="loa-plan", kid=KEYS[Role.STATION].kid),
            Plan,
            TRUSTED,
            NOW,
        )


def test_a_key_signs_only_what_its_role_may():
    with pytest.raises(WrongRole):
        sign(PLAN, KEYS[Role.APPROVER])
    with pytest.raises(WrongRole):
        verify(KEYS[Role.APPROVER].sign_bytes(PLAN.payload(), "loa-plan"), Plan, TRUSTED, NOW)


def test_the_root_key_is_never_listed_in_a_key_set():
    with pytest.raises(WrongRole):
        ROOT_KEY.public()


def test_a_key_that_is_not_listed_is_unknown():
    stranger = SigningKey.generate(Role.STATION, NOW, YEAR)
    with pytest.raises(UnknownKey):
        verify(sign(PLAN, stranger), Plan, TRUSTED, NOW)


def test_a_key_that_borrows_a_listed_name_does_not_pass():
    stranger = SigningKey.generate(Role.STATION, NOW, YEAR)
    head = {"alg": "Ed25519", "kid": KEYS[Role.STATION].kid, "typ": "loa-plan"}
    forged = sign(PLAN, stranger).split(".")
    forged[0] = encode(json.dumps(head).encode())
    with pytest.raises(BadSignature):
        verify(".".join(forged), Plan, TRUSTED, NOW)


def test_a_revoked_key_is_not_trusted_although_the_message_was_checked_before():
    text = sign(PLAN, KEYS[Role.STATION])
    verify(text, Plan, TRUSTED, NOW)
    left = KEY_SET.model_copy(update={"keys": tuple(key for key in KEY_SET.keys if key.role != Role.STATION)})
    with pytest.raises(UnknownKey):
        verify(text, Plan, TrustedKeys.of(left), NOW)


def test_a_message_that_was_good_before_is_judged_anew_when_it_expires():
    text = sign(PLAN, KEYS[Role.STATION])
    verify(text, Plan, TRUSTED, NOW)
    with pytest.raises(Expired):
        verify(text, Plan, TRUSTED, NOW + DAY)


@pytest.mark.parametrize("now", [NOW - timedelta(seconds=1), NOW + YEAR])
def test_a_key_outside_its_lifetime_signs_nothing(now):
    plan = PLAN.model_copy(update={"expires_at": NOW + 2 * YEAR})
    with pytest.raises(Expired):
        verify(sign(plan, KEYS[Role.STATION]), Plan, TRUSTED, now)


def test_an_expired_key_set_lends_no_trust():
    short = TrustedKeys.of(KEY_SET.model_copy(update={"expires_at": NOW + timedelta(hours=1)}))
    with pytest.raises(Expired):
        verify(sign(PLAN, KEYS[Role.STATION]), Plan, short, NOW + timedelta(hours=2))


def test_a_clock_reply_is_judged_at_the_instant_it_states_and_not_by_a_wrong_clock():
    us = int(NOW.timestamp() * 1e6) + 1
    reply = TimeReply(node="n", sent_us=5, received_us=us, replied_us=us)
    assert (
        verify(sign(reply, KEYS[Role.STATION]), TimeReply, TRUSTED, datetime(1970, 1, 1, tzinfo=UTC)) == reply
    )
    late = reply.model_copy(update={"replied_us": us + int(2 * YEAR.total_seconds() * 1e6)})
    with pytest.raises(Expired):
        verify(sign(late, KEYS[Role.STATION]), TimeReply, TRUSTED, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "EdDSA"},
        {"alg": "HS256"},
        {"crit": ["b64"], "b64": False},
        {"jwk": {}},
        {"kid": 1},
    ],
)
def test_any_other_header_is_refused(changes):
    with pytest.raises(MalformedJws):
        verify(with_header(sign(PLAN, KEYS[Role.STATION]), **changes), Plan, TRUSTED, NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c.d", "é.b.c", "x" * 600_000, b"\xff\xfe", "e30.e30.e30"]
)
def test_what_is_no_message_of_ours_is_malformed(text):
    with pytest.raises(MalformedJws):
        verify(text, Plan, TRUSTED, NOW)


def test_a_well_signed_payload_that_is_no_plan_is_malformed():
    for payload in (b"{}", b"\xff", b"[]"):
        with pytest.raises(MalformedJws):
            verify(KEYS[Role.STATION].sign_bytes(payload, "loa-plan"), Plan, TRUSTED, NOW)


def test_an_approval_is_for_exactly_one_recording_and_for_tests_or_not():
    assert allowed(approval()) == approval()
    for wrong, changes in (
        (approval(recording="b" * 64), {}),
        (approval(test=True), {}),
        (approval(), {"test": True}),
    ):
        with pytest.raises(WrongApproval):
            allowed(wrong, **changes)
    assert allowed(approval(test=True), test=True).test


def test_attack_an_approval_under_the_name_of_another_counts_for_nothing():
    text, other = (sign(approval(revision=n), KEYS[Role.APPROVER]) for n in (1, 2))
    for carried in (other, None, "", f"{text}."):
        with pytest.raises(WrongApproval):
            verify_approval(airing(text), carried, AREAS, TRUSTED, NOW)


def test_a_stored_key_comes_back_whole_and_is_not_shown_by_its_repr():
    for key in (ROOT_KEY, KEYS[Role.APPROVER]):
        again = SigningKey.from_json(key.to_json())
        assert again == key
        secret = json.loads(key.to_json())["d"]
        assert secret not in repr(key)
    again = SigningKey.from_json(KEYS[Role.STATION].to_json())
    assert verify(sign(PLAN, again), Plan, TRUSTED, NOW) == PLAN


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"kty":"OKP"}', '{"kty":"OKP","crv":"Ed25519","x":"a","d":"b"}']
)
def test_what_is_no_stored_key_is_malformed(text):
    with pytest.raises(MalformedJws):
        SigningKey.from_json(text)


def test_the_memo_is_bounded():
    for version in range(1, jose.MEMO_SIZE + 20):
        text = sign(PLAN.model_copy(update={"version": version}), KEYS[Role.STATION])
        assert verify(text, Plan, TRUSTED, NOW).version == version
    assert len(jose._memo._known) == jose.MEMO_SIZE


def test_each_error_has_a_code_of_its_own_and_a_sentence():
    family = [NotTrusted, *NotTrusted.__subclasses__()]
    assert len({error.code for error in family}) == len(family)
    assert all(error.sentence.endswith(".") for error in family)


def test_a_payload_can_be_shown_without_being_trusted():
    assert read_payload(sign(PLAN, KEYS[Role.STATION]))["target"] == "56"
    with pytest.raises(MalformedJws):
        read_payload("nonsense")
