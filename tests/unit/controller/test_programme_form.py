"""The form of a programme: what it means, its buttons, and the way back from rows."""

from dataclasses import replace

import pytest

from controller.errors import BadInput
from controller.features.bulletins.programme_form import (
    ProgrammeTyped,
    added,
    fields_of,
    kept_fields,
    moved,
    taken_apart,
    typed_programme,
)
from controller.features.bulletins.programmes import Item
from controller.model.bulletin_states import ItemKind
from controller.model.bulletins import ProgrammeItem

WORDS, REST, NEWS = Item(ItemKind.SPEECH, "a"), Item(ItemKind.SILENCE, seconds=3), Item(ItemKind.BULLETIN)
FORM = ProgrammeTyped("Tin", "Chào", "Hết", items=(WORDS, REST, NEWS))


def kinds(items):
    return [one.kind.value for one in items]


def test_chimes_and_words_stand_around_the_items():
    assert kinds(FORM.meant()) == ["chime", "speech", "speech", "silence", "bulletin", "speech", "chime"]
    bare = ProgrammeTyped("Tin", " ", "", chime_in=False, chime_out=False, items=(REST,))
    assert kinds(bare.meant()) == ["silence"]


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("len-1", (REST, WORDS, NEWS)),
        ("xuong-1", (WORDS, NEWS, REST)),
        ("bo-0", (REST, NEWS)),
        ("len-0", FORM.items),
        ("xuong-2", FORM.items),
        ("len-9", FORM.items),
        ("len-x", FORM.items),
        ("bo--1", FORM.items),
        ("", FORM.items),
    ],
)
def test_a_button_moves_one_item_and_a_made_up_one_nothing(act, left):
    assert moved(FORM, act).items == left


def test_what_is_added_comes_last_and_a_bulletin_must_be_chosen():
    assert added(FORM, "them-ban-tin", "b1").items[-1] == Item(ItemKind.BULLETIN, bulletin="b1")
    assert added(FORM, "them-lang", "").items[-1].seconds == 2
    with pytest.raises(BadInput):
        added(FORM, "them-ban-tin", "")


def test_a_sent_form_is_read_by_rows_and_nonsense_becomes_what_is_refused_later():
    fields = {
        "tieu_de": ["Tin"],
        "nhac_mo": ["1"],
        "muc_loai": ["silence", "speech", "nonsense"],
        "muc_chu": ["", "Lời.", ""],
        "muc_ban_tin": ["", "", ""],
        "muc_tep": ["", "", ""],
        "muc_giay": ["²", "", ""],
    }
    form = typed_programme(fields)
    assert (form.title, form.chime_in, form.chime_out) == ("Tin", True, False)
    assert form.items == (Item(ItemKind.SILENCE), Item(ItemKind.SPEECH, "Lời."))


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        ProgrammeTyped("Tin", items=(NEWS,)),
        ProgrammeTyped("Tin", chime_in=False, outro="Hết", items=(NEWS, REST)),
        ProgrammeTyped("Tin", chime_in=False, chime_out=False, items=(REST,)),
    ],
)
def test_rows_taken_apart_mean_the_same_again(form):
    rows = [ProgrammeItem(kind=one.kind, text=one.text, seconds=one.seconds) for one in form.meant()]
    assert taken_apart("Tin", rows, again=False) == form


def test_one_speech_alone_is_what_it_begins_with():
    (row,) = [ProgrammeItem(kind=ItemKind.SPEECH, text="a")]
    assert kinds(taken_apart("Tin", [row], again=True).meant()) == ["speech"]


def test_what_is_kept_of_a_form_makes_the_same_form_again():
    form = replace(FORM, topic="y-te", again=True)
    assert typed_programme(kept_fields(fields_of(form))) == form
