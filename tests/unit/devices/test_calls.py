"""What a call allows, against who holds the station's key and the broker; the cases are those of calls.json.

The thief signs any plan, and has every call that persons ever signed; each test is named after an attempt.
"""

import pytest

from devices.jose import joined
from devices.not_trusted import Malformed, WrongRole
from devices.signing import TrustedKeys, sign, sign_also, verify_together
from devices.statements import Call
from tests.support.call_vectors import BOTH, KEY_SET, call, calls
from tests.support.vector_keys import KEYS, NOW

ANSWERS = {case["name"]: case["answer"] for case in calls()["cases"]}


@pytest.mark.parametrize(
    "name",
    [
        "by an approver and a caller",
        "by a caller and an approver",
        "by two approvers",
        "by three",
        "by one with a reason",
        "by two keys of one person, with a reason",
        "for the province, heard in a ward",
        "as loud as called",
        "rounds as called",
        "rounds further apart",
        "one round where more were called",
        "ends with its call",
        "by two, as long as any may",
        "by one, as long as one may",
    ],
)
def test_what_people_called_sounds(name):
    assert ANSWERS[name] == "ok"


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("nobody called it", "no-call"),
        ("an old call", "outside-call"),
        ("ends after its call", "outside-call"),
        ("begins before it was called", "outside-call"),
        ("for another ward", "outside-call"),
        ("another airing", "outside-call"),
        ("another recording", "outside-call"),
        ("another wording", "outside-call"),
        ("louder than called", "outside-call"),
        ("rounds sooner than called", "outside-call"),
        ("rounds where one was called", "outside-call"),
        ("by one without a reason", "outside-call"),
        ("by one whose reason is empty", "outside-call"),
        ("by a caller alone, with a reason", "outside-call"),
        ("by two keys of one person", "outside-call"),
        ("twice by one key", "malformed"),
        ("by an approver of another ward and a caller", "outside-call"),
        ("by an approver, and one of another ward", "outside-call"),
        ("by an approver, and a key that nobody knows", "unknown-key"),
        ("by an approver and an administrator", "wrong-role"),
        ("by two, for longer", "outside-call"),
        ("by one, for longer", "outside-call"),
        ("one letter of one signature", "bad-signature"),
        ("the payload of another call", "bad-signature"),
        ("of another kind", "wrong-kind"),
    ],
)
def test_a_thief_of_the_stations_key_starts_nothing_by(attack, reason):
    assert ANSWERS[attack] == reason


def test_a_second_person_signs_the_very_bytes_of_the_first():
    first = sign(verify_together(call({}, BOTH), Call, TrustedKeys.of(KEY_SET), NOW)[0], KEYS["caller"])
    both = joined([first, sign_also(first, Call, KEYS["approver"])])
    _, keys = verify_together(both, Call, TrustedKeys.of(KEY_SET), NOW)
    assert [key.holder for key in keys] == ["canbo", "duyet"]


def test_signatures_of_two_payloads_are_not_joined():
    said = verify_together(call({}, BOTH), Call, TrustedKeys.of(KEY_SET), NOW)[0]
    other = said.model_copy(update={"loudest_volume": 1})
    with pytest.raises(Malformed):
        joined([sign(said, KEYS["caller"]), sign(other, KEYS["approver"])])
    with pytest.raises(Malformed):
        joined(["a.b"])


@pytest.mark.parametrize("who", ["station", "administrator", "root"])
def test_who_calls_nothing_signs_no_call(who):
    first = sign(verify_together(call({}, BOTH), Call, TrustedKeys.of(KEY_SET), NOW)[0], KEYS["caller"])
    with pytest.raises(WrongRole):
        sign_also(first, Call, KEYS[who])
