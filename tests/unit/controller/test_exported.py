"""An exported file proves itself: no line can be changed, left out, put elsewhere, put in or cut off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.features.journal.chain import BEGINNING, JournalBroken, base64url, canonical, hash_of, written
from controller.features.journal.export import sealed, verify_export
from controller.features.reports.entries import ACT, Noted, entry, line_fields
from controller.host.station_keys import StationSeal
from controller.model.airing_states import AiringState
from devices.ids import Grade, Role
from devices.jose import SigningKey

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
KEY = SigningKey.generate(Role.STATION, NOW, timedelta(days=365))
SEAL = StationSeal(KEY)


def noted(node, heard_ms):
    return Noted(
        "a1", node, "22366", "b1", 1, "r1", Grade.ROUTINE, AiringState.AIRED, NOW, 60_000,
        None, None, None, None, heard_ms, "Mất điện.",
    )  # fmt: skip


def as_aired(length=4):
    rows, previous = [], BEGINNING
    for seq in range(1, length + 1):
        corrects = None if seq < 3 else seq - 2
        row = entry(noted(f"n{seq % 2}", seq), seq=seq, at=NOW, corrects=corrects, previous=previous)
        rows.append(row)
        previous = row["hash"]
    return rows


def journal(aired):
    """A journal that vouches for the second and for the last entry of the as-aired log."""
    entries, previous = [], BEGINNING
    acts = [("airing.aired", {}), (ACT, vouch(aired[1])), ("node.enrolled", {}), (ACT, vouch(aired[-1]))]
    for seq, (act, detail) in enumerate(acts, start=1):
        fields = {"seq": seq, "at": written(NOW), "by": "station", "act": act, "subject": "a1"}
        fields |= {"detail": detail, "previous": previous, "kid": KEY.kid}
        digest = hash_of(fields)
        fields |= {"hash": digest, "signature": base64url(SEAL.sign(digest.encode()))}
        entries.append(fields)
        previous = digest
    return entries


def vouch(row):
    return {"entries": 2, "last": row["seq"], "hash": row["hash"]}


def lines():
    aired = as_aired()
    log = [canonical(line_fields(row)) for row in aired]
    return list(sealed(map(canonical, journal(aired)), log, SEAL, NOW))


def check(file):
    return verify_export(file, KEY.public_x)


def test_a_whole_file_is_sound_and_says_how_far_it_reaches():
    checked = check(lines())
    assert (checked.entries, checked.aired, checked.sealed_at) == (4, 4, written(NOW))


def test_a_file_without_anything_is_sound_when_sealed():
    assert check(list(sealed([], [], SEAL, NOW))).entries == 0


@pytest.mark.parametrize("kept", range(9))
def test_a_file_that_was_cut_off_is_found(kept):
    with pytest.raises(JournalBroken):
        check(lines()[:kept])


@given(st.integers(0, 8))
def test_a_line_left_out_is_found(place):
    file = lines()
    del file[place]
    with pytest.raises(JournalBroken):
        check(file)


@given(st.integers(0, 8), st.integers(0, 8))
def test_lines_put_elsewhere_are_found(one, other):
    file = lines()
    file[one], file[other] = file[other], file[one]
    if one == other:
        assert check(file)
        return
    with pytest.raises(JournalBroken):
        check(file)


@given(st.integers(0, 8), st.data())
def test_a_changed_character_is_found(place, data):
    file = lines()
    at = data.draw(st.integers(0, len(file[place]) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdefé").filter(lambda new: new != file[place][at]))
    file[place] = file[place][:at] + letter + file[place][at + 1 :]
    with pytest.raises(JournalBroken):
        check(file)


def test_an_end_of_the_log_that_was_cut_off_with_a_forged_seal_is_found():
    stranger = StationSeal(SigningKey.generate(Role.STATION, NOW, timedelta(days=1)))
    aired = as_aired()
    shorter = [canonical(line_fields(row)) for row in aired[:-1]]
    forged = list(sealed(map(canonical, journal(aired)), shorter, stranger, NOW))
    with pytest.raises(JournalBroken, match="khóa lạ"):
        check(forged)


def test_a_log_written_anew_from_some_entry_on_is_found_by_the_journal():
    aired, previous = as_aired(), as_aired()[1]["hash"]
    rewritten = aired[:2]
    for seq in (3, 4):
        row = entry(noted("n1", 60_000), seq=seq, at=NOW, corrects=None, previous=previous)
        rewritten.append(row)
        previous = row["hash"]
    log = [canonical(line_fields(row)) for row in rewritten]
    with pytest.raises(JournalBroken, match="nhật ký đã ghi"):
        check(list(sealed(map(canonical, journal(aired)), log, SEAL, NOW)))


def test_nothing_may_stand_after_the_seal():
    file = lines()
    with pytest.raises(JournalBroken, match="niêm phong"):
        check([*file, file[-1]])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"log":"as-aired"}', '{"log":"seal"}', "not JSON"])
def test_a_line_that_is_none_is_named(text):
    with pytest.raises(JournalBroken) as broken:
        check([text])
    assert broken.value.line == 1
