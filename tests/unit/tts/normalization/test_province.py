"""A province's own words, and how its region says numbers."""

import pytest

from tts.errors import TextError
from tts.normalization import check_entry, check_own_word, read

_OWN = {
    "PBGDPL": "phổ biến giáo dục pháp luật",
    "Ea Tam": "ê a tam",
    "Ea": "ê",
    "Ma Vương": "ma vương, ngài",
    "XQZ": "xã quy dét",
    "xã đội": "ban chỉ huy quân sự xã",
    "khanhhoa": "khánh hòa",
    "UBND": "ủy ban",
}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("công tác PBGDPL", "công tác phổ biến giáo dục pháp luật"),
        ("xã Ea Tam", "xã ê a tam"),
        ("xã Ea  Tam.", "xã ê a tam."),
        ("Ea Súp", "ê Súp"),
        ("họp XQZ", "họp xã quy dét"),
        ("(XQZ)", "xã quy dét"),
        ("Xã đội gọi", "ban chỉ huy quân sự xã gọi"),
        ("xã quy dét (XQZ) họp", "xã quy dét họp"),
        ("UBND", "ủy ban"),
        ("ea tam", "ê a tam"),
    ],
)
def test_a_province_word_is_said_as_the_province_says_it(written, spoken):
    assert read(written, words=_OWN).spoken == spoken


def test_a_province_word_names_its_rule_and_is_sure():
    span = read("xã Ea Tam", words=_OWN).spans[-1]
    assert (span.written, span.rule, span.sure) == ("Ea Tam", "province", True)


@pytest.mark.parametrize("text", ["SubUBND", "UBND1", "khanhhoa.gov.vn", "stp@khanhhoa.gov.vn"])
def test_a_part_of_a_word_or_of_an_address_is_no_province_word(text):
    assert "province" not in {span.rule for span in read(text, words=_OWN).spans}


@pytest.mark.parametrize(
    ("text", "entry", "rest"),
    [
        ("Hotline 0258 3822", "Hotline", "không hai năm tám, ba tám hai hai"),
        ("Hotline: 3.856.114", "Hotline", "ba, tám năm sáu, một một bốn"),
        ("thứ 4, ngày 26/11", "thứ", "tư, ngày hai mươi sáu tháng mười một"),
        ("cảnh sát 113", "cảnh sát", "một một ba"),
        ("NQ 18-NQ/ĐH", "NQ 18", "nghị quyết đại hội"),
        ("vòng I", "vòng", "một"),
    ],
)
def test_what_is_taught_does_not_change_how_what_follows_is_read(text, entry, rest):
    said = read(text, words={entry: "khuýp khuýp"}).spoken.replace(":", "")
    assert said.removeprefix("khuýp khuýp ").endswith(rest)


def test_capitals_of_an_entry_count():
    assert "ma vương, ngài" not in read("con ma vương", words=_OWN).spoken


def test_a_word_in_parts_is_found_as_well():
    assert read("xa\u0303 đo\u0323\u0302i", words=_OWN).spoken == "ban chỉ huy quân sự xã"


def test_an_entry_that_cannot_be_spoken_is_passed_over():
    assert read("UBND", words={"UBND": "xxx 12"}).spoken == "Ủy ban nhân dân"


@pytest.mark.parametrize(
    ("written", "spoken", "sentence"),
    [
        ("", "a", "Chưa ghi chữ viết"),
        (" \u200b ", "a", "Chưa ghi chữ viết"),
        ("A" * 81, "a", "81"),
        ("2025", "hai nghìn", "chữ cái"),
        ("22/5", "hai hai", "chữ cái"),
        ("(AB)", "a bê", "bắt đầu"),
        ("AB", "  ", "Chưa ghi cách đọc"),
        ("AB", "a " * 200, "Cách đọc dài"),
        ("AB", "a b", "«b»"),
        ("AB", "số 5", "«5»"),
        ("AB", "world", "«world»"),
    ],
)
def test_an_entry_that_says_nothing_is_refused_with_a_sentence(written, spoken, sentence):
    with pytest.raises(TextError) as refused:
        check_entry(written, spoken)
    assert sentence in refused.value.sentence
    assert refused.value.code == "text.entry"


@pytest.mark.parametrize("written", ["PBGDPL", "Ea Tam", "30 tháng 4", "Y Moan", "Đ/c X."])
def test_an_entry_with_vietnamese_to_say_is_taken(written):
    check_entry(written, "một cách đọc, có dấu phẩy")


@pytest.mark.parametrize("region", ["central", "south"])
@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1.005 hộ", "một ngàn không trăm lẻ năm hộ"),
        ("năm 2025", "năm hai ngàn không trăm hai mươi lăm"),
        ("104 hộ, 24 em", "một trăm lẻ bốn hộ, hai mươi tư em"),
        ("50k", "năm mươi ngàn"),
        ("5‰", "năm phần ngàn"),
        ("5 nghìn", "năm ngàn"),
        ("cô Linh có một nghìn", "cô Linh có một nghìn"),
        ("link", "linh"),
    ],
)
def test_the_south_and_the_middle_say_ngan_and_le_but_ordinary_words_stay(region, written, spoken):
    assert read(written, region=region).spoken == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Gọi 115.", "Gọi một một lăm."),
        ("đi 115 km", "đi một trăm mười lăm ki lô mét"),
        ("1.115 đồng", "một nghìn một trăm mười lăm đồng"),
        ("ngày 26/11/2026", "ngày hai mươi sáu tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 26/11.", "ngày hai sáu tháng mười một."),
    ],
)
def test_a_number_is_read_as_taught_where_it_stands_whole(written, spoken):
    own = {"115": "một một lăm", "26/11": "hai sáu tháng mười một"}
    assert read(written, words=own).spoken == spoken


def test_a_number_is_no_word_of_the_lexicon_but_may_be_one_of_a_text():
    with pytest.raises(TextError):
        check_entry("115", "một một lăm")
    check_own_word("115", "một một lăm")
    with pytest.raises(TextError):
        check_own_word("115", "one one five")
