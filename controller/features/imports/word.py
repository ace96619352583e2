"""The text of a Word file (.docx), read with the standard library alone (docs/decisions/021).

What tracked changes deleted is left out and what they inserted is taken, as Word shows it once accepted.
"""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

from controller.errors import BadInput

LARGEST_PART = 60_000_000
"""Bytes of a file's text once unpacked: a thousand pages; a bomb of nested zeros is far beyond."""
MOST_PARTS = 5_000
_DOCUMENT = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_LEFT_OUT = frozenset({"del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "drawing"})
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_BROKEN = "Tệp Word bị hỏng hoặc không phải tệp Word thật. Hãy mở bằng Word, lưu lại rồi tải lên lại."


class Taken(NamedTuple):
    """A file's lines and what a person should know about how they were taken."""

    lines: list[str]
    warnings: list[str]
    doubtful: tuple[str, ...] = ()
    """Words of a scan that may have been recognised wrongly."""


def text_of_word(content: bytes) -> Taken:
    """Return the paragraphs and the tables' rows in order; raise BadInput for what is no whole .docx."""
    try:
        root = ET.fromstring(_document(content))  # noqa: S314 - no DTD comes this far, so no entities
        space = _STRICT if root.tag.startswith(_STRICT) else _W
        lines = [line for part in _blocks(root, space) for line in part.split("\n")]
        return Taken(lines, _warnings(root, space))
    except (zipfile.BadZipFile, ET.ParseError, EOFError, RuntimeError, zlib.error) as error:
        # RuntimeError: a locked part, a method that is not known, or elements nested without end
        raise BadInput(_BROKEN, code="import.broken") from error


def _document(content: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        if len(packed.infolist()) > MOST_PARTS:
            raise BadInput(_BROKEN, code="import.bomb")
        try:
            part = packed.getinfo(_DOCUMENT)
        except KeyError:
            raise BadInput(
                "Đây là tệp nén, không phải tệp Word (.docx). Hãy tải lên tệp văn bản.", code="import.kind"
            ) from None
        with packed.open(part) as opened:
            document = opened.read(LARGEST_PART + 1)  # what the directory says of the size may be a lie
    if len(document) > LARGEST_PART:
        raise BadInput(
            "Tệp Word phình quá lớn khi mở ra nên bị từ chối. Hãy chép phần chữ sang tệp mới.",
            code="import.bomb",
        )
    _refuse_doctype(document)
    return document


class _Begun(Exception):  # noqa: N818 - no error: what stood before the root element was seen
    pass


def _refuse_doctype(document: bytes) -> None:
    """Raise BadInput for a DTD, in whatever encoding: it stands before the root element or nowhere."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise BadInput(_BROKEN, code="import.broken")

    def root(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        parser.Parse(document, True)
    except _Begun:
        return
    except expat.ExpatError as error:
        raise BadInput(_BROKEN, code="import.broken") from error


def _blocks(above: ET.Element, space: str) -> Iterator[str]:
    """Yield a line for each paragraph, and one for each row of a table."""
    for element in above:
        name = element.tag.removeprefix(space)
        if name == "p":
            yield _text(element, space)
        elif name == "tbl":
            yield from _rows(element, space)
        elif name not in _LEFT_OUT:
            yield from _blocks(element, space)


def _rows(table: ET.Element, space: str) -> Iterator[str]:
    """Yield each row; a row whose cells hold several lines each (a letterhead) yields cell after cell."""
    for row in table.iter(f"{space}tr"):
        cells = [_lines("\n".join(_blocks(cell, space))) for cell in row.iter(f"{space}tc")]
        cells = [cell for cell in cells if cell]
        if all(len(cell) == 1 for cell in cells):
            yield "; ".join(cell[0] for cell in cells)
        else:
            yield from (line for cell in cells for line in cell)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _text(above: ET.Element, space: str) -> str:
    parts = []
    for element in above:
        name = element.tag.removeprefix(space)
        if name == "t":
            parts.append(element.text or "")
        elif name in _BREAKS:
            parts.append(_BREAKS[name])
        elif name not in _LEFT_OUT:
            parts.append(_text(element, space))
    return "".join(parts)


def _warnings(root: ET.Element, space: str) -> list[str]:
    found = []
    styles = {style.get(f"{space}val", "") for style in root.iter(f"{space}pStyle")}
    if root.find(f".//{space}numPr") is not None or any(style.startswith("List") for style in styles):
        found.append(
            "Số thứ tự và gạch đầu dòng do Word tự đánh không nằm trong phần chữ; hãy kiểm tra các mục."
        )
    if root.find(f".//{space}ins") is not None or root.find(f".//{space}del") is not None:
        found.append(
            "Tệp có phần đang sửa (Track Changes): phần thêm được lấy, phần xóa bị bỏ. Hãy đọc lại kỹ."
        )
    if root.find(f".//{space}tbl") is not None:
        found.append("Tệp có bảng; mỗi hàng thành một dòng. Hãy xem có đọc thành lời được không.")
    if root.find(f".//{space}drawing") is not None:
        found.append("Tệp có hình; hình và chữ trong hình không được lấy.")
    return found
