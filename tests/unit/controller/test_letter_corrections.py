"""What an approver may mend: slips of a few letters, and nothing that means something else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import BadInput
from controller.features.bulletins.letter_corrections import MOST_PLACES, mended_places

TEXT = "Trạm y tế mời bà con tiêm phong ngày 26/11. Trẻ được tiêm giấytờ mang theo.\nXin đúng giờ."


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("phong", "phòng"),
        ("giấytờ", "giấy tờ"),
        ("Trạm", "trạm"),
        ("đúng giờ.", "đúng giờ!"),
        ("mang", "mâng"),
    ],
)
def test_a_slip_is_mended_and_everything_else_is_as_it_was(was, now):
    (one,) = mended_places(TEXT, TEXT.replace(was, now))
    assert TEXT.replace(one.was, one.now, 1) == TEXT.replace(was, now, 1)


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("26/11", "27/11", "không sửa số"),
        ("được", "không được", "thay lời"),
        ("được", "", "thay lời"),
        ("Xin đúng giờ.", "", "thay lời"),
        ("phong", "phòng sốt xuất huyết", "thay lời"),
        ("Xin đúng", "Xin đi đúng", "thêm, bớt từ"),
        ("được tiêm", "được ta tiêm", "thêm, bớt từ"),
        ("phong", "phong", "Chưa có chữ nào khác"),
    ],
)
def test_what_goes_further_is_the_authors(was, now, why):
    with pytest.raises(BadInput, match=why):
        mended_places(TEXT, TEXT.replace(was, now))


@pytest.mark.parametrize(
    ("was", "now"), [("thứ hai", "thứ ba"), ("quý II", "quý III"), ("hai mươi", "hai mười"), ("tám", "năm")]
)
def test_a_number_in_words_is_the_authors_too(was, now):
    with pytest.raises(BadInput, match="thay số"):
        mended_places(f"Họp {was} này.", f"Họp {now} này.")
    assert mended_places("Hop nam nay, hai phong.", "Hop năm nay, Hải phong.")


def test_only_so_many_places_are_mended():
    words = [f"chư{letter}" for letter in string.ascii_lowercase]
    mended = [f"{word}x" for word in words[:MOST_PLACES]]
    assert len(mended_places(" ".join(words), " ".join([*mended, *words[MOST_PLACES:]]))) == MOST_PLACES
    with pytest.raises(BadInput, match="nhiều nhất"):
        mended_places(" ".join(words), " ".join(f"{word}x" for word in words))


@given(st.text("ab 1\n", max_size=40), st.text("ab 1\n", max_size=40))
def test_whatever_is_mended_the_places_tell_all_of_it(before, after):
    try:
        found = mended_places(before, after)
    except BadInput:
        return
    assert sum(len(one.now) - len(one.was) for one in found) == len(after) - len(before)
    assert [letter for letter in before if letter.isdigit()] == [
        letter for letter in after if letter.isdigit()
    ]
