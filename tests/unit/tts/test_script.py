import pytest

from tts.errors import TextError
from tts.mixing import CLOSING, OPENING
from tts.script import CLOSING_WORDS, script_of


def test_a_bulletin_is_framed_by_chimes_title_and_thanks():
    script = script_of("Thông báo", "Xin chào bà con. Mời họp.", framed=True)
    assert script.all[0].chime == OPENING
    assert script.all[-1].chime == CLOSING
    assert [line.text for line in script.lines] == [
        "Thông báo",
        "Xin chào bà con.",
        "Mời họp.",
        CLOSING_WORDS,
    ]
    assert script.text.splitlines() == ["Thông báo", "Xin chào bà con. Mời họp.", CLOSING_WORDS]


def test_without_a_frame_the_text_is_alone():
    assert [line.text for line in script_of("Thông báo", "Mời họp.", framed=False).all] == ["Mời họp."]


def test_a_bulletin_without_title_begins_after_the_chime():
    script = script_of("  ", "Mời họp.", framed=True)
    assert [line.text for line in script.all] == ["", "Mời họp.", CLOSING_WORDS, ""]


def test_the_title_stands_apart_from_the_text():
    script = script_of("Thông báo", "Mời họp.", framed=True)
    assert script.lines[0].rest_ms > 800


def test_a_text_with_nothing_to_say_has_no_lines_or_is_refused():
    try:
        lines = script_of("Thông báo", "  \n ", framed=True).lines
    except TextError:
        return
    assert lines == ()


def test_figures_are_spoken_as_words():
    said = script_of("", "Họp lúc 7 giờ.", framed=False).lines[0].text
    assert "bảy giờ" in said


@pytest.mark.parametrize("framed", [True, False])
def test_the_same_bulletin_has_the_same_script(framed):
    assert script_of("A", "Mời họp.", framed=framed) == script_of("A", "Mời họp.", framed=framed)


WORDS = (("PBGDPL", "phổ biến giáo dục pháp luật"),)


def test_the_words_of_a_province_are_said_in_title_and_text():
    script = script_of("Công tác PBGDPL", "Về PBGDPL.", framed=True, words=WORDS)
    assert script.text.count("phổ biến giáo dục pháp luật") == 2


def test_a_word_that_is_not_used_leaves_the_script_as_it_was():
    asked = {"title": "Thông báo", "text": "Mời 12 hộ họp.", "framed": True}
    assert script_of(**asked) == script_of(**asked, words=WORDS)


def test_the_south_says_its_own_number_words():
    asked = {"title": "", "text": "Có 1.005 hộ.", "framed": False}
    assert "nghìn" in script_of(**asked).text
    assert "ngàn" in script_of(**asked, region="south").text
