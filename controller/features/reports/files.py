"""Writes a report's table as CSV, Excel or PDF with the same cells. docs/commands.md, `loa report`."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from controller.features.reports.coverage import COLUMNS, GROUPS, Cell, Group, Table
from controller.features.reports.forms import Form

_BOM = "\ufeff"
"""Excel reads a CSV file as UTF-8 only where it begins with this."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes a cell that begins so; what a person wrote as a title must stay a title."""
_FONTS = Path(__file__).parent / "fonts"
_WIDTHS = (16, 12, 40, 11, 15, 9, 15, 11, 13, 13, 11)
"""Of the columns in Excel, in characters."""
_WIDTHS_MM = (26, 24, 70, 17, 20, 17, 20, 19, 21, 21, 19)
"""Of the columns on paper: A4 across, less its edges."""


MEDIA = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
}


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return comma-separated lines in UTF-8 for Excel; texts that look like formulas are quoted as texts."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(headings)
    write.writerows([_harmless(cell) for cell in row] for row in rows)
    return (_BOM + out.getvalue()).encode()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def table_json(table: Table) -> bytes:
    """Return a report as one line of JSON."""
    told = {"title": table.title, "subtitle": table.subtitle, "rows": list(table.records())}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def table_csv(table: Table) -> bytes:
    """Return a report as CSV, without its title: the first line names the columns."""
    return as_csv(list(COLUMNS.values()), map(_words, table.rows))


def table_xlsx(table: Table) -> bytes:
    """Return a report as one Excel sheet; texts that look like formulas stay texts."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Báo cáo")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bg_color": "#E7EEF7", "border": 1, "text_wrap": True})
        sheet.write_string(0, 0, table.title, bold)
        sheet.write_string(1, 0, table.subtitle)
        for column, (heading, width) in enumerate(zip(COLUMNS.values(), _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, heading, head)
        for number, row in enumerate(map(_words, table.rows), start=4):
            for column, cell in enumerate(row):
                style = bold if row[0] == GROUPS[Group.TOTAL] else None
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell, style)
                elif cell is not None:
                    sheet.write_number(number, column, cell, style)
        sheet.freeze_panes(4, 3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def table_pdf(table: Table) -> bytes:
    """Return a report as a PDF on A4 landscape, with fonts that have every Vietnamese letter."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.units import mm
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer

    regular, title, heading, small = _styles()
    cells: list[list[Any]] = [[Paragraph(escape(name), heading) for name in COLUMNS.values()]]
    cells += [
        [Paragraph(escape(cell), small) if isinstance(cell, str) else _number(cell) for cell in _words(row)]
        for row in table.rows
    ]
    grid = LongTable(cells, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1)
    grid.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), small.fontName, small.fontSize),
            ("ALIGN", (3, 1), (-1, -1), "RIGHT"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#9AA5B1")),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#E7EEF7")),
            ("BACKGROUND", (0, 1), (-1, 1), colors.HexColor("#F4F6F8")),
        ]
    )
    out = io.BytesIO()
    edges = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 10 * mm)
    page = SimpleDocTemplate(out, pagesize=landscape(A4), title=table.title, author="Loa", **edges)
    page.build(
        [
            Paragraph(escape(table.title), title),
            Paragraph(escape(table.subtitle), regular),
            Spacer(0, 5 * mm),
            grid,
        ]
    )
    return out.getvalue()


WRITERS: dict[Form, Callable[[Table], bytes]] = {
    Form.JSON: table_json,
    Form.CSV: table_csv,
    Form.XLSX: table_xlsx,
    Form.PDF: table_pdf,
}


def _words(row: Sequence[Cell]) -> list[Cell]:
    """Return a row for people: the group in words."""
    return [GROUPS[Group(str(row[0]))], *row[1:]]


def _number(cell: float | None) -> str:
    """Return a number in Vietnamese format: 1.234,5."""
    if cell is None:
        return "–"
    text = f"{cell:,}" if isinstance(cell, int) else f"{cell:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))


@cache
def _styles() -> tuple[Any, Any, Any, Any]:
    """Return the styles of body text, title, headings and cells; the fonts are read once."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in (("loa", "regular.ttf"), ("loa-semibold", "semibold.ttf")):
        registerFont(TTFont(name, str(_FONTS / file)))
    regular = ParagraphStyle("regular", fontName="loa", fontSize=10, leading=14)
    title = ParagraphStyle("title", fontName="loa-semibold", fontSize=15, leading=20)
    heading = ParagraphStyle("heading", fontName="loa-semibold", fontSize=8, leading=10)
    return regular, title, heading, ParagraphStyle("cell", fontName="loa", fontSize=8, leading=10)
