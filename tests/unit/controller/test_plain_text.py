import pytest

from controller.model.plain_text import one_line, search_text, search_words


def test_words_are_letters_and_digits_without_accents():
    assert search_words("Quyết định 1322/QĐ-UBND") == ["quyet", "dinh", "1322", "qd", "ubnd"]
    assert search_words("% _ ' \\ …") == []


def test_each_word_stands_after_one_space():
    assert search_text("Chợ  Đầm", "kh-1") == " cho dam kh 1"
    assert search_text("", "") == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn \n Văn\tAn ", "Nguyễn Văn An"),
        ("Ha\u0309i", "Hải"),
        ("An\u202egnas\u200b", "Angnas"),
        ("Trạm\u00a0A\x07", "Trạm A"),
        ("\u200b\x00", ""),
    ],
)
def test_a_name_is_one_line_in_one_spelling_without_what_nobody_sees(typed, kept):
    assert one_line(typed) == kept
