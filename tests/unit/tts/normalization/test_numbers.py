"""Number words, held against a parser of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.normalization.numbers import LARGEST, cardinal, roman_value, spell_digits, written_number

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_UNITS = {"mốt": 1, "tư": 4, "lăm": 5, **{word: value for value, word in enumerate(_DIGITS)}}


def _value(words):
    """The number that the words mean, worked out from the right meaning of each word alone."""
    if "tỷ" in words:
        place = len(words) - 1 - words[::-1].index("tỷ")
        return _value(words[:place]) * 10**9 + _value(words[place + 1 :])
    for scale, worth in (("triệu", 10**6), ("nghìn", 1000), ("trăm", 100)):
        if scale in words:
            place = words.index(scale)
            return _value(words[:place]) * worth + _value(words[place + 1 :])
    if "mươi" in words:
        place = words.index("mươi")
        return _value(words[:place]) * 10 + _value(words[place + 1 :])
    if words[:1] == ["mười"]:
        return 10 + _value(words[1:])
    if words[:1] == ["linh"]:
        return _value(words[1:])
    assert len(words) <= 1, words
    return _UNITS[words[0]] if words else 0


@given(st.one_of(st.integers(0, 10**4), st.integers(0, 10**12), st.integers(0, LARGEST - 1)))
def test_a_number_comes_back_from_its_words(number):
    assert _value(cardinal(number).split()) == number


def test_every_number_up_to_two_thousand_comes_back():
    assert [n for n in range(2001) if _value(cardinal(n).split()) != n] == []


@given(st.integers(1, 10**12))
def test_points_between_thousands_do_not_change_the_number(number):
    assert written_number(f"{number:,}".replace(",", ".")) == cardinal(number)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("12,05", "mười hai phẩy không năm"), ("0,5", "không phẩy năm"), ("1,125", "một phẩy một hai năm")],
)
def test_decimals_are_read_after_the_comma(written, spoken):
    assert written_number(written) == spoken


def test_below_zero_is_said():
    assert cardinal(-21) == "âm hai mươi mốt"


def test_digits_are_spelt_one_by_one():
    assert spell_digits("0914") == "không chín một bốn"


def test_roman_numbers_are_understood_and_others_refused():
    assert [roman_value(letters) for letters in ("I", "IV", "IX", "XIII", "XXI")] == [1, 4, 9, 13, 21]
    assert [roman_value(letters) for letters in ("", "IIII", "VX", "ABC")] == [None] * 4
