"""What a person is told of a reading: only what is said otherwise, each thing once."""

from controller.features.reading.explained import explained
from tts.normalization import read


def told(text):
    return list(explained(read(text)))


def test_words_that_are_said_as_written_are_not_listed():
    assert told("Mời bà con đi họp (đúng giờ).") == ["Mọi chữ được đọc đúng như viết."]


def test_the_same_place_of_reading_is_shown_once_and_counted():
    lines = told("UBND xã họp.\nUBND xã mời 12 hộ.")
    assert lines[0] == "  dòng 1: UBND → Ủy ban nhân dân  [viết tắt, 2 lần]"
    assert lines[1] == "  dòng 2: 12 → mười hai  [số]"
    assert lines[2].startswith("3 chỗ đọc khác chữ viết, không chỗ nào")


def test_both_ends_of_a_range_and_what_an_amount_is_counted_by_are_one_place():
    assert told("từ 8h - 10h")[0] == "  dòng 1: 8h - 10h → tám giờ đến mười giờ  [giờ]"
    assert told("phạt 0,03%/ngày chậm")[0] == (
        "  dòng 1: 0,03%/ngày → không phẩy không ba phần trăm trên ngày  [phần trăm]"
    )


def test_what_is_passed_over_is_named():
    assert told("Họp.\n(Ảnh minh họa)")[0] == "  dòng 2: (Ảnh minh họa) → (không đọc)  [chú thích ảnh]"


def test_a_guess_is_marked_and_its_sentence_stands_at_the_end():
    lines = told("Gặp XQZ")
    assert lines[0].startswith("? dòng 1: XQZ → ")
    assert lines[-1].startswith("Dòng 1: Không rõ chữ viết tắt “XQZ”")


def test_what_mending_changed_is_told_as_it_was_typed():
    lines = told("Bà con đượ c họp ngày l5/11")
    assert lines[0] == "? dòng 1: đượ c → được  [chữ máy đã sửa]"
    assert lines[1] == "? dòng 1: l5/11 → mười lăm tháng mười một  [ngày, máy đã sửa chữ]"
