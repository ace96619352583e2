"""The text layer of a PDF file; a scan has none, and that is said (docs/decisions/021)."""

import logging
from io import BytesIO

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from controller.errors import BadInput
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
_FEW_LETTERS = 20
"""A page with fewer letters is a picture with a stamp or a page number."""


def text_of_pdf(content: bytes) -> Taken:
    """Return the lines of all pages; raise BadInput for a locked, broken, scanned or endless file."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # each oddity of a file is no news of ours
    try:
        return _lines(_opened(content))
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


def _lines(reader: PdfReader) -> Taken:
    lines: list[str] = []
    pictures = characters = 0
    for page in reader.pages:
        text = page.extract_text()
        characters += len(text)
        if characters > _MOST_CHARACTERS:
            raise BadInput("Tệp PDF có quá nhiều chữ. Hãy tách phần cần phát.", code="import.too-large")
        pictures += sum(map(str.isalpha, text)) < _FEW_LETTERS
        lines += [*text.splitlines(), ""]
    if pictures == len(reader.pages):
        raise BadInput(_SCANNED, code="import.scanned")
    warnings = ["Chữ lấy từ PDF có thể lẫn đầu trang, chân trang hoặc sai thứ tự cột. Hãy đọc lại kỹ."]
    if pictures:
        warnings.append(f"Có {pictures} trang là ảnh, không lấy được chữ.")
    return Taken(lines, warnings)
