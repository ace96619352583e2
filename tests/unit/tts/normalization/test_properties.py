"""What holds for every text, however strange: total, free of digits, in order, stable, linear."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.any_text import ANY_CHARACTER
from tests.support.nightly import amount, examples
from tests.support.reading_shapes import SHAPES
from tts.normalization import read
from tts.normalization.syllables import is_syllable

_UP_TO = amount(5_000, 200_000)
_SCRAPS = (
    "22/5/2025 1322/QĐ-UBND Đ.15 K2 BĐ2-BĐ3 T2 CN Q.III/2025 15,5N-112,3E 12/3A 79A-123.45 0258.3.822.222 "
    "(Ảnh minh họa) ĐT TT X. T. H'Ler Sêrêpôk 2tr5 1.500.000 50 mg/100 ml m2/người -0,5 × § № ½ ٣ ５ Ⅻ ² "
    "V.1. ÷ *111# #abc @ab Ø90 1O.5OO l5/4 O905 H32.15-26 (84-258) P.102 12-12-17 CTHĐQT AM 2 000 "
    "BYT mm3 dm2 km3 cm² TT. P.12 N.V.A GS. (+) (T) T9 ÂL x K gđ TP. BK123456 1.012753 01-1:2018 "
    "22/0,4kV 6,7 60k/HK Ng.V.T "
    "UBND PBGDPL đ/c Đ/c: SARS-CoV-2 ubndxa@x.vn https://a.vn/b?c=1 VNeID ﬀ ǅ İ ß 中 \u0301 ' \" / : - – … %"
)
_BITS = st.sampled_from(_SCRAPS.split())
_TEXTS = st.one_of(
    st.text(ANY_CHARACTER, max_size=80),
    st.lists(_BITS, max_size=10).map(" ".join),
    st.lists(_BITS, max_size=10).map("".join),
    st.lists(st.one_of(_BITS, st.text(ANY_CHARACTER, max_size=4)), max_size=10).map(" ".join),
)


def _check(text):
    reading = read(text)
    assert not any(character.isnumeric() for character in reading.spoken)
    words = re.findall(r"[^\s.,;:?!]+", reading.spoken)
    assert [word for word in words if not is_syllable(word)] == []
    end = 0
    for span in reading.spans:
        assert end <= span.start <= span.end <= len(reading.written)
        assert reading.written[span.start : span.end] == span.written
        end = span.end
    for warning in reading.warnings:
        assert 0 <= warning.start <= warning.end <= len(reading.written)
    again = read(reading.spoken).spoken == reading.spoken  # a difference of two long texts takes minutes
    assert again


@settings(max_examples=amount(10, 250))
@given(_TEXTS)
def test_any_text_is_read_without_a_digit_and_stays_as_it_is_when_read_again(text):
    _check(text)


@examples(100)
@given(_TEXTS, st.sampled_from(["central", "south"]))
def test_a_region_changes_only_numbers(text, region):
    def alike(spoken):
        return spoken.replace("ngàn", "nghìn").replace("lẻ", "linh").replace("linh bốn", "linh tư")

    assert alike(read(text, region=region).spoken) == alike(read(text).spoken)


def test_a_very_long_text_of_anything_is_read():
    chance = random.Random(3)
    scraps = _SCRAPS.split()
    pieces = []
    for _ in range(_UP_TO // 2):  # each round adds two characters or more
        pieces.append(chance.choice(scraps))
        pieces.append(
            chr(chance.choice([32, 10, chance.randrange(0xD800), chance.randrange(0xE000, 0x10FFFF)]))
        )
    text = "".join(pieces)[:_UP_TO]
    assert len(text) == _UP_TO
    _check(text)


_FEW, _MORE = amount((500, 2_000), (2_000, 8_000))  # characters
_SLACK = 0.05
"""Seconds of processor time by which a busy machine may be slower; less than that is quick as it is."""


def _work(text):
    began = time.process_time()
    read(text, words={"XÃ Ả": "xã ả"})
    return time.process_time() - began


@pytest.mark.parametrize("unit", SHAPES[:: amount(10, 1)])
def test_reading_takes_time_in_proportion_to_the_text(unit):
    long, short = unit * (_MORE // len(unit)), unit * (_FEW // len(unit))
    more = _work(long)
    if more >= _SLACK:  # once more: a whole collection of garbage costs as much as what is measured
        more, few = min(more, _work(long)), min(_work(short) for _ in range(2))
        assert (
            more < 8 * few + _SLACK
        )  # four times as much in proportion, sixteen times where it is quadratic
