import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.chunks import (
    CHUNK_SIZE,
    Bitmap,
    chunk_length,
    digest,
    manifest_of,
    proven,
    sent_forms,
    split,
    want_of,
    wanted,
)
from devices.merkle import inclusion_proof, proof_length
from devices.messages import LARGEST_CHUNK, MOST_CHUNKS, Manifest, Want

counts = st.integers(1, 300)


def described(data, size=1024):
    return manifest_of(data, codec="mp3", sample_rate=24_000, duration_ms=1000, chunk_size=size)


@given(st.binary(min_size=1, max_size=6000))
def test_each_chunk_as_it_is_sent_proves_its_bytes_and_they_join_to_the_same(data):
    manifest, pieces = described(data), split(data, 1024)
    found = [proven(manifest, n, sent) for n, sent in enumerate(sent_forms(data, 1024))]
    assert found == list(pieces)
    assert [chunk_length(manifest, n) for n in range(manifest.count)] == [len(piece) for piece in pieces]
    assert b"".join(pieces) == data


@given(st.binary(min_size=2000, max_size=6000), st.data())
def test_one_wrong_bit_is_found_in_bytes_and_proof(data, draw):
    manifest, sent = described(data), sent_forms(data, 1024)
    n = draw.draw(st.integers(0, len(sent) - 1))
    at = draw.draw(st.integers(0, len(sent[n]) - 1))
    bad = bytearray(sent[n])
    bad[at] ^= 1 << draw.draw(st.integers(0, 7))
    assert proven(manifest, n, bytes(bad)) is None


DATA = b"".join(bytes([n]) * 1024 for n in range(7))
OTHER = b"".join(bytes([n]) * 1024 for n in range(7, 14))


def test_attack_a_chunk_of_another_recording_is_refused_with_its_own_and_with_the_true_proof():
    manifest, true, false = described(DATA), sent_forms(DATA, 1024), sent_forms(OTHER, 1024)
    assert len(true[0]) == len(false[0])
    assert proven(manifest, 0, false[0]) is None
    assert proven(manifest, 0, false[0][:1024] + true[0][1024:]) is None


def test_attack_chunks_that_change_their_places_are_refused():
    data = bytes(1024) + bytes([1]) * 1024 + bytes([2]) * 1000
    manifest, sent = described(data), sent_forms(data, 1024)
    assert proven(manifest, 1, sent[0]) is None
    assert proven(manifest, 0, sent[1]) is None
    assert proven(manifest, 2, sent[0]) is None
    assert proven(manifest, 3, sent[2]) is None
    assert proven(manifest, -1, sent[1]) is None


@pytest.mark.parametrize("more", [bytes(1), bytes(32), bytes(32 * 4096)])
def test_attack_a_proof_that_is_too_long_or_too_short_is_refused(more):
    manifest, sent = described(DATA), sent_forms(DATA, 1024)
    assert proven(manifest, 3, sent[3] + more) is None
    assert proven(manifest, 3, sent[3][: -len(more)]) is None
    assert proven(manifest, 3, b"") is None


def test_attack_an_inner_node_of_the_tree_is_no_chunk():
    sent = sent_forms(DATA[:2048], 1024)
    inner = sent[1][1024:] + sent[0][1024:]  # the two leaves: what the root is the digest of
    lie = Manifest(**described(DATA[:2048]).model_dump() | {"size": 64, "chunk_size": 1024})
    assert proven(lie, 0, inner) is None


def test_what_is_remembered_as_proven_counts_for_its_own_recording_and_place_alone():
    manifest, sent = described(DATA), sent_forms(DATA, 1024)
    other = described(DATA + DATA)
    assert proven(manifest, 2, sent[2], digest(sent[2])) == proven(manifest, 2, sent[2], digest(sent[2]))
    assert proven(manifest, 3, sent[2], digest(sent[2])) is None
    assert proven(other, 2, sent[2], digest(sent[2])) is None


def test_a_manifest_of_six_hours_is_as_short_as_one_of_a_minute_and_its_proofs_have_twelve_digests():
    size = MOST_CHUNKS * LARGEST_CHUNK
    facts = {"recording": "0" * 64, "codec": "mp3", "sample_rate": 24_000, "duration_ms": 1, "root": "0" * 64}
    longest = Manifest(**facts, size=size, chunk_size=LARGEST_CHUNK)
    assert (longest.count, proof_length(0, longest.count), len(longest.payload())) == (4096, 12, 240)
    with pytest.raises(ValueError, match="chunks"):
        Manifest(**facts, size=size // 2 + 1, chunk_size=LARGEST_CHUNK // 2)


@given(st.integers(1, 4096), st.data())
def test_a_proof_is_as_long_as_said(size, draw):
    index = draw.draw(st.integers(0, size - 1))
    leaves = [bytes(32)] * size
    assert len(inclusion_proof(leaves, index)) == proof_length(index, size)


def test_the_usual_chunk_is_32_kib():
    assert [len(piece) for piece in split(bytes(CHUNK_SIZE * 2 + 1))] == [32768, 32768, 1]


def test_the_example_of_the_protocol_page():
    held = Bitmap.of(10, {1, 2, 4, 5, 6, 7, 8})
    assert held.missing().base64() == "CQI="
    assert list(Bitmap.from_base64("CQI=", 10)) == [0, 3, 9]


@given(counts, st.data())
def test_a_bitmap_is_a_set_of_numbers_that_goes_over_the_wire(count, draw):
    numbers = draw.draw(st.sets(st.integers(0, count - 1)))
    bitmap = Bitmap.of(count, numbers)
    assert (set(bitmap), len(bitmap)) == (numbers, len(numbers))
    assert set(bitmap.missing()) == set(range(count)) - numbers
    assert bitmap.is_full is (len(numbers) == count)
    assert Bitmap.from_base64(bitmap.base64(), count) == bitmap


@given(counts, st.data())
def test_a_want_asks_for_exactly_what_is_not_held(count, draw):
    held = Bitmap.of(count, draw.draw(st.sets(st.integers(0, count - 1))))
    assert wanted(want_of("n", "0" * 64, held)) == held.missing()


def test_setting_says_whether_it_is_new():
    bitmap = Bitmap(3)
    assert (bitmap.set(2), bitmap.set(2), 2 in bitmap, 1 in bitmap) == (True, False, True, False)


@pytest.mark.parametrize("n", [-1, 3])
def test_a_number_outside_is_refused(n):
    with pytest.raises(IndexError):
        Bitmap(3).set(n)
    assert n not in Bitmap.full(3)


@pytest.mark.parametrize(
    ("text", "count"), [("CQI=", 8), ("CQI=", 17), ("////", 20), ("CQ", 8), ("*", 8), ("CQI=\n", 10)]
)
def test_a_bitmap_of_another_length_or_with_bits_beyond_its_count_is_refused(text, count):
    with pytest.raises(ValueError):
        Bitmap.from_base64(text, count)


def test_the_largest_want_fits_its_field():
    text = Bitmap.full(MOST_CHUNKS).base64()
    assert Want(node="n", recording="0" * 64, count=MOST_CHUNKS, missing=text).missing == text
