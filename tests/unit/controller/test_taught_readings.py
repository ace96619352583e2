"""What a bulletin or the lexicon taught and what was mended is seen as such, and changes nothing else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from controller.features.bulletins.wording_views import Taught, as_read
from controller.model.wording import Manner, digest_of, words_with
from tests.support.nightly import examples
from tts.normalization import read

_PIECES = (
    "Mời bà con tổ dân phố số 5 họp lúc 19h30 ngày 26/11/2026.",
    "Gọi 115 hoặc 0258.3822115 khi cần.",
    "UBND phường thu 1.806 đồng/kWh, tăng 4,8%.",
    "Đại biểu HĐND tiếp xúc cử tri tại nhà văn hóa.",
    "Theo Quyết định số 1322/QĐ-UBND ngày 20/11.",
    "TDP số 12 tổng vệ sinh từ 6-8h sáng.",
    "Đường dài 115 km, rộng 12 m.",
    "Bà con mang CCCD và BHYT.",
)
_MENDED = "Công tác tuyên truỳên."  # letters that can be nothing else
_FORMS = ("UBND", "TDP", "HĐND", "CCCD", "BHYT", "115", "19h30", "26/11", "26/11/2026", "văn hóa", "cử tri")
_SYLLABLES = ("một", "năm", "tổ", "ủy", "ban", "hội", "đồng", "giờ", "phố", "xã")
texts = st.lists(st.sampled_from((*_PIECES, _MENDED)), min_size=1, max_size=6).map(" ".join)
spoken = st.lists(st.sampled_from(_SYLLABLES), min_size=1, max_size=5).map(" ".join)


def _outside(reading, spots):
    """What is said where no spot lies: each stretch that no plain rule read, and all plain letters."""
    spans = [one for one in reading.spans if not any(a < one.end and one.start < b for a, b in spots)]
    said = [(one.start, one.end, one.spoken, one.rule, one.sure) for one in spans if one.rule != "plain"]
    plain = {
        place
        for one in reading.spans
        if one.rule == "plain"
        for place in range(one.start, one.end)
        if reading.written[place].isalnum() and not any(a <= place < b for a, b in spots)
    }
    return said, plain


def _holds(span, form, said):
    """Whether a document's number holds the initials that were taught."""
    return span.rule != "plain" and form in re.split(r"[\W_]+", span.written) and said in span.spoken


def _taught(text, form, said, by):
    own, known = ((), ((form, said),)) if by is Taught.LEXICON else (((form, said),), ())
    return as_read(text, known, "north", own), read(text, words=dict(words_with(known, own)))


@examples(200)
@given(texts, st.sampled_from(_FORMS), spoken, st.sampled_from(Taught))
def test_what_was_taught_is_seen_as_such_and_changes_nothing_else(text, form, said, by):
    before = read(text)
    shown, after = _taught(text, form, said, by)
    taught = [one for one in after.spans if one.rule == "province" or _holds(one, form, said)]
    spots = [(one.start, one.end) for one in taught]
    assert {(one.written, one.spoken) for one in taught if one.rule == "province"} <= {(form, said)}
    assert [one.written for one in shown.parts if one.taught] == [one.written for one in taught]
    assert {one.taught for one in shown.parts} <= {by, None}
    assert _outside(after, spots) == _outside(before, spots)
    alone = [one for one in before.spans if one.written == form]
    assert len(taught) >= len(alone)  # wherever it stands by itself


@examples(200)
@given(texts, st.sampled_from(_FORMS), spoken)
def test_the_signed_digest_holds_what_a_bulletin_taught(text, form, said):
    manner = Manner(words=((form, said),))
    assert digest_of(text, manner) != digest_of(text)
    assert digest_of(text, manner) != digest_of(text, Manner(words=((form, f"{said} ạ"),)))


@examples(100)
@given(st.lists(st.sampled_from(_PIECES), max_size=3), st.sampled_from(_FORMS), spoken)
def test_a_mended_letter_is_seen_as_mended_whatever_was_taught(pieces, form, said):
    shown = as_read(" ".join([*pieces, _MENDED]), (), "north", ((form, said),))
    mended = [one for one in shown.parts if one.mended]
    assert [one.written.strip(".") for one in mended] == ["truỳên"]
    assert not any(one.sure or one.taught for one in mended)
