"""Other readings of a spot: what a person may choose instead of what is read."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.nightly import amount
from tts.normalization import alternatives, read
from tts.normalization.syllables import is_syllable


def _others(text, written, **more):
    span = next(one for one in read(text, **more).spans if one.written == written)
    return [one.spoken for one in alternatives(text, span.start, span.end, **more)]


def test_initials_may_mean_something_else_or_be_spelt():
    others = _others("mời HS, GV đến dự", "HS")
    assert "hồ sơ" in others
    assert others[-1] == "hát ét"
    assert "học sinh" not in others  # that is how it is read


def test_two_numbers_may_be_a_part_a_day_or_a_range():
    others = _others("đạt 3/4 số hộ", "3/4")
    assert {"ngày ba tháng tư", "ba đến bốn", "ba trên bốn"} <= set(others)


def test_a_short_telephone_number_may_be_an_amount():
    assert _others("gọi 113 nhé", "113") == ["một trăm mười ba"]


def test_a_word_that_was_taught_may_be_read_as_without_it():
    assert "học sinh" in _others("Mời HS nhé", "HS", words={"HS": "hoàng sâm"})


def test_numbers_are_said_as_the_region_says_them():
    text = "giá 1.005 đồng"
    assert all("nghìn" not in spoken for spoken in _others(text, "1.005 đồng", region="south"))


def test_a_word_among_plain_ones_has_none():
    assert alternatives("Mời bà con đến họp", 4, 6) == ()


def test_places_that_are_none_have_none():
    assert alternatives("Mời bà con", 90, 95) == ()
    assert alternatives("", 0, 0) == ()


_WRITTEN = """22/5/2025 1322/QĐ-UBND 5/12 HS TT. 1.005 113 VNeID P. 5-7 xyz Đắk 3/0 -0,5
    ½ 中 (AI) a) II"""
_PIECES = st.sampled_from(_WRITTEN.split())


@settings(max_examples=amount(10, 150))
@given(st.lists(_PIECES, min_size=1, max_size=5).map(" ".join))
def test_every_alternative_can_be_spoken(text):
    for span in read(text).spans:
        for one in alternatives(text, span.start, span.end):
            words = re.findall(r"[^\s.,;:?!]+", one.spoken)
            assert words
            assert [word for word in words if not is_syllable(word)] == []


def test_on_air_the_literal_reading_is_offered_first():
    assert _others("Quyết định 12/QĐ-UBND", "12/QĐ-UBND", register="radio")[0] == (
        "mười hai, quyết định ủy ban nhân dân"
    )
