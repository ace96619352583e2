"""Real files: Word by python-docx, PDF by pypdf; opened in a process of their own, most refusals in this."""

import zipfile
from io import BytesIO

import docx
import pytest

from controller.errors import BadInput
from controller.features.imports.drafting import import_text, imported
from controller.features.imports.file_kinds import FileKind
from controller.features.imports.pdf import text_of_pdf
from controller.features.imports.word import LARGEST_PART, text_of_word
from controller.model.limits import LARGEST_FILE
from tests.support.old_letters import vni
from tests.support.pdfs import pdf

pytestmark = pytest.mark.slow  # real processes

BODY = "Đề nghị bà con đưa chó, mèo đến trụ sở trước 17 giờ ngày 30/11/2026."
PAGE = f"THÔNG BÁO\nVề việc tiêm phòng dại\n{BODY}"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(*paragraphs, letterhead=True):
    document = docx.Document()
    if letterhead:
        head = document.add_table(1, 2)
        head.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nPHƯỜNG BẮC NHA TRANG\nSố: 12/TB-UBND"
        head.cell(0, 1).text = "Độc lập - Tự do - Hạnh phúc\nBắc Nha Trang, ngày 20 tháng 11 năm 2026"
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    packed = BytesIO()
    document.save(packed)
    return packed.getvalue()


UTF_16_ENTITIES = f"""<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "nổ ">]>
<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>{"&b;" * 9}</w:t></w:r></w:p></w:body></w:document>"""


def zipped(**parts):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def document(inner):
    return zipped(
        **{"word__document.xml": f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'}
    )


def opened(content, kind):
    return text_of_pdf(content) if kind is FileKind.PDF else text_of_word(content)


def import_here(content):
    """Read a file as the process does that is begun for it: to begin one takes most of a second."""
    return imported(content, opened)


def refusal(content, read=import_here):
    with pytest.raises(BadInput) as refused:
        read(content)
    assert refused.value.sentence.endswith(".")
    return refused.value.code


def test_a_word_file_gives_its_heading_text_and_legal_act():
    found = import_text(word("THÔNG BÁO", "Về việc tiêm phòng dại", "", BODY))
    assert found.kind is FileKind.WORD
    assert found.title == "Thông báo: Về việc tiêm phòng dại"
    assert found.text == BODY  # the heading is the title, and is not said twice
    assert "Số: 12/TB-UBND" in found.aside
    assert (found.reference.number, found.reference.issuer) == (
        "12/TB-UBND",
        "Ủy ban nhân dân phường Bắc Nha Trang",
    )
    assert f"{found.reference.dated}" == "2026-11-20"


def test_a_word_file_in_an_old_font_is_mended():
    found = import_here(word(vni(BODY).decode("latin-1"), letterhead=False))
    assert (found.text, found.encoding) == (BODY, "VNI")


def test_inserted_words_are_taken_and_deleted_ones_left_out():
    inner = (
        "<w:p><w:r><w:t>Bà con </w:t></w:r><w:ins><w:r><w:t>khẩn trương </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>từ từ </w:delText></w:r></w:del>"
        "<w:r><w:t>đưa thuyền vào bờ.</w:t></w:r></w:p>"
    )
    found = import_here(document(inner))
    assert found.text == "Bà con khẩn trương đưa thuyền vào bờ."
    assert any("Track Changes" in warning for warning in found.warnings)


def test_rows_of_a_table_and_numbers_that_word_gave_are_pointed_out():
    table = docx.Document()
    cells = table.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = "Tổ dân phố 1", "7 giờ"
    table.add_paragraph("Mang theo sổ", style="List Number")
    packed = BytesIO()
    table.save(packed)
    found = import_here(packed.getvalue())
    assert found.text == "Tổ dân phố 1; 7 giờ\nMang theo sổ"
    assert len([one for one in found.warnings if "bảng" in one or "thứ tự" in one]) == 2


def test_a_pdf_gives_its_text_layer_joined_again():
    broken = "Ủy ban nhân dân phường đề nghị toàn thể bà con đưa chó, mèo đến\ntrụ sở phường."
    found = import_text(pdf(f"{PAGE}\n{broken}\n1", "Trang sau nữa là nội dung còn lại.\n- 2 -"))
    assert found.kind is FileKind.PDF
    assert found.title == "Thông báo: Về việc tiêm phòng dại"
    assert broken.replace("\n", " ") in found.text.split("\n")
    assert "- 2 -" not in found.text
    assert any("PDF" in warning for warning in found.warnings)


def test_a_page_that_is_a_picture_among_others_is_counted():
    assert any("1 trang là ảnh" in one for one in import_here(pdf(PAGE, "")).warnings)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(""), "import.scanned"),
        (pdf(PAGE, password="bí mật"), "import.locked"),
        (pdf(PAGE)[:500], "import.broken"),
        (b"%PDF-1.7 nothing else", "import.broken"),
        (word(BODY)[:2000], "import.broken"),
        (zipped(a="b"), "import.kind"),
        (zipped(word__document="<"), "import.kind"),
        (zipped(**{"word__document.xml": "<w:document"}), "import.broken"),
        (
            zipped(**{"word__document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
            "import.broken",
        ),
        (zipped(**{"word__document.xml": UTF_16_ENTITIES.encode("utf-16")}), "import.broken"),
        (zipped(**{"word__document.xml": b" " * 5000 + b'<!DOCTYPE a SYSTEM "b"><a/>'}), "import.broken"),
        (document("<w:p>" * 50_000 + "</w:p>" * 50_000), "import.broken"),
        (zipped(**{"word__document.xml": b"\0" * (LARGEST_PART + 1)}), "import.bomb"),
        (document("<w:p><w:r><w:t>&lt;script&gt;</w:t></w:r></w:p>"), "text.bad"),
        (document("<w:p/>"), "import.empty"),
    ],
    ids=[
        *("scan", "locked", "cut", "rubbish", "cut-zip", "other-zip", "no-document", "no-xml", "entities"),
        *("entities-in-utf-16", "late-doctype"),
        *("nested", "bomb", "html", "empty"),
    ],
)
def test_what_is_broken_locked_or_hostile_is_refused_in_words(content, code):
    assert refusal(content) == code


def test_the_words_of_a_refusal_come_out_of_the_process():
    assert refusal(pdf(PAGE, password="bí mật"), import_text) == "import.locked"
    assert refusal(document("<w:p>" * 50_000 + "</w:p>" * 50_000), import_text) == "import.broken"


def test_a_word_file_in_utf_16_is_read():
    text = f"<w:p><w:r><w:t>{BODY}</w:t></w:r></w:p>"
    whole = f'<?xml version="1.0" encoding="UTF-16"?><w:document xmlns:w="{W}">{text}</w:document>'
    assert import_here(zipped(**{"word__document.xml": whole.encode("utf-16")})).text == BODY


def test_a_pasted_text_is_taken_apart_from_the_pages_and_comes_back_the_same():
    content = f"Lịch tiêm phòng\n\n{BODY}\u200b  Hết.".encode()
    assert import_text(content) == imported(content, opener=None)


def test_twenty_million_bytes_of_text_are_refused_in_words():
    assert refusal(b"ba con " * (LARGEST_FILE // 7), import_text) == "import.too-large"


def test_a_pdf_locked_against_changing_alone_is_read():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(PAGE))))
    writer.encrypt(user_password="", owner_password="chủ", algorithm="AES-256")
    packed = BytesIO()
    writer.write(packed)
    assert BODY in import_here(packed.getvalue()).text


def test_what_the_directory_says_of_a_size_is_not_believed():
    content = bytearray(zipped(**{"word__document.xml": b"\0" * (LARGEST_PART + 1)}))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(BadInput):
        text_of_word(bytes(content))
