"""A journal is checked with the file and the public key alone."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from controller.features.journal.chain import (
    BEGINNING,
    JournalBroken,
    base64url,
    canonical,
    hash_of,
    verify,
    written,
)
from controller.host.station_keys import StationSeal
from devices.ids import Role
from devices.jose import SigningKey

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
KEY = SigningKey.generate(Role.STATION, NOW, timedelta(days=1))
OTHER = SigningKey.generate(Role.STATION, NOW, timedelta(days=1))


def sealed(fields, key=KEY):
    digest = hash_of(fields)
    signature = base64url(StationSeal(key).sign(digest.encode()))
    return fields | {"hash": digest, "signature": signature}


def journal(length=3, key=KEY):
    entries, previous = [], BEGINNING
    for seq in range(1, length + 1):
        fields = {"seq": seq, "at": written(NOW), "by": "station", "act": "airing.aired", "subject": "a1"}
        fields |= {"detail": {"lời": "ơ"}, "previous": previous, "kid": key.kid}
        entries.append(sealed(fields, key))
        previous = entries[-1]["hash"]
    return entries


def lines(entries):
    return [canonical(entry) for entry in entries]


def test_a_whole_journal_is_sound():
    checked = verify(lines(journal()), KEY.public_x)
    assert checked.entries == 3
    assert checked.last_hash == journal()[-1]["hash"]


def test_an_empty_journal_is_sound():
    assert verify([], KEY.public_x).last_hash == BEGINNING


@pytest.mark.parametrize("field", ["seq", "at", "by", "act", "subject", "detail", "previous", "kid", "hash"])
def test_no_field_can_be_changed(field):
    entries = journal()
    entries[1] = entries[1] | {field: 7 if field == "seq" else "giả"}
    with pytest.raises(JournalBroken) as broken:
        verify(lines(entries), KEY.public_x)
    assert broken.value.line == 2


def test_an_entry_hashed_anew_by_another_hand_is_found():
    entries = journal()
    forged = {k: v for k, v in entries[2].items() if k not in {"hash", "signature"}} | {"by": "ai đó"}
    entries[2] = sealed(forged, OTHER)
    with pytest.raises(JournalBroken, match="line 3"):
        verify(lines(entries), KEY.public_x)


@pytest.mark.parametrize("kept", [[0, 2], [1, 2], [0, 2, 1], [0, 1, 1, 2]])
def test_no_entry_can_be_taken_out_put_in_or_moved(kept):
    entries = journal()
    with pytest.raises(JournalBroken):
        verify(lines([entries[n] for n in kept]), KEY.public_x)


@pytest.mark.parametrize("line", ["", "{}", "[]", "chữ", json.dumps({"seq": 1})])
def test_a_line_that_is_no_entry_is_named(line):
    with pytest.raises(JournalBroken, match="line 1"):
        verify([line], KEY.public_x)


def test_entries_of_a_rotated_key_verify_with_both_keys():
    entries = journal(2)
    fields = entries[1] | {"seq": 3, "previous": entries[1]["hash"], "kid": OTHER.kid}
    del fields["hash"], fields["signature"]
    whole = lines([*entries, sealed(fields, OTHER)])
    assert verify(whole, [KEY.public_x, OTHER.public_x]).entries == 3
    with pytest.raises(JournalBroken, match="khóa lạ"):
        verify(whole, KEY.public_x)
