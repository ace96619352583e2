"""Texts of any encoding become NFC Unicode, with every change shown; what is no text is refused in words."""

import unicodedata

import pytest

from controller.errors import BadInput
from controller.features.imports.bulletin_files import NO_TITLE
from controller.features.imports.decoding import decoded
from controller.features.imports.drafting import MOST_CHARACTERS, imported
from controller.features.imports.file_kinds import FileKind, kind_of
from controller.features.imports.text_repair import MOST_SHOWN, Mend, mended
from controller.model.limits import LARGEST_FILE
from tests.support.old_letters import tcvn3, vni, windows_1258

TITLE = "Lịch tiêm phòng dại"
BODY = (
    "Ủy ban nhân dân phường Bắc Nha Trang đề nghị bà con đưa chó, mèo đến trụ sở "
    "trước 17 giờ ngày 30/11/2026. Xin trân trọng thông báo."
)
TEXT = f"{TITLE}\n\n{BODY}"


def taken_in(content):
    """The draft of a plain text, taken in this very process."""
    return imported(content, opener=None)


def test_what_is_longer_than_four_bulletins_is_refused_before_it_is_mended():
    with pytest.raises(BadInput) as refused:
        taken_in(("bà con " * (MOST_CHARACTERS // 7 + 1)).encode())
    assert refused.value.code == "import.too-large"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (unicodedata.normalize("NFD", TEXT).encode(), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.replace("\n", "\r\n").encode("utf-32"), "UTF-32"),
        (windows_1258(TEXT), "Windows-1258"),
        (vni(TEXT), "VNI"),
    ],
)
def test_a_text_of_any_encoding_becomes_the_same_nfc_draft(content, encoding):
    found = taken_in(content)
    assert (found.title, found.text, found.encoding) == (TITLE, BODY, encoding)
    assert found.kind is FileKind.PLAIN


def test_tcvn3_which_has_no_capitals_with_tones_is_mended_and_said():
    found = taken_in(tcvn3(TEXT.replace("Ủy", "Uỷ")))
    assert (found.text, found.encoding) == (BODY.replace("Ủy", "Uỷ"), "TCVN3")
    assert any("TCVN3" in warning for warning in found.warnings)
    assert {one.kind for one in found.mended} == {Mend.LEGACY}
    assert ("tiªm", "tiêm") in {(one.before, one.after) for one in found.mended}


def test_one_paragraph_in_an_old_font_is_mended_alone():
    lines = [BODY, vni(BODY).decode("latin-1")]
    whole = mended(lines, laid_out=False)
    assert whole.text == f"{BODY}\n{BODY}"
    assert whole.encodings == ("VNI",)
    assert {one.line for one in whole.mended} == {2}


def test_every_change_is_counted_and_the_first_are_shown():
    whole = mended([unicodedata.normalize("NFD", "tiếng việt")] * MOST_SHOWN, laid_out=False)
    assert (whole.count, len(whole.mended)) == (2 * MOST_SHOWN, MOST_SHOWN)
    assert {one.kind for one in whole.mended} == {Mend.COMPOSED}


def test_what_nobody_sees_is_taken_out_and_shown():
    whole = mended(["Bà\u200b con  chú\u00a0ý\x07 "], laid_out=False)
    assert whole.text == "Bà con chú ý"
    assert next((one.kind, one.before, one.after) for one in whole.mended) == (
        Mend.INVISIBLE,
        "Bà\u200b",
        "Bà",
    )


def test_lines_that_a_page_broke_are_joined_and_its_number_dropped():
    lines = [
        "Đề nghị toàn thể bà con trong phường đưa chó, mèo đến",
        "trụ sở đúng giờ.",
        "- 2 -",
        "Điều 2. Hiệu lực",
        "thi hành",
    ]
    whole = mended(lines, laid_out=True)
    assert whole.text.split("\n") == [" ".join(lines[:2]), "Điều 2. Hiệu lực", "thi hành"]
    assert {one.kind for one in whole.mended} == {Mend.JOINED, Mend.PAGE_NUMBER}
    plain = mended(lines, laid_out=False)
    assert plain.text.split("\n") == [" ".join(lines[:2]), *lines[2:]]


BROKEN = (
    "Ủy ban nhân dân xã thông báo đến toàn thể bà con trong xã",
    "Vạn Thắng về việc tiêm phòng cho trâu, bò, heo đợt hai năm",
    "2026. Thời gian từ ngày 28/11 đến ngày 30/11, tại nhà văn",
    "hóa các thôn. Bà con đưa gia súc đến đúng giờ.",
)


def test_a_paragraph_that_a_width_broke_is_one_again_also_before_a_name_or_a_number():
    assert mended([*BROKEN, "", "Trân trọng."], laid_out=False).text == f"{' '.join(BROKEN)}\n\nTrân trọng."


@pytest.mark.parametrize(
    "lines",
    [
        ["Nhà văn hóa thôn Một nhận từ bảy giờ đến tám giờ", "Nhà văn hóa thôn Hai nhận từ tám giờ", "Xong."],
        ["Thôn Một: 7 giờ", "Thôn Hai: 8 giờ", "Thôn Ba: 9 giờ"],
        [f"Một đoạn dài. {'chữ ' * 40}hết", f"Đoạn kế tiếp. {'chữ ' * 40}hết", "Hết."],
    ],
)
def test_lines_that_their_writer_ended_stay(lines):
    assert mended(lines, laid_out=False).text == "\n".join(line.strip() for line in lines)


HEAD = (
    "ỦY BAN NHÂN DÂN",
    "XÃ VẠN THẮNG",
    "-------",
    "Số: 45/TB-UBND",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Vạn Thắng, ngày 26 tháng 11 năm 2026",
)
FOOT = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "(Đã ký)", "Nguyễn Văn An")
RECEIVERS = ("Nơi nhận:", "- Như trên;", "- Lưu: VT.")


@pytest.mark.parametrize("foot", [FOOT, RECEIVERS, (*RECEIVERS, *FOOT), (*FOOT, *RECEIVERS)])
def test_head_and_foot_of_a_letter_are_set_aside_and_shown(foot):
    lines = [*HEAD, "", "THÔNG BÁO", "Về việc tiêm phòng", "", "Mời bà con đến trạm y tế.", "", *foot]
    found = taken_in("\n".join(lines).encode())
    assert (found.title, found.text) == ("Thông báo: Về việc tiêm phòng", "Mời bà con đến trạm y tế.")
    assert found.aside == (*HEAD, *foot)
    assert (found.reference.number, str(found.reference.dated)) == ("45/TB-UBND", "2026-11-26")


def test_a_letter_that_word_laid_out_in_a_table_is_parted_too():
    """Number and place share a row there, and no empty line stands below the heading."""
    numbered = "Số: 45/TB-UBND; Vạn Thắng, ngày 26 tháng 11 năm 2026"
    lines = [
        *HEAD[:3],
        *HEAD[4:6],
        numbered,
        "THÔNG BÁO",
        "Về việc tiêm phòng",
        "Mời bà con đến trạm y tế.",
        *FOOT,
    ]
    found = taken_in("\n".join(lines).encode())
    assert (found.title, found.text) == ("Thông báo: Về việc tiêm phòng", "Mời bà con đến trạm y tế.")
    assert found.aside == (*HEAD[:3], *HEAD[4:6], numbered, *FOOT)


def test_a_heading_ends_where_a_paragraph_of_broken_lines_begins():
    paragraph = (
        "Ủy ban nhân dân xã thông báo: từ 8 giờ đến 16 giờ",
        "ngày 30 tháng 11, tạm ngừng cấp nước tại tổ dân phố",
        "số 3 để sửa đường ống. Mong bà con trữ nước.",
    )
    lines = [*HEAD, "THÔNG BÁO", "Về việc tạm ngừng cấp nước", *paragraph, *FOOT]
    found = taken_in("\n".join(lines).encode())
    assert (found.title, found.text) == ("Thông báo: Về việc tạm ngừng cấp nước", " ".join(paragraph))


@pytest.mark.parametrize(
    "lines",
    [
        ["XÃ VẠN THẮNG", "Mời bà con họp thôn.", "Trưởng thôn"],
        ["Bà con cùng hô: Độc lập - Tự do - Hạnh phúc.", "Mời bà con dự lễ."],
        ["Mời họp.", "Nơi nhận quà: nhà văn hóa thôn Một.", "Đúng bảy giờ."],
        list(HEAD),
    ],
)
def test_what_is_no_letters_head_or_foot_stays(lines):
    assert mended(lines, laid_out=False).text == "\n".join(lines)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, FileKind.OLD_WORD),
        (b"{\\rtf1\\ansi Xin ch\\'e0o}", FileKind.OLD_WORD),
        (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
        (b"\xff\xd8\xff\xe0JFIF", FileKind.PICTURE),
    ],
)
def test_what_a_file_is_its_first_bytes_say(content, kind):
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty"),
        (b" \n\t ", "import.empty"),
        ("\u200b\u200b".encode(), "import.empty"),
        (b"a" * (LARGEST_FILE + 1), "import.too-large"),
        (b"Rar!\x1a\x07", "import.kind"),
        ("Привет, мир, это не вьетнамский".encode("cp1251"), "import.encoding"),
        (bytes(range(128, 256)) * 20, "import.encoding"),
        (b"\x00\x01\x02\x03" * 200, "import.encoding"),
        (b"\xff\xfe\x00", "import.encoding"),
        ("<p>Xin chào bà con</p>".encode(), "text.bad"),
        (("a " * 60_000).encode(), "text.too-long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_become_a_bulletin_is_refused_in_words(content, code):
    with pytest.raises(BadInput) as refused:
        taken_in(content)
    assert refused.value.code == code
    assert refused.value.sentence[0].isupper()
    assert refused.value.sentence.endswith(".")


def test_a_kind_is_told_by_the_bytes_and_not_by_a_name():
    assert kind_of(b"\n%PDF-1.7\n") is FileKind.PDF
    assert kind_of(b"PK\x03\x04") is FileKind.WORD
    assert kind_of("Lịch".encode()) is FileKind.PLAIN


def test_a_text_without_a_title_says_so():
    found = taken_in(BODY.encode())
    assert (found.title, found.text) == (NO_TITLE, BODY)
    assert any("tiêu đề" in warning for warning in found.warnings)


def test_plain_letters_without_tones_are_utf_8_and_nothing_is_guessed():
    assert decoded(b"Thong bao lich tiem phong") == ("Thong bao lich tiem phong", "UTF-8")


def test_words_that_read_both_ways_are_named_where_old_letters_stand_beside():
    found = taken_in("Đề nghị c¸c hé d©n ®Õn trạm y tế để được tiªm phßng.".encode())
    assert found.text == "Đề nghị các hé dân đến trạm y tế để được tiêm phòng."
    assert any("“hé” (hay “hộ”?)" in warning for warning in found.warnings)
