from controller.features.bulletins.word_diff import Change
from controller.features.bulletins.wording_views import as_read, changes
from controller.model.plain_text import plain

TEXT = "Họp lúc 7h30 ngày 26/11/2026 tại UBND xã.\n\nĐề nghị bà con đến đúng giờ."


def test_what_is_read_otherwise_is_marked_and_nothing_of_the_text_is_lost():
    found = as_read(TEXT, (), "north")
    assert "".join(one.written for one in found.parts) == TEXT
    said = {one.written: one.spoken for one in found.parts if one.spoken}
    assert said["UBND"].lower() == "ủy ban nhân dân"
    assert any("hai mươi sáu tháng mười một" in spoken for spoken in said.values())
    assert not any("bà con" in written for written in said)


def test_words_of_the_province_are_marked_as_they_are_taught():
    found = as_read("Tại KDC số 5.", (("KDC", "khu dân cư"),), "north")
    assert {one.written: one.spoken for one in found.parts if one.spoken}["KDC"] == "khu dân cư"


def test_what_mending_changed_is_shown_as_it_was_typed():
    text = "Bà con đượ c họp cuả xã ngày l5/11."
    found = as_read(text, (), "north")
    assert "".join(one.written for one in found.parts) == text
    mended = [(one.written, one.spoken, one.sure) for one in found.parts if one.mended]
    assert mended == [
        ("đượ c", "được", False),
        ("cuả", "của", False),
        ("l5/11", "mười lăm tháng mười một", False),
    ]


def test_words_that_changed_side_by_side_are_told_as_one_phrase():
    found = [(str(one.change), one.text) for one in changes("trước hôm nay, họp.", "trước ngày mai, họp.")]
    assert found == [
        ("equal", "trước "),
        ("removed", "hôm nay,"),
        ("added", "ngày mai,"),
        ("equal", " họp."),
    ]


def test_both_wordings_can_be_put_together_again_from_what_differs():
    before, after = TEXT, TEXT.replace("26/11", "27/11").replace("đúng giờ", "sớm hơn") + "\nXin cảm ơn."
    found = changes(before, after)
    assert "".join(one.text for one in found if one.change is not Change.ADDED) == before
    assert "".join(one.text for one in found if one.change is not Change.REMOVED) == after


def test_letters_are_searched_without_their_marks():
    assert plain("Đông Hải, Ứng phó BÃO") == "dong hai, ung pho bao"
