"""Reports count each node and each airing once, and every format says the same."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import BadInput
from controller.features.reports.coverage import (
    COLUMNS,
    Group,
    Grouping,
    by_bulletin,
    by_legal_act,
    by_month,
    table,
)
from controller.features.reports.entries import AiredInArea
from controller.features.reports.files import as_csv, table_csv, table_pdf, table_xlsx
from controller.features.reports.monthly import span
from tests.support.any_text import ANY_CHARACTER
from tests.support.nightly import examples

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
TITLE = "Báo cáo phát thanh – Tỉnh Khánh Hòa"
NEXT_MONTH = NOW + timedelta(days=5, hours=14)
ODD_TITLE = "=HYPERLINK(1) Phòng, chống bão – «Ưu tiên» ẵ ỹ Ặ"


def aired(airing="a1", node="n1", heard_ms=60_000, *, planned_ms=60_000, began=True, **changes):
    fields = {
        "airings": frozenset({airing}),
        "airings_heard": frozenset({airing} if began else ()),
        "area": "22366",
        "bulletin": "b1",
        "title": ODD_TITLE,
        "legal_act": None,
        "topic": None,
        "topic_name": None,
        "month": "2026-11",
        "planned_ms": planned_ms,
        "heard_ms": heard_ms if began else 0,
        "nodes": frozenset({node}),
        "nodes_heard": frozenset({node} if began else ()),
    }
    return AiredInArea(**(fields | changes))


def made(entries, *groupings):
    grouped = [Grouping(Group.MONTH, by_month), Grouping(Group.BULLETIN, by_bulletin), *groupings]
    place = ("56", "Tỉnh Khánh Hòa")
    return table(
        entries, grouped, title="Báo cáo phát thanh – Tỉnh Khánh Hòa", subtitle="Tháng 11/2026", place=place
    )


SOME = [
    aired(),
    aired(node="n2", heard_ms=15_000),
    aired(node="n3", began=False),
    aired(airing="a2", bulletin="b2", title="Lịch tiêm phòng", node="n1", planned_ms=90_000, heard_ms=90_000),
    aired(
        airing="a3",
        bulletin="b2",
        title="Lịch tiêm phòng",
        node="n3",
        began=False,
        month="2026-12",
    ),
]


def test_a_node_and_an_airing_count_once_and_minutes_are_summed():
    total, *_ = made(SOME).records()
    assert total == {
        "group": "total",
        "code": "56",
        "name": "Tỉnh Khánh Hòa",
        "airings": 3,
        "airings_heard": 2,
        "nodes": 3,
        "nodes_heard": 2,
        "percent_of_nodes": 66.67,
        "minutes_planned": 5.5,
        "minutes_heard": 2.75,
        "percent_of_minutes": 50.0,
    }


def test_months_are_those_of_vietnam():
    months = [row["code"] for row in made(SOME).records() if row["group"] == "month"]
    assert months == ["2026-11", "2026-12"]  # 30 November, 17:00 in London, is 1 December here


def test_what_tells_of_a_legal_act_is_counted_under_it_whatever_the_bulletin():
    act = "Luật số 36/2024/QH15"
    entries = [aired(legal_act=act), aired(airing="a2", bulletin="b2", legal_act=act), aired(airing="a3")]
    rows = list(made(entries, Grouping(Group.LEGAL_ACT, by_legal_act)).records())
    (row,) = [row for row in rows if row["group"] == "legal-act"]
    assert (row["name"], row["airings"], row["nodes"]) == (act, 2, 1)


def test_a_report_of_nothing_has_a_total_without_shares():
    (total,) = made([]).records()
    assert (total["airings"], total["percent_of_nodes"], total["percent_of_minutes"]) == (0, None, None)


def from_csv(content):
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return head, rows


def from_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    return rows[0], rows[1:], sheet


def from_pdf(content):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_csv_excel_and_json_say_the_same():
    report = made(SOME)
    head, lines = from_csv(table_csv(report))
    excel_head, excel, _ = from_xlsx(table_xlsx(report))
    assert head == excel_head == list(COLUMNS.values())
    told = [list(record.values())[3:] for record in report.records()]
    assert [row[3:] for row in excel] == told
    assert [[None if cell == "" else float(cell) for cell in line[3:]] for line in lines] == told


def test_the_pdf_opens_again_and_has_the_totals_and_every_letter():
    report = made(SOME)
    text = from_pdf(table_pdf(report))
    assert TITLE in text
    assert "«Ưu tiên» ẵ ỹ Ặ" in re.sub(r"\s+", " ", text)
    for record in report.records():
        for cell in list(record.values())[3:]:
            if cell is not None:
                assert written(cell) in text


def written(cell):
    return f"{cell}" if isinstance(cell, int) else f"{cell:.2f}".replace(".", ",")


def test_a_long_pdf_repeats_its_headings_on_each_page():
    entries = [aired(airing=f"a{n}", bulletin=f"b{n:03}") for n in range(60)]
    pages = pypdf.PdfReader(io.BytesIO(table_pdf(made(entries)))).pages
    assert len(pages) > 2
    assert all("Phút đã phát" in re.sub(r"\s+", " ", page.extract_text()) for page in pages)


def test_a_title_that_looks_like_a_formula_stays_a_text():
    _, lines = from_csv(table_csv(made(SOME)))
    assert any(line[2] == f"'{ODD_TITLE}" for line in lines)
    _, _, sheet = from_xlsx(table_xlsx(made(SOME)))
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@given(st.lists(st.lists(st.text(ANY_CHARACTER), min_size=2, max_size=2)))
def test_no_text_becomes_a_formula_and_none_is_lost(rows):
    rows = [[cell.replace("\r", "").replace("\x00", "") for cell in row] for row in rows]
    _, read = from_csv(as_csv(["a", "b"], rows))
    for row, back in zip(rows, read, strict=True):
        for cell, again in zip(row, back, strict=True):
            assert again in {cell, f"'{cell}"}
            assert not again.startswith(("=", "+", "-", "@", "\t"))


def test_csv_begins_with_the_mark_that_excel_looks_for():
    assert table_csv(made([])).startswith(b"\xef\xbb\xbf")


@examples(50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 60_000)), max_size=30))
def test_the_rows_of_a_grouping_sum_up_to_the_total(met):
    entries = [
        aired(airing=f"a{a}", node=f"n{n}", bulletin=f"b{a}", heard_ms=ms) for a, n, ms in dict.fromkeys(met)
    ]
    records = list(made(entries).records())
    for name in ("minutes_planned", "minutes_heard"):
        parts = sum(row[name] for row in records if row["group"] == "bulletin")
        assert parts == pytest.approx(records[0][name], abs=0.03)
    assert sum(row["airings"] for row in records if row["group"] == "bulletin") == records[0]["airings"]


def test_a_month_begins_at_midnight_in_vietnam():
    since, until = span("2028-02")
    assert since == datetime(2028, 1, 31, 17, tzinfo=UTC)
    assert until - since == timedelta(days=29)
    assert span("2026-12", 2)[1] == datetime(2027, 1, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "2026-1", "26-11", "2026-00", "xxxx-yy", "1066-10", "²026-11"]
)
def test_what_is_no_month_is_refused(month):
    with pytest.raises(BadInput):
        span(month)
