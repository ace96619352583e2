import pytest

from tts.errors import BadReadings, TextError
from tts.phrases import BREATH_MS, SENTENCE_MS
from tts.script import CLOSING_WORDS, REPEAT_WORDS, script_of
from tts.sections import ALERT, CLOSING, OPENING


def test_a_bulletin_is_framed_by_chimes_title_and_thanks():
    script = script_of("Thông báo", "Xin chào bà con. Mời họp.", framed=True)
    assert script.all[0].chime == OPENING
    assert script.all[-1].chime == CLOSING
    assert [line.text for line in script.lines] == [
        "Thông báo.",
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


def test_a_repeated_text_is_announced_each_time_and_framed_once():
    script = script_of("Thông báo", "Xin chào bà con. Mời họp.", framed=True, readings=3)
    body = ["Xin chào bà con.", "Mời họp."]
    repeated = [*body, REPEAT_WORDS, *body, REPEAT_WORDS, *body]
    assert [line.text for line in script.lines] == ["Thông báo.", *repeated, CLOSING_WORDS]
    assert [line.chime for line in script.all if line.chime] == [OPENING, CLOSING]
    assert script.text.count("Mời họp.") == 3


def test_there_is_a_rest_before_and_after_the_announced_repeat():
    lines = script_of("", "Mời họp.", framed=False, readings=2).all
    assert [line.text for line in lines] == ["Mời họp.", REPEAT_WORDS, "Mời họp."]
    assert lines[0].rest_ms > lines[1].rest_ms > lines[2].rest_ms


def test_read_once_is_what_it_always_was():
    asked = {"title": "Thông báo", "text": "Mời họp.", "framed": True}
    assert script_of(**asked, readings=1, issuer="") == script_of(**asked)


@pytest.mark.parametrize("readings", [0, 4, -1])
def test_a_number_of_readings_that_nobody_would_hear_is_refused(readings):
    with pytest.raises(BadReadings) as refused:
        script_of("", "Mời họp.", framed=True, readings=readings)
    assert refused.value.code == "text.readings"


def test_the_issuer_is_named_before_the_title_in_full():
    script = script_of("Thông báo", "Mời họp.", framed=True, issuer="UBND xã Vạn Thắng")
    assert [line.text for line in script.lines][:2] == ["Ủy ban nhân dân xã Vạn Thắng.", "Thông báo."]
    assert script.text.startswith("Ủy ban nhân dân xã Vạn Thắng\nThông báo\n")


def test_an_issuer_that_the_title_names_is_not_said_twice():
    script = script_of("UBND xã thông báo", "Mời họp.", framed=True, issuer="UBND xã")
    assert script.lines[0].text == "Ủy ban nhân dân xã thông báo."


def test_without_a_frame_no_issuer_is_named():
    assert script_of("", "Mời họp.", framed=False, issuer="UBND xã").text == "Mời họp."


def test_an_alarm_has_the_alert_tone_before_it_and_neither_chimes_nor_thanks():
    script = script_of("Khẩn cấp", "Nước đang lên. Đến ngay chỗ cao.", framed=True, alert=True)
    assert [line.chime for line in script.all if line.chime] == [ALERT]
    assert script.all[0].chime == ALERT
    assert script.text.splitlines() == ["Khẩn cấp", "Nước đang lên. Đến ngay chỗ cao."]


def test_rests_are_longer_between_phrases_but_not_inside_a_clause():
    text = (
        "Mời bà con có mặt để nghe phổ biến về việc tiêm phòng cho trẻ em ở trong xã " * 3 + "nhé. Xin mời."
    )
    usual, wide = (script_of("", text, framed=False, rests=rests) for rests in (1.0, 2.0))
    pairs = {(one.rest_ms, two.rest_ms) for one, two in zip(usual.lines, wide.lines, strict=True)}
    assert (BREATH_MS, BREATH_MS) in pairs
    assert (SENTENCE_MS, 2 * SENTENCE_MS) in pairs
    assert usual.text == wide.text
