"""What bulletins are about: the province's list, the choice when writing, and reports by topic."""

import csv
import io

import openpyxl
import pypdf
import pytest
from sqlalchemy import select

from controller.errors import BadInput, Conflict, NotAllowed
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import clone_bulletin
from controller.features.bulletins.topics import add_topic, end_topic, set_topic, topics
from controller.features.reports.service import note_aired
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.bulletin_states import TopicCode
from controller.model.bulletins import Bulletin
from tests.integration.web.access_forms import WHEN
from tests.integration.web.site_world import Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

FORM = {"tieu_de": "Tiêm phòng", "noi_dung": "Ngày 30/11/2026.", "viec": "nhap"}
NOVEMBER = {"area": "56", "month": "2026-11"}


@pytest.fixture
def ruler(world):
    return world.people["quantri"]


def topic(world, bulletin):
    return world.ask(get_bulletin, bulletin).topic


def choose(world, bulletin, code, by=None):
    world.do(set_topic, bulletin, code, by=by or world.officer)


def note(world):
    while world.do(note_aired):
        pass


def test_a_fresh_station_has_a_list(officer):
    found = officer.get("/api/v1/topics").json()
    assert [one["code"] for one in found] == [
        "phap-luat",
        "y-te",
        "an-ninh-trat-tu",
        "thien-tai",
        "nong-nghiep",
        "giao-duc",
        "van-hoa",
        "khac",
    ]


@pytest.mark.parametrize("done", [{"viec": "nhap"}, {"viec": "gui", **WHEN}])
def test_a_topic_is_chosen_when_writing(world, officer, done):
    assert '<option value="y-te">' in officer.get("/tao-ban-tin").text
    reply = officer.post("/tao-ban-tin", data=FORM | {"chu_de": "y-te"} | done)
    bulletin = reply.headers["location"].split("?")[0].rpartition("/")[2]
    assert topic(world, bulletin) == "y-te"


def test_what_was_chosen_is_not_lost_to_an_error(officer):
    reply = officer.post("/tao-ban-tin", data=FORM | {"chu_de": "y-te", "tieu_de": ""})
    assert reply.status_code == 422
    assert '<option value="y-te" selected>' in reply.text


def test_it_is_changed_on_the_bulletins_page_also_when_it_is_approved(world, officer):
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    reply = officer.post(f"/ban-tin/{bulletin}/chu-de", data={"chu_de": "thien-tai"})
    assert "Đã lưu chủ đề." in text_of(officer.get(reply.headers["location"]))
    assert topic(world, bulletin) == "thien-tai"
    officer.post(f"/ban-tin/{bulletin}/chu-de", data={"chu_de": ""})
    assert topic(world, bulletin) is None


def test_programs_choose_it_too(world, officer):
    text = {"title": "Tin", "text": "Nội dung."}
    made = officer.post("/api/v1/bulletins", json=text | {"topic": "giao-duc"}).json()["id"]
    assert officer.get(f"/api/v1/bulletins/{made}/topic").json()["topic"]["code"] == "giao-duc"
    officer.put(f"/api/v1/bulletins/{made}/topic", json={"topic": None})
    assert officer.get(f"/api/v1/bulletins/{made}/topic").json() == {"topic": None}
    asked = text | {"topic": "khong-co", "areas": ["56"], "starts_in_seconds": 3600}
    before = len(officer.get("/api/v1/bulletins").json())
    assert officer.post("/api/v1/air", json=asked).json()["code"] == "topic.unknown"
    assert len(officer.get("/api/v1/bulletins").json()) == before
    done = officer.post("/api/v1/air", json=asked | {"topic": "y-te"}).json()
    assert topic(world, done["bulletin"]) == "y-te"


def test_a_copy_is_about_the_same_and_a_withdrawn_one_is_still_counted(world):
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    choose(world, bulletin, "y-te")
    assert world.do(clone_bulletin, bulletin, by=world.officer).topic == "y-te"
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert topic(world, bulletin) == "y-te"


def test_an_ended_topic_is_not_offered_and_stays_where_it_is(world, officer, ruler):
    bulletin, _ = world.submitted()
    choose(world, bulletin, "y-te")
    world.do(end_topic, TopicCode("y-te"), by=ruler)
    assert '<option value="y-te"' not in officer.get("/tao-ban-tin").text
    assert "Y tế, sức khỏe" in text_of(officer.get(f"/ban-tin/{bulletin}"))
    choose(world, bulletin, "y-te")  # as it is: nothing to refuse
    other, _ = world.submitted()
    with pytest.raises(Conflict):
        choose(world, other, "y-te")


def test_the_list_is_edited_on_its_page(world, sign_in):
    page = sign_in("quantri")
    assert page.post("/chu-de", data={"ten": " Thể  thao "}).status_code == 303
    assert page.post("/chu-de/the-thao/ten", data={"ten": "Thể dục, thể thao"}).status_code == 303
    page.post("/chu-de/khac/thoi")
    assert [(one.code, one.name) for one in world.ask(topics)][-2:] == [
        ("van-hoa", "Văn hóa, xã hội"),
        ("the-thao", "Thể dục, thể thao"),
    ]
    page.post("/chu-de/khac/dung-lai")
    assert len(world.ask(topics)) == 9
    shown = page.post("/chu-de", data={"ten": "y tế, SỨC KHỎE"})
    assert shown.status_code == 409
    assert "Đã có chủ đề mang tên này." in shown.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "!!!"])
def test_a_name_that_says_nothing_is_refused(world, ruler, name):
    with pytest.raises(BadInput):
        world.do(add_topic, name, by=ruler)


def test_only_an_administrator_edits_the_list(world):
    for person in (world.officer, world.approver):
        with pytest.raises(NotAllowed):
            world.do(add_topic, "Thể thao", by=person)


def test_what_is_not_on_the_list_is_not_chosen(world):
    bulletin, _ = world.submitted()
    with pytest.raises(BadInput):
        choose(world, bulletin, "khong-co")


def test_reports_by_topic_add_up_and_every_format_says_the_same(world, officer):
    for code, hertz in (("y-te", 300), ("thien-tai", 320), (None, 340)):
        world.aired(made=Made(mp3(8, hertz), 8_000), without=world.nodes[:1])
        if code is not None:
            with world.store.read() as session:
                newest = session.scalars(select(Bulletin.id).order_by(Bulletin.id.desc()).limit(1)).one()
            choose(world, newest, code)
    note(world)
    report = officer.get("/api/v1/reports/coverage", params=NOVEMBER).json()
    total = report["rows"][0]
    rows = [row for row in report["rows"] if row["group"] == "topic"]
    assert [(row["code"], row["name"], row["airings"]) for row in rows] == [
        ("", "Chưa chọn chủ đề", 1),
        ("thien-tai", "Phòng, chống thiên tai", 1),
        ("y-te", "Y tế, sức khỏe", 1),
    ]
    for figure in ("airings", "airings_heard", "minutes_planned", "minutes_heard"):
        assert sum(row[figure] for row in rows) == pytest.approx(total[figure], abs=0.02)
    text = officer.get("/api/v1/reports/coverage.csv", params=NOVEMBER).text.lstrip("\ufeff")
    lines = [line for line in csv.reader(io.StringIO(text)) if line[0] == "Chủ đề"]
    told = [list(row.values())[3:] for row in rows]
    assert [[float(cell) for cell in line[3:]] for line in lines] == told
    content = officer.get("/api/v1/reports/coverage.xlsx", params=NOVEMBER).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [list(row[3:]) for row in sheet.iter_rows(values_only=True) if row[0] == "Chủ đề"] == told
    content = officer.get("/api/v1/reports/coverage.pdf", params=NOVEMBER).content
    paper = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "thien-tai" in paper
    page = text_of(officer.get("/bao-cao?thang=2026-11&theo=topic"))
    assert "Phòng, chống thiên tai" in page
    entries = officer.get("/api/v1/reports/as-aired", params=NOVEMBER).json()
    assert {entry["topic"] for entry in entries} == {None, "y-te", "thien-tai"}
