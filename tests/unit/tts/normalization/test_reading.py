"""Reading: a table of what is said for what is written, and what holds for every text."""

import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_text import ANY_CHARACTER
from tests.support.nightly import amount, examples
from tts.normalization import read
from tts.normalization.initials import contexts
from tts.normalization.lexicon import rows as word_list
from tts.normalization.syllables import is_syllable

_ROWS = [
    line.split("\t") for line in (Path(__file__).parent / "spoken.tsv").read_text("utf-8").splitlines()[1:]
]

_MANY = 100  # rows of a category

# a bulletin of our own with what makes a legal text hard to read
_BULLETIN = """KẾ HOẠCH
Ngày 22/5/2025, UBND tỉnh Khánh Hòa ban hành Quyết định số 1322/QĐ-UBND về chuyển đổi số trong PBGDPL
(giai đoạn 2025 - 2030), theo Quyết định số 766/QĐ-TTg ngày 15/4/2025 của Thủ tướng Chính phủ (Đề án 766).

(Ảnh minh họa)
Có 09 nhiệm vụ: (1) Nâng cao nhận thức; (2) Hoàn thiện thể chế , chính sách; (3) Học trực tuyến (MOOC);
(4) Ứng dụng trí tuệ nhân tạo (AI), VNeID “dùng chung”; (5) Bộ công cụ (toolkit) cho công tác PBGDPL.
Sở Tư pháp theo dõi, đôn đốc, tổng hợp kết quả thực hiện./.
PB
"""


def test_the_table_is_large_enough_to_mean_something():
    assert len(_ROWS) >= 5500
    assert len({category for category, _, _ in _ROWS}) >= 20
    assert len({written for _, written, _ in _ROWS}) == len(_ROWS)


@pytest.mark.parametrize("category", sorted({category for category, _, _ in _ROWS}))
def test_what_is_written_is_spoken_as_an_official_would(category):
    rows = [(written, spoken) for of, written, spoken in _ROWS if of == category]
    if len(rows) > _MANY:  # a sixth of them by day
        rows = [row for row in rows if zlib.crc32(row[0].encode()) % amount(6, 1) == 0]
    made = [(written, spoken, read(written)) for written, spoken in rows]
    assert [
        (written, reading.spoken, spoken) for written, spoken, reading in made if reading.spoken != spoken
    ] == []
    assert [(written, reading.warnings) for written, _, reading in made if reading.warnings] == []


def test_a_whole_legal_bulletin_is_read_without_a_warning():
    reading = read(_BULLETIN)
    assert reading.warnings == ()
    assert not re.search(r"\d|[()“”/]", reading.spoken)


def test_the_patterns_of_every_row_of_contexts_are_patterns():
    listed = [row["written"] for row in word_list("contexts")]
    assert sum(len(contexts(initials)) for initials in set(listed)) == len(listed)


def test_each_line_stays_a_line():
    assert read("Một\r\n\r\nHai\u2028Ba").spoken == "Một\n\nHai\nBa"


def test_initials_below_a_text_are_a_signature_and_are_not_read():
    reading = read("Trân trọng.\nPB")
    assert reading.spoken == "Trân trọng.\n"
    assert reading.spans[-1].rule == "signature"


def test_initials_that_stand_alone_are_no_signature():
    assert read("PB").spoken == "pê bê"


def test_unknown_capitals_are_spelt_and_warned_of():
    reading = read("Họp với XQZ.")
    assert [warning.code for warning in reading.warnings] == ["unknown-capitals"]
    assert "XQZ" in reading.warnings[0].sentence
    assert not [span for span in reading.spans if span.written == "XQZ"][0].sure  # noqa: RUF015


def test_a_sign_that_cannot_be_read_is_dropped_and_warned_of():
    reading = read("Chào ☂ bạn 中文")
    assert reading.spoken == "Chào bạn"
    assert [warning.code for warning in reading.warnings] == ["leftover", "leftover"]


def test_tags_are_stripped_with_a_warning():
    reading = read("<p>Xin <b>chào</b></p><script>alert(1)</script>&nbsp;bà con")
    assert reading.spoken == "Xin chào bà con"
    assert reading.warnings[0].code == "html"


def test_a_comparison_is_no_tag():
    assert read("nếu a < 5 và b > 3").spoken == "nếu a nhỏ hơn năm và bê lớn hơn ba"


def test_invisible_characters_and_odd_spaces_vanish():
    assert read("thông\u00ad báo\u200b\u00a0 bà\u2003con\ufeff").spoken == "thông báo bà con"


def test_letters_in_parts_are_put_together():
    assert read("Thông ba\u0301o").spoken == "Thông báo"


def test_full_width_figures_and_fractions_are_read():
    assert read("５０ hộ, ½ ngày").spoken == "năm mươi hộ, một phần hai ngày"


def test_an_abbreviation_is_learnt_from_the_text():
    spoken = read("Ban vận động quỹ vì người nghèo (BVĐQVNN).\nBVĐQVNN họp.").spoken
    assert spoken.split("\n")[1] == "ban vận động quỹ vì người nghèo họp."


def test_a_doubtful_date_is_marked_as_unsure():
    assert not read("đợt 15/6").spans[-1].sure


def test_a_fraction_after_no_cue_stays_a_fraction():
    assert read("đạt 3/5 chỉ tiêu").spoken == "đạt ba phần năm chỉ tiêu"


def test_a_very_long_number_is_read_digit_by_digit():
    assert read("9" * 5000).spoken == " ".join(["chín"] * 5000)


_WRITTEN = """22/5/2025 1322/QĐ-UBND UBND ( ) . , - / 05:30 17h % Điều khoản a) II km m2 VNeID xyz Đắk
    0912345678 ' @ www.a.vn É ü 中 1.500.000 đồng thứ trên H5N1 P. TP. Quý ii x 2 Ơ
    ß … v.v... T/M <b> &amp; \u0301"""
_BITS = st.sampled_from(_WRITTEN.split())
_SCRAPS = st.text(alphabet="abcdeghiklmnopqrstuvxyzơưđáạIVXABCDH0123456789./-,%'\n ", max_size=8)
_TEXTS = st.one_of(
    st.text(ANY_CHARACTER, max_size=60),
    st.lists(_BITS, max_size=8).map("".join),
    st.lists(st.one_of(_BITS, _SCRAPS), max_size=8).map(" ".join),
)


@examples(300)
@given(_TEXTS)
def test_only_vietnamese_syllables_and_marks_are_spoken(text):
    spoken = read(text).spoken
    words = re.findall(r"[^\s.,;:?!]+", spoken)
    assert [word for word in words if not is_syllable(word)] == []
    assert re.search(r"[^\S \n]|  |(?m:^ )", spoken) is None


@examples(300)
@given(_TEXTS)
def test_spoken_text_read_again_stays_as_it_is(text):
    spoken = read(text).spoken
    assert read(spoken).spoken == spoken


@examples(200)
@given(_TEXTS)
def test_spans_cover_the_text_in_order_and_lines_are_kept(text):
    reading = read(text)
    assert reading.spoken.count("\n") == reading.written.count("\n")
    end = 0
    for span in reading.spans:
        assert reading.written[end : span.start].strip() == ""
        assert reading.written[span.start : span.end] == span.written
        end = span.end
    assert reading.written[end:].strip() == ""


@examples(300)
@given(_TEXTS)
def test_no_figure_is_lost(text):
    spans = [span for span in read(text).spans if re.search(r"[0-9]", span.written)]
    assert [span for span in spans if not span.spoken and span.rule not in {"caption", "signature"}] == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tạm giam bị can. Ảnh: Đ.HỢP", "Đ."),
        ("(DS&PL) - Thông báo lịch cắt điện", "DS&PL"),
        ("mất điện từ 8 giờ: Tổ 13+16+17 phường Sài Đồng", "+"),
    ],
)
def test_what_could_be_something_else_and_nothing_tells_is_marked_as_unsure(text, written):
    assert [span.sure for span in read(text).spans if span.written == written][:1] == [False]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("trú tại 12 Lê Lợi, P. Vĩnh Hải", "P."),
        ("học tại P. 5", "P."),
        ("5+3 = 8", "+"),
        ("UBND xã", "UBND"),
    ],
)
def test_what_the_words_around_tell_is_sure(text, written):
    assert [span.sure for span in read(text).spans if span.written == written] == [True]
