"""Phrases: what the voice gets in one call."""

from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.nightly import amount, examples
from tts import phrases as dividing
from tts.normalization import read
from tts.normalization.numbers import NUMBER_WORDS, cardinal
from tts.phrases import (
    BREATH_MS,
    CLAUSE_MS,
    COMFORTABLE_CHARACTERS,
    LIST_ITEM_MS,
    MOST_SYLLABLES,
    PARAGRAPH_MS,
    SENTENCE_MS,
    Phrase,
    phrases,
)

_LEGAL = (
    "Căn cứ Luật Đất đai số 31/2024/QH15, Nghị định số 123/2024/NĐ-CP ngày 04/10/2024 của Chính phủ quy định"
    " về xử phạt vi phạm hành chính trong lĩnh vực đất đai, theo đề nghị của Trưởng phòng Kinh tế, Hạ tầng và"
    " Đô thị tại Tờ trình số 108/TTr-KTHT, Ủy ban nhân dân xã thông báo đến các tổ chức, hộ gia đình, cá nhân"
    " đang sử dụng đất trên địa bàn về việc kê khai, đăng ký đất đai lần đầu và chỉnh lý biến động theo quy"
    " định của pháp luật hiện hành."
)


def test_a_sentence_with_commas_stays_whole():
    assert phrases("Thưa bà con, hôm nay, xã họp.") == (
        Phrase("Thưa bà con, hôm nay, xã họp.", PARAGRAPH_MS, "paragraph"),
    )


def test_sentences_rest_shorter_than_paragraphs():
    said = phrases("Một câu. Hai câu!\nBa câu?")
    assert [(p.pause_ms, p.closes) for p in said] == [
        (SENTENCE_MS, "sentence"),
        (PARAGRAPH_MS, "paragraph"),
        (PARAGRAPH_MS, "paragraph"),
    ]


def test_a_list_item_has_its_own_rest():
    said = phrases("Gồm:\nviệc thứ nhất;\nviệc thứ hai.")
    assert [p.pause_ms for p in said] == [LIST_ITEM_MS, LIST_ITEM_MS, PARAGRAPH_MS]


def test_nothing_gives_no_phrase():
    assert phrases("") == phrases(" \n\n ") == phrases("...\n.") == ()


def test_a_long_sentence_is_cut_at_the_semicolon():
    clause = "ủy ban nhân dân xã báo cho bà con lịch tiêm phòng"
    cut = phrases(f"{clause}, {clause}; {clause} {clause}.")
    assert cut[0].text.endswith(";")
    assert (cut[0].pause_ms, cut[0].closes) == (CLAUSE_MS, "clause")
    assert all(len(phrase.text) <= COMFORTABLE_CHARACTERS for phrase in cut)


def test_a_numbered_item_of_a_list_rests_longer_before_it():
    said = phrases("Có hai việc. một, Làm đường. mười hai, Làm cầu. Xong.")
    assert [p.pause_ms for p in said] == [LIST_ITEM_MS, LIST_ITEM_MS, SENTENCE_MS, PARAGRAPH_MS]


def test_a_long_sentence_is_rather_cut_where_a_clause_begins_than_inside_a_list():
    words = "xã nhà lo cho dân các việc"
    cut = phrases(f"{words}, {words}, {words}, nhằm {words}, {words}.")
    assert [phrase.text.split()[0] for phrase in cut] == ["xã", "nhằm"]


def test_without_a_mark_the_breath_is_before_a_word_that_joins_and_not_after_one():
    cleaning = "Đề nghị bà con toàn xã cùng nhau dọn vệ sinh đường làng ngõ xóm sạch sẽ"
    cut = phrases(f"{cleaning} và các công trình công cộng khác gần khu dân cư mới xây dựng năm nay.")
    assert (cut[0].pause_ms, cut[0].closes) == (BREATH_MS, "clause")
    assert cut[1].text.startswith("và các công trình")


def test_no_phrase_of_a_legal_text_is_longer_than_the_voice_takes_at_once():
    said = phrases(read(_LEGAL))
    assert max(len(phrase.text) for phrase in said) <= COMFORTABLE_CHARACTERS + 12
    assert min(len(phrase.text.split()) for phrase in said) >= 4


@pytest.mark.parametrize(
    ("written", "first"),
    [
        (
            "Thông báo số 12/TB-UBND ngày 20/11/2026 về việc tiêm phòng dại cho chó, mèo.",
            "Thông báo số mười hai của ủy ban nhân dân",
        ),
        (
            "Mọi thắc mắc xin gọi 19001909.",
            "Mọi thắc mắc xin gọi một chín không không, một chín không chín, xin nhắc lại,",
        ),
    ],
)
def test_a_sentence_that_is_cut_begins_with_a_short_phrase(written, first):
    assert phrases(read(written, register="radio"))[0].text == first


def test_a_line_without_a_mark_is_closed_by_a_full_stop():
    assert [phrase.text for phrase in phrases("thông báo\nMời họp.")] == ["thông báo.", "Mời họp."]


def test_the_lines_of_a_heading_are_closer_than_heading_and_text():
    long_line = "Hôm nay xã mời bà con trong thôn đến họp tại nhà văn hóa."
    said = phrases(f"ủy ban nhân dân\nxã vạn thắng\n{long_line}\n")
    assert [phrase.pause_ms for phrase in said] == [SENTENCE_MS, PARAGRAPH_MS, PARAGRAPH_MS]


def test_lines_of_a_list_without_marks_rest_as_items():
    said = phrases(read("Hồ sơ gồm\na) Đơn\nb) Bản sao\n\nHết"))
    assert [phrase.pause_ms for phrase in said] == [LIST_ITEM_MS, LIST_ITEM_MS, PARAGRAPH_MS, PARAGRAPH_MS]


def test_a_date_at_the_start_may_stand_by_itself():
    decided = "Ủy ban nhân dân tỉnh ban hành Quyết định công bố thủ tục hành chính mới trong lĩnh vực hộ tịch"
    said = phrases(read(f"Ngày 22/5/2025, {decided}."))
    assert [phrase.text.split()[-1] for phrase in said] == ["lăm,", "tịch."]


def test_a_sentence_without_marks_is_cut_between_words():
    said = phrases(" ".join(["loa"] * 250) + ".")
    assert max(len(phrase.text.split()) for phrase in said) <= MOST_SYLLABLES
    assert said[-1].closes == "paragraph"


def test_a_reading_is_taken_as_well():
    assert phrases(read("Có 9 hộ.")) == phrases("Có chín hộ.")


@pytest.mark.parametrize("number", [123_456_789_123, 999_999_999_999])
def test_a_number_is_never_divided(number):
    words = cardinal(number)
    for before in range(40, 105, amount(4, 1)):
        said = phrases(" ".join(["loa"] * before) + f" {words} " + " ".join(["loa"] * 80) + ".")
        assert sum(words in phrase.text for phrase in said) == 1, before


def test_a_telephone_number_in_groups_is_not_divided():
    number = read("0912 345 678").spoken
    for before in range(40, 75):
        said = phrases(" ".join(["loa"] * before) + f", {number}, " + " ".join(["loa"] * 60) + ".")
        assert sum(number in phrase.text for phrase in said) == 1, before


def _bare(text):
    """Without full stops, one of which a line may be given at its end."""
    return " ".join(text.replace(".", " ").split())


_WORDS = st.sampled_from(
    ["loa", "xã", "và", "một", "trăm", "năm,", "hộ;", "dân,", "nhà:", "gì?", "đi.", "\n", "mười"]
)


@examples(200)
@given(st.lists(_WORDS, max_size=400).map(" ".join))
def test_joined_phrases_are_the_text_and_none_is_too_long(text):
    spoken = read(text).spoken
    said = phrases(spoken)
    assert _bare(" ".join(phrase.text for phrase in said)) == _bare(spoken)
    assert all(0 < len(phrase.text.split()) <= MOST_SYLLABLES for phrase in said)
    for one, two in pairwise(said):
        divided = (
            one.text.split()[-1] in NUMBER_WORDS and two.text.split()[0].rstrip(",;:.?!") in NUMBER_WORDS
        )
        assert not divided or one.closes != "clause"


_FEW_WORDS = st.sampled_from(["và", "đến,", "x" * 30, "x" * 50 + ",", "một", "hai,", "theo"])


@given(st.lists(_FEW_WORDS, min_size=7, max_size=9))
def test_of_all_ways_to_divide_a_sentence_the_one_that_costs_least_is_found(words):
    def cost(pieces):
        ends = [sum(map(len, pieces[:number])) for number in range(1, len(pieces))]
        lengths = [sum(len(word) + 1 for word in piece) for piece in pieces]
        alone = sum(map(dividing._cost_of_length, map(len, pieces), lengths))
        alone += dividing._cost_of_wait(lengths[0])
        return alone + sum(dividing._cost_of_cut(words, end) for end in ends)

    def divided(cuts):
        return [words[one:other] for one, other in pairwise([0, *cuts, len(words)])]

    assume(sum(map(len, words)) + len(words) > COMFORTABLE_CHARACTERS)  # a shorter one is not divided
    places = range(1, len(words))
    ways = (divided(cuts) for many in range(len(words)) for cuts in combinations(places, many))
    found = [list(piece) for piece in dividing._pieces(words)]
    assert cost(found) == pytest.approx(min(map(cost, ways)))
