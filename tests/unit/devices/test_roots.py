"""Root sets follow one another, signed by enough of the one before and of their own; docs/protocol.md."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from devices.jose import joined
from devices.not_trusted import BadSignature, NotTrusted, UnknownKey
from devices.roots import Roots, follow, read_key_set_by
from devices.signing import read_key_set, sign
from devices.statements import KeySet
from tests.support.root_sets import chain, root_key, root_set, signed_by

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FIRST, A, B, C, THIEF = (root_key(NOW) for _ in range(5))
PINNED = Roots.pinned(FIRST.public_x)
OF_THREE = root_set(1, NOW, ("an", A), ("binh", B), ("chi", C), threshold=2)
KEY_SET = KeySet(area="56", version=1, issued_at=NOW, expires_at=NOW + timedelta(days=400), keys=())


def test_a_successor_is_signed_by_the_one_before_and_by_enough_of_its_own():
    found = follow(PINNED, chain(signed_by(OF_THREE, FIRST, A, C)))
    assert [one.version for one in found] == [0, 1]
    assert (found[-1].threshold, len(found[-1].holders)) == (2, 3)


@pytest.mark.parametrize(
    ("signers", "why"),
    [
        ((A, B), UnknownKey),  # the one before did not sign
        ((FIRST, A), BadSignature),  # one of two
        ((FIRST,), UnknownKey),
        ((THIEF, A, B), UnknownKey),
    ],
)
def test_too_few_signatures_make_no_successor(signers, why):
    with pytest.raises(why):
        follow(PINNED, chain(signed_by(OF_THREE, *signers)))


def test_one_of_two_holders_replaces_no_roots():
    theirs = root_set(2, NOW, ("trom", THIEF))
    first = signed_by(OF_THREE, FIRST, A, B)
    with pytest.raises(BadSignature):
        follow(PINNED, chain(first, signed_by(theirs, A, THIEF)))
    assert len(follow(PINNED, chain(first, signed_by(theirs, A, B, THIEF)))) == 3


def test_two_keys_of_one_holder_are_one_person():
    twice = root_set(1, NOW, ("an", A), ("an", B), ("chi", C), threshold=2)
    with pytest.raises(BadSignature):
        follow(PINNED, chain(signed_by(twice, FIRST, A, B)))


def test_a_chain_leaves_no_link_out_and_changes_none():
    second = root_set(2, NOW, ("dung", THIEF))
    good = signed_by(second, A, B, THIEF)
    with pytest.raises(UnknownKey):
        follow(PINNED, chain(good))
    changed = signed_by(OF_THREE, FIRST, A, B).model_copy(update={"payload": good.payload})
    with pytest.raises(NotTrusted):
        follow(PINNED, chain(changed))


def test_a_root_set_must_be_able_to_sign():
    with pytest.raises(ValidationError):
        root_set(1, NOW, ("an", A), ("an", B), threshold=2)
    with pytest.raises(ValidationError):
        root_set(1, NOW, ("an", A), ("binh", A))


def test_a_key_set_needs_as_many_holders_as_the_roots_ask_for():
    roots = Roots.of(OF_THREE)
    texts = [key.sign_bytes(KEY_SET.payload(), "loa-keys") for key in (A, C, FIRST)]
    together = joined(texts).model_dump_json()
    assert read_key_set(together, roots, NOW) == KEY_SET
    with pytest.raises(BadSignature):
        read_key_set_by(joined([texts[0], texts[2]]).model_dump_json(), roots)
    with pytest.raises(BadSignature):
        read_key_set_by(texts[0], roots)
    with pytest.raises(UnknownKey):
        read_key_set_by(sign(KEY_SET, FIRST), roots)
    assert read_key_set(sign(KEY_SET, FIRST), FIRST.public_x, NOW) == KEY_SET
