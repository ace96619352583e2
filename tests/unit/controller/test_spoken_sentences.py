"""A text in sentences as it will be said: nothing is lost, and each spot stands for its own letters."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from controller.features.editorial.spoken_sentences import sentences_of
from tests.support.nightly import examples
from tts.normalization import read
from tts.phrases import phrases

_PIECES = (
    "Mời bà con TDP số 5 họp lúc 19h30 ngày 26/11/2026.",
    "- Gọi 115 (hoặc 0258.3822115)!",
    "1. UBND phường thu 1.806 đồng/kWh; tăng 4,8%",
    "Công tác tuyên truỳên...",
    "Có không?",
    "“Theo Quyết định số 1322/QĐ-UBND”, ngày 20/11:",
    "NVA",
)
texts = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=7).flatmap(
    lambda some: st.sampled_from([" ", "\n", "\n\n"]).map(lambda between: between.join(some))
)


@examples(200)
@given(texts)
def test_all_that_is_said_is_in_the_sentences_and_cut_into_the_same_phrases(text):
    found = read(text)
    shown = sentences_of(found, (), ())
    assert " ".join(" ".join(one.spoken for one in shown).split()) == " ".join(found.spoken.split())
    whole = [one.text for one in phrases(found.spoken)]
    assert [one.text for sentence in shown for one in phrases(sentence.spoken)] == whole


@examples(200)
@given(texts)
def test_a_stretch_is_the_letters_that_it_stands_for_and_none_stands_twice(text):
    found = read(text)
    stretches = [one for sentence in sentences_of(found, (), ()) for one in sentence.stretches]
    assert all(before.end <= after.start for before, after in itertools.pairwise(stretches))
    left = set(range(len(found.written)))
    for one in stretches:
        left -= set(range(one.start, one.end))
        if not one.spoken:
            assert one.form == found.written[one.start : one.end]
    said = {place for span in found.spans if span.spoken for place in range(span.start, span.end)}
    assert not re.sub(r"\W", "", "".join(found.written[place] for place in left & said))
