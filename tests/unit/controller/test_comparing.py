"""Two wordings compared: joined, the stretches are the old and the new text, whatever these are."""

from hypothesis import given
from hypothesis import strategies as st

from controller.features.bulletins.word_diff import Change, Stretch, differences

SOME = st.text(alphabet="ab \nă.", max_size=60)


def joined(stretches, without):
    return "".join(one.text for one in stretches if one.change is not without)


@given(SOME, SOME)
def test_the_stretches_hold_both_texts_whole(before, after):
    found = differences(before, after)
    assert joined(found, Change.ADDED) == before
    assert joined(found, Change.REMOVED) == after
    assert all(one.text for one in found)
    assert [one.change for one in found] == [
        one.change for place, one in enumerate(found) if place == 0 or found[place - 1].change != one.change
    ]


def test_a_changed_word_is_shown_alone():
    assert differences("Tiêm phòng ngày 30/11.\nMang sổ.", "Tiêm phòng ngày 1/12.\nMang sổ.") == (
        Stretch(Change.EQUAL, "Tiêm phòng ngày "),
        Stretch(Change.REMOVED, "30/11."),
        Stretch(Change.ADDED, "1/12."),
        Stretch(Change.EQUAL, "\nMang sổ."),
    )


def test_the_same_text_has_no_differences():
    assert differences("Một hai.", "Một hai.") == (Stretch(Change.EQUAL, "Một hai."),)
    assert differences("", "") == ()


def test_two_endless_paragraphs_are_replaced_whole():
    before, after = "một " * 5_000, "hai " * 5_000
    assert [one.change for one in differences(before, after)] == [Change.REMOVED, Change.ADDED]
