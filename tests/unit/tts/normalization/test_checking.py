"""What is refused before it is read."""

from importlib import resources

import pytest

from tts.errors import BadEncoding, BadText, EmptyText, SpeechError, TextTooLong
from tts.normalization import MAX_CHARACTERS, check_text, read


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u00ad", "...", "☂☂"])
def test_a_text_with_nothing_to_say_is_refused(text):
    with pytest.raises(EmptyText) as refused:
        check_text(text)
    assert "trống" in refused.value.sentence


def test_a_text_that_is_too_long_is_refused_with_its_length():
    check_text("a" * MAX_CHARACTERS)
    with pytest.raises(TextTooLong) as refused:
        check_text("a" * 200_000)
    assert "200.000" in refused.value.sentence
    assert "100.000" in refused.value.sentence


@pytest.mark.parametrize("code", [0, 0x07, 0x1B, 0x9F, 0xFFFD, 0xFFFE, 0xD800, 0xE000])
def test_control_characters_are_refused_with_their_line(code):
    with pytest.raises(BadText, match="Dòng 2"):
        check_text(f"Thông báo\nbà{chr(code)}con")


@pytest.mark.parametrize(
    "text", ["<p>Chào</p>", "a <br> b", "x<script>1</script>", "<!-- x --> y", '<a href="x">y']
)
def test_html_is_refused(text):
    with pytest.raises(BadText, match="HTML"):
        check_text(text)


@pytest.mark.parametrize(
    "text", ["a < b và c > d", "<họ tên>", "Chào\tbà con\r\n", "Xin\u00a0chào\u200b", "5"]
)
def test_ordinary_texts_pass(text):
    check_text(text)


def test_every_error_has_a_sentence_and_a_code_of_its_own():
    found, waiting = [], [SpeechError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    assert BadEncoding in found
    assert len({kind.code for kind in found}) == len(found)
    assert all(kind().sentence.endswith(".") for kind in found)


@pytest.mark.parametrize("name", ["decision-1322", "storm-warning", "short"])
def test_the_samples_pass_and_are_read_without_a_warning(name):
    text = resources.files("tts.samples").joinpath(f"{name}.txt").read_text("utf-8")
    check_text(text)
    assert text.split("\n")[1] == ""
    assert read(text).warnings == ()
