"""Tables as spreadsheets export and copy them: bytes to text, text to rows with their line numbers; pure."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from controller.errors import BadInput
from controller.model.plain_text import search_words

BAD_TABLE = "table.bad-file"
_MARKS = "\t;,"
"""Tried in this order: with a tab or a semicolon, a comma may stand inside a cell or a number."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the line on which it ends, counted from 1, and its cells without spaces around them."""

    line: int
    cells: tuple[str, ...]


def table_text(data: bytes) -> str:
    """Return the text of an exported table: UTF-8, or UTF-16 with its mark. BadInput for another coding."""
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        raise BadInput(
            "Tệp không phải CSV mã UTF-8. Trong Excel, bấm Lưu thành, chọn kiểu “CSV UTF-8”, rồi gửi lại. "
            "Chưa có gì được nhập.",
            code=BAD_TABLE,
        ) from None


def table_rows(text: str) -> list[TableRow]:
    """Return the rows that have anything in them; BadInput for text that is no table.

    Cells are separated by tabs, semicolons or commas: by what the first row has. A first line `sep=;`, which
    Excel writes, is left out.
    """
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    if first.lower().startswith("sep="):
        lines[lines.index(first)] = ""
        mark = first.rstrip("\r\n")[4:5] or ";"
    else:
        heading = _first_row(lines)
        mark = next((one for one in _MARKS if one in heading), ",")
    reader = csv.reader(lines, delimiter=mark)
    try:
        found = [TableRow(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error:
        raise BadInput("Bảng này không phải CSV. Chưa có gì được nhập.", code=BAD_TABLE) from None
    return [row for row in found if any(row.cells)]


def _first_row(lines: Sequence[str]) -> str:
    """Return the lines of the first row that has anything in it: a break inside quotes does not end it."""
    row = ""
    for line in lines:
        row += line
        if row.strip() and row.count('"') % 2 == 0:
            break
    return row


def columns_named(heading: TableRow, words: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return where the columns stand that a first line names; `words`: headings as they are compared."""
    found: dict[str, int] = {}
    for at, cell in enumerate(heading.cells):
        name = next((one for one, known in words.items() if heading_words(cell) in known), None)
        if name is not None:
            found.setdefault(name, at)
    return found


def check_wrong_lines(wrong: Sequence[tuple[int, str]], lines: int, *, only_good: bool) -> None:
    """Raise BadInput for a list of so many lines with wrong ones, each as its number and its fault.

    `only_good`: they are left out; a list without a good line is refused all the same.
    """
    if wrong and not (only_good and len(wrong) < lines):
        line, fault = wrong[0]
        raise BadInput(
            f"{len(wrong)} dòng sai, dòng đầu tiên là dòng {line}: {fault} Chưa có gì thay đổi. "
            "Hãy sửa tệp, hoặc chọn chỉ làm những dòng đúng.",
            code="list.wrong-line",
        )


def heading_words(cell: str) -> str:
    """Return a heading as it is compared: small, without accents and signs, one space between words."""
    return " ".join(search_words(cell))
