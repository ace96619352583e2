"""Reports as programs and Excel meet them: the same totals in every format, only of what one may see."""

import csv
import io

import openpyxl
import pypdf
import pytest

from controller.features.reports.service import note_aired

PLACE = "/api/v1/reports"
NOVEMBER = {"area": "56", "month": "2026-11"}


@pytest.fixture
def heard(world):
    """A bulletin that all but two loudspeakers of one commune heard."""
    world.aired(title="=Phòng, chống bão", without=world.nodes[:2])
    while world.do(note_aired):
        pass


@pytest.mark.usefixtures("heard")
def test_every_format_says_the_same(officer):
    report = officer.get(f"{PLACE}/coverage", params=NOVEMBER).json()
    total, *rows = report["rows"]
    assert (total["airings"], total["nodes"], total["nodes_heard"]) == (1, 130, 128)
    assert {row["group"] for row in rows} == {"month", "area", "topic", "bulletin"}
    assert len([row for row in rows if row["group"] == "area"]) == 65
    told = [list(row.values())[3:] for row in report["rows"]]
    text = officer.get(f"{PLACE}/coverage.csv", params=NOVEMBER).text.lstrip("\ufeff")
    lines = csv.reader(io.StringIO(text))
    assert [[float(cell) for cell in line[3:]] for line in list(lines)[1:]] == told
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"{PLACE}/coverage.xlsx", params=NOVEMBER).content))
    sheet = list(book.active.iter_rows(min_row=5, values_only=True))
    assert [list(row[3:]) for row in sheet] == told
    paper = pypdf.PdfReader(io.BytesIO(officer.get(f"{PLACE}/coverage.pdf", params=NOVEMBER).content))
    text = "\n".join(page.extract_text() for page in paper.pages)
    for cell in told[0]:
        assert (f"{cell}" if isinstance(cell, int) else f"{cell:.2f}".replace(".", ",")) in text


@pytest.mark.usefixtures("heard")
def test_a_file_is_offered_under_a_name_that_says_what_it_is(officer):
    reply = officer.get(f"{PLACE}/coverage.xlsx", params=NOVEMBER)
    assert reply.headers["content-disposition"] == 'attachment; filename="bao-cao-56-2026-11.xlsx"'


@pytest.mark.usefixtures("heard")
def test_a_report_of_a_commune_counts_its_own_loudspeakers_alone(sign_in):
    report = sign_in("xanhatrang").get(f"{PLACE}/coverage", params=NOVEMBER | {"area": "22366"}).json()
    assert (report["rows"][0]["name"], report["rows"][0]["nodes"]) == ("Phường Nha Trang", 2)


@pytest.mark.parametrize("what", ["coverage", "coverage.csv", "coverage.pdf", "as-aired", "as-aired.csv"])
def test_the_province_is_not_there_for_an_officer_of_a_commune(sign_in, what):
    assert sign_in("xanhatrang").get(f"{PLACE}/{what}", params=NOVEMBER).status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1066-10", "2026"])
def test_what_is_no_month_is_refused_with_a_sentence(officer, month):
    reply = officer.get(f"{PLACE}/coverage", params=NOVEMBER | {"month": month})
    assert reply.status_code == 422
    assert reply.json()["sentence"]


@pytest.mark.usefixtures("heard")
def test_the_log_of_a_month_names_each_node_with_its_reason(officer, world):
    entries = officer.get(f"{PLACE}/as-aired", params=NOVEMBER).json()
    assert len(entries) == 130
    silent = {entry["node"]: entry["reason"] for entry in entries if entry["started_at"] is None}
    assert set(silent) == set(world.nodes[:2])
    assert all(silent.values())
    lines = officer.get(f"{PLACE}/as-aired.csv", params=NOVEMBER).text.splitlines()
    assert len(lines) == 131
    assert "'=Phòng, chống bão" in lines[1]


@pytest.mark.usefixtures("heard")
def test_another_month_is_empty(officer):
    report = officer.get(f"{PLACE}/coverage", params=NOVEMBER | {"month": "2026-10"}).json()
    assert [row["group"] for row in report["rows"]] == ["total"]
