"""Drills on pages, for programs and for everybody: planned, judged, compared, published."""

from datetime import timedelta

import pytest

from controller.features.airings.planning import BroadcastRequest
from controller.features.bulletins.queries import waiting_renderings
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.results import JUDGED_AFTER, judge_drills
from controller.features.drills.service import plan_drill
from controller.features.reports.service import note_aired
from controller.features.speaker_tests.service import prepare_test
from controller.model.drills import Drill
from devices.ids import Grade
from tests.integration.web.site_world import NHA_TRANG, PROVINCE, Made
from tests.integration.web.test_pages import text_of
from tests.support.swelling_tone import mp3

CRITERIA = DrillCriteria(start_within_s=5, least_percent=95, needs_level=False)
FORM = {"ten": "Diễn tập quý IV", "noi": "tat-ca", "ca_vung": "1", "ngay": "26/11/2026", "gio": "09:00"}
SILENT = f"loa-{NHA_TRANG}-1"
NODES = 130


@pytest.fixture
def made(world):
    """The sound of an approved test of the whole province; every loudspeaker is connected."""
    made = Made(mp3(), 8_000)
    test = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, made)
    world.approve(test.id, made)
    world.bring_online()
    return made


def drill(world, made, silent, name="Diễn tập quý IV", **asked):
    """A drill of the province that is judged: all but these heard it."""
    request = BroadcastRequest((PROVINCE,), world.now() + timedelta(seconds=60), grade=Grade.PRIORITY)
    row = world.do(plan_drill, name, request, CRITERIA, by=world.approver, **asked)
    world.advance()
    world.publish()
    there = [node for node in world.nodes if node not in silent]
    world.tell(row.airing, made, "fetched")
    start = world.later(seconds=60)
    world.advance()
    world.tell(row.airing, made, "started", there, at=start)
    world.later(seconds=8)
    world.tell(row.airing, made, "finished", there, heard_ms=8_000)
    world.later(seconds=11)
    world.advance()
    while world.do(note_aired):
        pass
    world.later(seconds=JUDGED_AFTER.total_seconds() + 1)
    assert world.do(judge_drills)
    return row.id


@pytest.mark.usefixtures("made")
def test_a_drill_is_planned_on_the_page_and_refused_in_words(approver):
    assert "Bản tin thử sẽ phát: Thử loa" in text_of(approver.get("/dien-tap/dat"))
    wrong = approver.post("/dien-tap/dat", data=FORM | {"ten": " "})
    assert (wrong.status_code, "Hãy đặt tên buổi diễn tập" in wrong.text) == (422, True)
    never = approver.post("/dien-tap/dat", data=FORM | {"gio": "25:00"})
    assert (never.status_code, "Hãy chọn đủ ngày và giờ diễn tập" in never.text) == (422, True)
    many = approver.post("/dien-tap/dat", data=FORM | {"it_nhat": "٣٠٠"})
    assert (many.status_code, "từ 1 đến 100%" in many.text) == (422, True)
    place = approver.post("/dien-tap/dat", data=FORM | {"lap": "3"}).headers["location"]
    page = text_of(approver.get(place))
    assert "Chưa có kết quả" in page
    assert "Lặp lại sau 3 tháng" in page
    assert approver.post(f"{place}/thoi-lap").status_code == 303
    assert "Lặp lại sau" not in text_of(approver.get(place))
    assert "Diễn tập quý IV" in text_of(approver.get("/dien-tap"))


def test_without_an_approved_test_the_page_says_what_to_do(approver):
    assert "Soạn bản tin thử loa" in text_of(approver.get("/dien-tap/dat"))
    refused = approver.post("/dien-tap/dat", data=FORM)
    assert (refused.status_code, "Chưa có bản tin thử loa nào được duyệt" in refused.text) == (404, True)


def test_the_scoreboard_names_communes_and_loudspeakers_with_the_cause(world, made, approver, sign_in):
    found = drill(world, made, [SILENT])
    page = text_of(approver.get(f"/dien-tap/{found}"))
    assert f"{NODES - 1}/{NODES} cụm loa" in page
    assert "Còn kết nối nhưng không báo gì về lần phát: 1" in page
    assert page.index("50%") < page.index("100%")  # the worst commune first
    listed = approver.get(f"/dien-tap/{found}?xa={NHA_TRANG}").text
    assert f'href="/cum-loa/{SILENT}"' in listed
    elsewhere = approver.get(f"/dien-tap/{found}?xa=22333").text
    assert f'href="/cum-loa/{SILENT}"' not in elsewhere
    notice = text_of(approver.get("/thong-bao"))
    assert f"«Diễn tập quý IV»: {NODES - 1}/{NODES} cụm loa đạt." in notice
    assert "Diễn tập" in text_of(sign_in("kythuat").get("/su-co/viec"))


def test_programs_read_it_compared_with_the_one_before(world, made, approver):
    other = f"loa-{NHA_TRANG}-2"
    drill(world, made, [SILENT], name="Một")
    world.later(minutes=5)
    found = drill(world, made, [SILENT, other], name="Hai")
    board = approver.get(f"/api/v1/drills/{found}").json()
    assert (board["drill"]["counted"], board["drill"]["heard"]) == (NODES, NODES - 2)
    assert (board["better"], board["worse"], board["again"], board["compared_name"]) == (0, 1, 1, "Một")
    assert board["communes"][0]["area"] == NHA_TRANG
    failed = approver.get(f"/api/v1/drills/{found}/nodes?failed=true").json()
    assert [(one["node"], one["before"]) for one in failed] == [(SILENT, "no-word"), (other, "heard")]
    rest = approver.get(f"/api/v1/drills/{found}/nodes?failed=true&after={SILENT}").json()
    assert [one["node"] for one in rest] == [other]
    again = approver.post(
        f"/api/v1/drills/{found}/retry", json={"starts_in_seconds": 600, "grade": "priority"}
    ).json()
    assert (again["name"], again["retry_of"]) == ("Hai (lại)", found)
    assert [one["name"] for one in approver.get("/api/v1/drills").json()] == ["Hai (lại)", "Hai", "Một"]


def test_what_is_published_is_for_everybody_and_names_no_loudspeaker(world, made, approver, client):
    found = drill(world, made, [SILENT])
    assert client.get(f"/cong-khai/dien-tap/{found}").status_code == 404
    assert "Chưa công bố buổi diễn tập nào" in text_of(client.get("/cong-khai/dien-tap"))
    assert approver.post(f"/dien-tap/{found}/cong-bo", data={"cong_khai": "1"}).status_code == 303
    assert f"/cong-khai/dien-tap/{found}" in client.get("/cong-khai/dien-tap").text
    page = client.get(f"/cong-khai/dien-tap/{found}")
    assert "Phường Nha Trang" in page.text
    assert "/cum-loa/" not in page.text
    assert "Cụm" not in text_of(page).replace("Cụm loa", "")
    assert approver.post(f"/dien-tap/{found}/cong-bo", data={"cong_khai": ""}).status_code == 303
    assert client.get(f"/cong-khai/dien-tap/{found}").status_code == 404


def test_one_that_moves_with_its_airing_stays_the_same_drill(world, made, approver):
    request = BroadcastRequest((PROVINCE,), world.now() + timedelta(hours=2), grade=Grade.PRIORITY)
    row = world.do(plan_drill, "Diễn tập", request, CRITERIA, by=world.approver)
    moved = {"ngay": "26/11/2026", "gio": "09:00"}
    assert approver.post(f"/phat/{row.airing}/doi", data=moved).status_code == 303
    kept = world.ask(lambda session: session.get(Drill, row.id))
    assert kept.airing != row.airing
    assert f"{kept.starts_at:%d %H}" == "26 02"
    assert made.data
