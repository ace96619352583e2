"""The spelling of Vietnamese syllables."""

import csv
from importlib import resources

import pytest

from tts.normalization.syllables import as_syllable, is_syllable

_GOOD = """ủy uỷ gì gìn giếng giêng gió giữa quốc quyết quýt quỳnh khuỷu nghiêng nghĩa ghế kỷ ký lý mỹ tỷ y
ý yêu yên ỉa hoà hòa khuya khuyến thuở quý oai oát ây ai en pin xăng xoong quếch ngoằn ngoèo
Đặng ƯỚC huơ loẹt tuýp"""
_BAD = """pat luat thuơng ubnd kan ce gh ngia qo x đ giq hoaa áà bắk kon iên ngiêng kà ghà web a1 1"""


@pytest.mark.parametrize("word", _GOOD.split())
def test_a_syllable_is_known(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", _BAD.split())
def test_what_cannot_be_spelt_so_is_none(word):
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("word", "near"), [("Lắk", "lắc"), ("Kon", "con"), ("phap", "pháp"), ("truoc", "trước"), ("xyzq", None)]
)
def test_a_word_that_is_nearly_one_is_mended(word, near):
    assert as_syllable(word) == near


def _rows(name):
    lines = resources.files("tts.normalization.data").joinpath(f"{name}.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert "2026" in lines[0]
    return list(csv.DictReader(lines[1:]))


@pytest.mark.parametrize(
    "name", ["abbreviations", "documents", "domains", "dotted", "foreign", "letters", "offices", "units"]
)
def test_the_word_lists_say_only_syllables_and_no_word_twice(name):
    rows = _rows(name)
    key = "letter" if name == "letters" else "written"
    assert len({row[key] for row in rows}) == len(rows)
    said = " ".join(row["spoken"] for row in rows).replace(",", " ").split()
    assert [word for word in said if not is_syllable(word)] == []


def test_words_that_tell_an_old_encoding_could_be_vietnamese_and_are_listed_once():
    rows = _rows("legacy")
    assert len({row["written"] for row in rows}) == len(rows)
    assert {row["encoding"] for row in rows} == {"TCVN3", "VNI"}
    assert [row["written"] for row in rows if not is_syllable(row["written"])] == []


def test_no_foreign_word_in_small_letters_hides_a_vietnamese_one():
    words = [row["written"] for row in _rows("foreign") if row["written"].islower()]
    assert [word for word in words if is_syllable(word)] == []


def test_what_initials_mean_in_their_place_is_said_in_syllables():
    rows = _rows("contexts")
    assert all(row["written"][:2].isupper() for row in rows)
    assert all(row["after"] or row["follows"] or row["near"] for row in rows)
    assert [word for row in rows for word in row["spoken"].split() if not is_syllable(word)] == []


def test_the_desks_of_offices_are_said_in_syllables_and_the_general_one_comes_last():
    rows = _rows("fields")
    assert [word for row in rows for word in row["spoken"].split() if not is_syllable(word)] == []
    general = [row["written"] for row in rows if not row["body"]]
    assert len(set(general)) == len(general)
    last = {row["written"]: row["body"] for row in rows}
    assert [field for field in general if last[field]] == []
