"""Mending of broken text: every change is a visible span, never sure, and never wins over the lexicon."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.nightly import amount, examples
from tts.normalization import read
from tts.normalization.cleaning import clean
from tts.normalization.edits import EditedLine
from tts.normalization.mending import mend

_WRITTEN = [
    line.split("\t")[1] for line in (Path(__file__).parent / "spoken.tsv").read_text("utf-8").splitlines()[1:]
]
_BROKEN = ("đượ c", "Ủ y ban", "l5/ll/2025", "15 .000 đồng", "QUY Ế T", "cuả", "UBNDxã", "Ø90", "th ông")


def _mended(text, words=None):
    return [(one.typed, one.written) for one in read(text, words=words or {}).spans if one.typed is not None]


def as_typed(reading):
    """The text before mending, put together from the spans."""
    pieces, done = [], 0
    for span in reading.spans:
        pieces += (reading.written[done : span.start], span.written if span.typed is None else span.typed)
        done = span.end
    return re.sub(r"\s", "", "".join((*pieces, reading.written[done:])))


def test_what_mending_changed_is_a_span_of_its_own_that_nobody_is_sure_of():
    reading = read("Bà con đượ c họp l5/11, cuả 15 .000 đồng")
    assert [(one.typed, one.written, one.rule) for one in reading.spans if one.typed is not None] == [
        ("đượ c", "được", "mended"),
        ("l5/11", "15/11", "date"),
        ("cuả", "của", "mended"),
        ("15 .000 đồng", "15.000 đồng", "money"),
    ]
    assert not [one for one in reading.spans if one.typed is not None and one.sure]
    assert all(one.sure for one in reading.spans if one.written in {"Bà con", "họp"})


@examples(150)
@given(st.lists(st.one_of(st.sampled_from(_WRITTEN), st.sampled_from(_BROKEN)), min_size=1, max_size=4))
def test_the_spans_hold_all_that_was_typed(pieces):
    text = "\n".join(" ".join(pieces[place : place + 2]) for place in range(0, len(pieces), 2))
    cleaned, _ = clean(text)
    assert as_typed(read(text)) == re.sub(r"\s", "", cleaned)


def test_a_text_of_many_lines_is_mended_as_its_lines_are():
    lines = [clean(line)[0] for line in _WRITTEN[:: amount(5, 1)] if "\n" not in line]
    whole, edits = mend("\n".join(lines))
    assert whole == "\n".join(mend(line)[0] for line in lines)
    typed = edits.typed(whole, 0, len(whole))
    assert typed is not None
    assert typed.replace(" ", "") == "\n".join(lines).replace(" ", "")


@pytest.mark.parametrize("text", ["Thú y ban hành văn bản", "cán bộ thú y ban ngày trực", "điểm đ ở Điều 5"])
def test_two_words_that_may_stand_side_by_side_are_not_joined(text):
    assert read(text).written == text


@pytest.mark.parametrize(
    ("text", "entry", "spoken"),
    [
        ("bà con đượ c mời", "đượ c", "đặng"),
        ("xã Cuả họp", "xã Cuả", "xã cù a"),
        ("lô l5 bán", "lô l5", "lô e lờ năm"),
        ("gặp UBNDxã", "UBNDxã", "ủy ban của xã"),
        ("xã th ông Nhãn", "th ông", "thờ ông"),
    ],
)
def test_mending_never_wins_over_a_word_that_the_province_taught(text, entry, spoken):
    reading = read(text, words={entry: spoken})
    assert [(one.written, one.spoken) for one in reading.spans if one.rule == "province"] == [(entry, spoken)]
    assert _mended(text, {entry: spoken}) == []


def test_what_the_province_taught_does_not_stop_mending_elsewhere():
    assert _mended("xã Cuả đượ c thăm", {"xã Cuả": "xã cù a"}) == [("đượ c", "được")]


def test_changes_on_changes_are_told_once_with_what_was_typed():
    line = EditedLine("a b c d")
    text = line.substitute(re.compile(" b"), "xyz", line.text)
    text = line.substitute(re.compile("yz c"), "y", text)
    assert (text, [(one.start, one.end, one.typed) for one in line.edits()]) == ("axy d", [(1, 3, " b c")])
