"""Places left open in a text, and the built-in templates that have them."""

import re

import pytest

from controller.errors import Conflict
from controller.features.bulletins.placeholders import check_filled, places_of
from controller.features.templates.queries import BUILT_IN
from controller.model.wording import clean_text, clean_title
from tts.normalization import read


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Họp lúc [giờ], ngày [ngày].", ("[giờ]", "[ngày]")),
        ("Từ [ngày] đến [ngày].", ("[ngày]",)),
        ("Tại [ ], lúc […].", ("[ ]", "[…]")),
        ("Theo Nghị định[1] và Thông tư [12].", ()),
        ("Ủy ban nhân dân (UBND) xã.", ()),
        ("[mở mà không đóng", ()),
        ("[một\nhai]", ()),
        (f"[{'dài ' * 30}]", ()),
        ("[[ngày]]", ("[ngày]",)),
        ("", ()),
    ],
)
def test_a_place_is_a_few_words_in_square_brackets(text, places):
    assert places_of(text) == places


def test_what_is_left_open_is_named_once_in_the_order_of_the_bulletin():
    with pytest.raises(Conflict, match=re.escape("[xã], [ngày], [giờ]")) as refused:
        check_filled("", "Họp ở [xã]", "Ngày [ngày], lúc [giờ], tại [xã].")
    assert refused.value.facts == {"places": ["[xã]", "[ngày]", "[giờ]"]}
    check_filled("", "Họp", "Ngày 30/11/2026.")


@pytest.mark.parametrize("one", BUILT_IN, ids=lambda one: one.id)
def test_a_built_in_template_is_a_short_bulletin_once_its_places_are_filled(one):
    assert (clean_title(one.title), clean_text(one.text)) == (one.title, one.text)
    assert places_of(one.title) == ()
    assert 2 <= len(places_of(one.text)) <= 8
    filled = re.sub(r"\[[^\]]+\]", "ba mươi", one.text)
    check_filled(one.title, filled)
    assert read(filled).warnings == ()
    assert len(one.text) < 800


def test_built_in_templates_have_titles_and_keys_of_their_own():
    assert len({one.id for one in BUILT_IN}) == len({one.title for one in BUILT_IN}) == len(BUILT_IN)
