import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.chunks import CHUNK_SIZE, Bitmap, chunk_length, fits, manifest_of, split, want_of, wanted
from devices.messages import MOST_CHUNKS, Want

counts = st.integers(1, 300)


def described(data, size=1024):
    return manifest_of(data, codec="mp3", sample_rate=24_000, duration_ms=1000, chunk_size=size)


@given(st.binary(min_size=1, max_size=6000))
def test_what_is_split_is_described_piece_by_piece_and_joins_to_the_same(data):
    manifest, pieces = described(data), split(data, 1024)
    assert all(fits(manifest, n, piece) for n, piece in enumerate(pieces))
    assert [chunk_length(manifest, n) for n in range(len(pieces))] == [len(piece) for piece in pieces]
    assert b"".join(pieces) == data


@given(st.binary(min_size=2000, max_size=3000), st.data())
def test_one_wrong_bit_is_found(data, draw):
    manifest, pieces = described(data), split(data, 1024)
    n = draw.draw(st.integers(0, len(pieces) - 1))
    at = draw.draw(st.integers(0, len(pieces[n]) - 1))
    bad = bytearray(pieces[n])
    bad[at] ^= 1 << draw.draw(st.integers(0, 7))
    assert not fits(manifest, n, bytes(bad))


def test_a_chunk_fits_no_other_place_and_no_place_that_is_not():
    data = bytes(1024) + bytes([1]) * 1000
    manifest, pieces = described(data), split(data, 1024)
    assert not fits(manifest, 1, pieces[0])
    assert not fits(manifest, 2, pieces[0])
    assert not fits(manifest, -1, pieces[1])


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
