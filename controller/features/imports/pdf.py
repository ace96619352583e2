"""The text layer of a PDF file; pages that are pictures are read by tesseract where it is installed."""

import logging
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from controller.errors import BadInput
from controller.features.imports.programs import reads_scans, text_of_page
from controller.features.imports.word import Taken

MOST_PAGES = 300
"""A bulletin of a hundred thousand characters has some forty pages."""
_MOST_CHARACTERS = 2_000_000
_SCANNED = (
    "Tệp PDF này là ảnh quét, không có chữ để lấy. Hãy dùng tệp Word gốc, hoặc gõ lại nội dung cần phát."
)
_LOCKED = "Tệp PDF có mật khẩu nên không đọc được. Hãy lưu lại thành tệp không có mật khẩu rồi tải lên lại."
_BROKEN = "Tệp PDF bị hỏng, không đọc được. Hãy xuất lại tệp PDF, hoặc tải lên tệp Word."
_ODD = (PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
MOST_SCANNED = 10
"""Pages that are recognised: more would take longer than anybody waits for a page."""
_FEW_LETTERS = 20
"""A page with fewer letters is a picture with a stamp or a page number."""


def text_of_pdf(content: bytes) -> Taken:
    """Return the lines of all pages; raise BadInput for a locked, broken, scanned or endless file."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # each oddity of a file is no news of ours
    try:
        return _lines(_opened(content), content)
    except _ODD as error:
        # "broken PDF files might cause other exceptions", says the library's own manual
        raise BadInput(_BROKEN, code="import.broken") from error


def _opened(content: bytes) -> PdfReader:
    reader = PdfReader(BytesIO(content))
    # many offices lock against changing alone: such a file opens with the empty password
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise BadInput(_LOCKED, code="import.locked")
    pages = len(reader.pages)
    if pages > MOST_PAGES:
        raise BadInput(
            f"Tệp PDF có {pages} trang, quá {MOST_PAGES} trang. Hãy tách phần cần phát thành tệp riêng.",
            code="import.too-large",
        )
    return reader


def _lines(reader: PdfReader, content: bytes) -> Taken:
    pages: list[list[str]] = []
    pictures: list[int] = []
    characters = 0
    for number, page in enumerate(reader.pages):
        text = page.extract_text()
        characters += len(text)
        if characters > _MOST_CHARACTERS:
            raise BadInput("Tệp PDF có quá nhiều chữ. Hãy tách phần cần phát.", code="import.too-large")
        if sum(map(str.isalpha, text)) < _FEW_LETTERS:
            pictures.append(number)
        pages.append(text.splitlines())
    read = _recognised(content, pictures) if reads_scans() else {}
    for number, taken in read.items():
        pages[number] = taken.lines
    lost = len(pictures) - sum(any(one.lines) for one in read.values())
    if lost == len(pages):
        raise BadInput(_SCANNED, code="import.scanned")
    warnings = ["Chữ lấy từ PDF có thể lẫn đầu trang, chân trang hoặc sai thứ tự cột. Hãy đọc lại kỹ."]
    if lost:
        warnings.append(f"Có {lost} trang là ảnh, không lấy được chữ.")
    doubtful = tuple(word for taken in read.values() for word in taken.doubtful)
    return Taken([line for lines in pages for line in (*lines, "")], warnings, doubtful)


def _recognised(content: bytes, numbers: Sequence[int]) -> dict[int, Taken]:
    """Return what stands on these pages, which are pictures; the first `MOST_SCANNED` of them."""
    with tempfile.TemporaryDirectory(prefix="loa-quet-") as folder:
        file = Path(folder) / "tep.pdf"
        file.write_bytes(content)
        return {number: text_of_page(file, number) for number in numbers[:MOST_SCANNED]}
