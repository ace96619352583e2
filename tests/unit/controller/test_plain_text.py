from controller.model.plain_text import search_text, search_words


def test_words_are_letters_and_digits_without_accents():
    assert search_words("Quyết định 1322/QĐ-UBND") == ["quyet", "dinh", "1322", "qd", "ubnd"]
    assert search_words("% _ ' \\ …") == []


def test_each_word_stands_after_one_space():
    assert search_text("Chợ  Đầm", "kh-1") == " cho dam kh 1"
    assert search_text("", "") == ""
