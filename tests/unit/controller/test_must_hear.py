"""Which sentences an approver must hear: pure, by the script and the reading of real texts."""

import pytest

from controller.features.bulletins.must_hear import Before, Why, Words, sentences_of, to_hear
from tests.support.phrase_clock import times_of
from tts.normalization import read

TITLE = "Lịch tiêm phòng"
SURE = [
    "Trạm y tế mời bà con đưa trẻ đi tiêm.",
    "Bà con nhớ mang theo sổ tiêm.",
    "Trẻ đang sốt thì tiêm sau.",
]
DOUBT = "Liên hệ chị Hwng ở kho XKZT."


def words_of(text, title=TITLE, issuer="", readings=1):
    return Words(read(issuer), read(title), read(text), readings)


def asked(text, *, before=None, recording="a" * 64, person="duyet", **how):
    return to_hear(
        times_of(TITLE, text, **how), words_of(text, **how), before, recording=recording, person=person
    )


def texts(found, why):
    return [one.text for one in found.needed if why in one.why]


def test_a_doubtful_sentence_and_the_title_are_needed_and_one_sample():
    found = asked(" ".join([*SURE, DOUBT]))
    assert not any(one.sure for one in read(DOUBT).spans if one.rule == "spelt")
    assert len(texts(found, Why.DOUBT)) == 1
    assert texts(found, Why.TITLE) == ["Lịch tiêm phòng."]
    (sample,) = texts(found, Why.SAMPLE)
    assert sample in SURE
    assert found.needed_ms < 8_000


def test_the_sample_is_another_one_for_another_person_or_recording():
    text = " ".join(f"Câu số {number} nói về nước sạch." for number in range(40))
    drawn = {tuple(texts(asked(text, person=one), Why.SAMPLE)) for one in ("an", "binh", "chi")}
    assert len(drawn) == 3
    assert all(len(one) == 4 for one in drawn)  # one in ten
    assert asked(text) == asked(text)


def test_of_a_text_read_twice_only_the_first_reading_is_needed():
    found = asked(" ".join([*SURE, DOUBT]), readings=2, issuer="Trạm y tế xã")
    assert len(texts(found, Why.DOUBT)) == len(texts(found, Why.SAMPLE)) == 1
    assert texts(found, Why.TITLE) == ["Trạm y tế xã.", "Lịch tiêm phòng."]


def test_what_is_mended_is_heard():
    (doubt,) = texts(asked(f"{SURE[0]} Bà con đi tiêm ngày 2O/11. {SURE[1]}"), Why.DOUBT)
    assert "hai mươi" in doubt


def test_only_what_changed_is_new_and_what_this_person_heard_before_is_known():
    old, changed = " ".join([*SURE, DOUBT]), "Bà con nhớ mang theo thẻ bảo hiểm."
    keys = {one.key for one in sentences_of(times_of(TITLE, old))}
    new = " ".join([SURE[0], changed, SURE[2], DOUBT])
    found = asked(new, before=Before(frozenset(keys), frozenset(keys)))
    assert [one.text for one in found.needed] == [changed]
    assert texts(asked(new, before=Before(frozenset(keys), frozenset())), Why.DOUBT)
    everything = asked(new, before=Before(frozenset(), frozenset()))  # another voice: nothing is known
    assert len(everything.needed) == 5


def test_words_that_are_not_what_was_recorded_leave_nothing_to_skim():
    spoken = times_of(TITLE, " ".join(SURE))
    for words in (words_of(" ".join(SURE[:2])), words_of(" ".join(SURE), title="Khác"), words_of("")):
        assert to_hear(spoken, words, None, recording="a", person="b") is None
    assert to_hear((), words_of(SURE[0]), None, recording="a", person="b") is None


@pytest.mark.parametrize("short", [0, 1])
def test_a_sentence_is_heard_when_it_was_played_to_its_end(short):
    found = asked(" ".join([*SURE, DOUBT]))
    spans = [(one.start_ms, one.end_ms - short * 300) for one in found.needed]
    assert bool(found.left(spans)) is bool(short)
    assert found.left([(0, 8_000)]) == ()
    told = found.told(spans)
    assert told["phrases"] == len(times_of(TITLE, " ".join([*SURE, DOUBT])))
    assert (told["phrases_heard"] == told["phrases_needed"]) is not bool(short)


def test_sentences_end_at_every_mark_that_ends_a_thought():
    text = "Mời bà con:\nmang theo sổ;\nmang theo thẻ.\nXin hết"
    assert len(list(sentences_of(times_of(TITLE, text)))) == 6
