"""The radio register: what an announcer says, beside the literal register, which says all that is written.

`radio.tsv` lists every row of the table of readings that is said otherwise on air; it is made by
`python -m tests.unit.tts.normalization.radio_table` and judged line by line before it is kept.
"""

import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_text import ANY_CHARACTER
from tests.support.nightly import amount, examples
from tts.normalization import read
from tts.normalization.syllables import is_syllable

_HERE = Path(__file__).parent


def _rows(name):
    return [line.split("\t") for line in (_HERE / name).read_text("utf-8").splitlines()[1:]]


_LITERAL = {written: spoken for _, written, spoken in _rows("spoken.tsv")}
_RADIO = {written: spoken for _, written, spoken in _rows("radio.tsv")}
_CLAUSES = [clause for (clause,) in _rows("clauses.tsv")]
_NUMBER = "không chín một hai, ba bốn năm, sáu bảy tám"
_MOST_SYLLABLES = 0.80
"""Of the literal register, for document numbers; it was 0.79 (938 of 1,192) on 28 November 2026."""


def _on_air(text, **more):
    return read(text, register="radio", **more).spoken


def test_every_difference_from_the_table_of_readings_is_listed_and_no_other_row_differs():
    assert _RADIO.keys() <= _LITERAL.keys()
    asked = {*list(_RADIO)[:: amount(6, 1)], *list(_LITERAL)[:: amount(20, 1)]}  # the latter are mostly alike
    found = {written: _on_air(written) for written in asked}
    assert {one: said for one, said in found.items() if said != _RADIO.get(one, _LITERAL[one])} == {}
    assert [one for one in _RADIO if _RADIO[one] == _LITERAL[one]] == []


def test_clauses_with_document_numbers_are_a_fifth_shorter_on_air():
    assert len(_CLAUSES) == 40
    literal = sum(len(read(clause).spoken.split()) for clause in _CLAUSES)
    assert sum(len(_on_air(clause).split()) for clause in _CLAUSES) <= _MOST_SYLLABLES * literal


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (
            "Quyết định số 183/QĐ-TTg của Thủ tướng Chính phủ",
            "Quyết định số một trăm tám mươi ba của Thủ tướng Chính phủ",
        ),
        (
            "Nghị định 168/2024/NĐ-CP của Chính phủ",
            "Nghị định một trăm sáu mươi tám năm hai nghìn không trăm hai mươi tư của Chính phủ",
        ),
        ("Kế hoạch số 45/KH-STP", "Kế hoạch số bốn mươi lăm của sở tư pháp"),
        ("theo 45/KH-STP", "theo kế hoạch số bốn mươi lăm của sở tư pháp"),
        ("Bộ Giáo dục và Đào tạo (Bộ GDĐT) họp", "Bộ Giáo dục và Đào tạo họp"),
        ("500.000 đồng/người/năm", "năm trăm nghìn đồng một người một năm"),
        ("25.000 đồng/lít", "hai mươi lăm nghìn đồng mỗi lít"),
        ("300k/tháng", "ba trăm nghìn một tháng"),
        ("50 mg/100 ml", "năm mươi mi li gam trên một trăm mi li lít"),
        ("80 mg/l", "tám mươi mi li gam trên lít"),
        ("từ 1-24/12", "từ mùng một đến hai mươi tư tháng mười hai"),
        ("ngày 5, 6/12", "ngày mùng năm, mùng sáu tháng mười hai"),
        ("ngày uống 2 lần", "ngày uống hai lần"),
        ("đường 2/4", "đường hai tháng tư"),
        ("gọi 114", "gọi một một bốn"),
        ("gọi 0912345678", f"gọi {_NUMBER}, xin nhắc lại, {_NUMBER}"),
        ("ĐT 0912345678; gọi 0912345678", f"điện thoại {_NUMBER}, xin nhắc lại, {_NUMBER}; gọi {_NUMBER}"),
        ("CCCD 056190001234", "căn cước công dân không năm sáu một, chín không không không, một hai ba bốn"),
        ("trên BĐ3: 1,68 m", "trên báo động ba là một mét sáu mươi tám"),
        ("1. Phạm vi", "Thứ nhất, Phạm vi"),
        ("c) Nộp đơn", "Điểm xê, Nộp đơn"),
        ("(1) Nộp đơn; (2) Nhận quà", "Thứ nhất, Nộp đơn; thứ hai, Nhận quà"),
        ("xem khanhhoa.gov.vn", "xem khánh hòa viết liền không dấu, chấm gờ ô vê, chấm vê en"),
    ],
)
def test_it_is_said_as_an_announcer_says_it(written, spoken):
    assert _on_air(written) == spoken


def test_the_region_holds_on_air_too():
    assert (
        _on_air("giá 1.005 đồng/kg", region="central") == "giá một ngàn không trăm lẻ năm đồng mỗi ki lô gam"
    )


def test_a_province_s_word_is_said_as_it_was_taught():
    words = {"Quyết định số 183/QĐ-TTg": "quyết định một tám ba"}
    assert _on_air("theo Quyết định số 183/QĐ-TTg", words=words) == "theo quyết định một tám ba"


_SCRAPS = """22/5/2025 1322/QĐ-UBND 5/12 1-5/12 ngày từ đến của Chính phủ (1) (2) ; : . , 1. a) 31/12
    25.000 đồng/lít /người /năm 1,68 m BĐ3 trên 0912345678 STK a@khanhhoa.gov.vn www.a.vn 168/2024/NĐ-CP
    (Bộ GDĐT) x 3,0-5,0m"""
_TEXTS = st.lists(st.sampled_from(_SCRAPS.split()), max_size=10).map(" ".join)


@examples(200)
@given(st.one_of(_TEXTS, st.text(ANY_CHARACTER, max_size=60)))
def test_only_words_differ_between_the_registers(text):
    literal, radio = read(text), read(text, register="radio")
    assert radio.written == literal.written
    assert [(one.start, one.end, one.rule, one.sure) for one in radio.spans] == [
        (one.start, one.end, one.rule, one.sure) for one in literal.spans
    ]
    words = re.findall(r"[^\s.,;:?!]+", radio.spoken)
    assert [word for word in words if not is_syllable(word)] == []
    assert _on_air(radio.spoken) == radio.spoken


def _plain(spoken):
    return re.sub(r"[ ,.:;!?]+", " ", spoken.lower()).strip()


def test_words_and_lines_around_a_text_do_not_change_how_it_is_said_on_air():
    differ = []
    for written, spoken in _RADIO.items():
        if zlib.crc32(written.encode()) % amount(16, 1):
            continue
        lines = _on_air(f"Kính thưa bà con.\n{written}\nXin cảm ơn bà con.").split("\n")
        if _plain(lines[1]) != _plain(spoken):
            differ.append((written, lines[1], spoken))
        first = read(written).spans[0]
        if first.rule != "label" and first.written != "(":  # which they are only where a line begins
            said = _on_air(f"Bà con lưu ý, {written}")
            if _plain(said) != _plain(f"Bà con lưu ý, {spoken}"):
                differ.append((written, said, spoken))
    assert differ == []
