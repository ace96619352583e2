"""Speaking in turns on pages and for programs: chosen, shown on the map, in lists and before sending."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import set_area_turns
from controller.model.fleet import PositionSource
from devices.ids import NodeId
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, Made
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.swelling_tone import mp3


@pytest.fixture
def near(world):
    """Two of the commune's loudspeakers stand 100 m apart; of a third the place is not known."""
    added = NodeId(f"loa-{NHA_TRANG}-3")
    world.do(enrol_nodes, [NewNode(added, NHA_TRANG, "Cụm mới")], by=None)
    nodes = [node for node in world.nodes if NHA_TRANG in node]
    places = [Placed(node, 12.24 + 0.0009 * n, 109.19) for n, node in enumerate(nodes)]
    world.do(place_nodes, places, source=PositionSource.MAP, by=None)
    return [*nodes, added]


def speak_in_turns(world, most=3):
    world.do(set_area_turns, AreaTurnsAsked(area=NHA_TRANG, most=most), by=world.approver)


def test_an_area_is_chosen_and_shown_with_what_becomes_of_it(near, approver):
    assert "Mọi cụm loa phát cùng lúc" in text_of(approver.get("/phat-theo-luot"))
    assert approver.post("/phat-theo-luot", data={"dia_ban": NHA_TRANG, "luot": "2"}).status_code == 303
    page = text_of(approver.get("/phat-theo-luot"))
    assert f"nay {len(near)} cụm loa đọc trong 2 lượt: bản tin 5 phút phát hết trong 10:05" in page
    assert "1 cụm chưa có vị trí, đọc ở lượt cuối" in page
    wrong = approver.post("/phat-theo-luot", data={"dia_ban": NHA_TRANG, "luot": "9"})
    assert (wrong.status_code, "Số lượt phải từ 1 đến 6." in wrong.text) == (422, True)
    assert approver.post("/phat-theo-luot/bo", data={"dia_ban": NHA_TRANG}).status_code == 303
    assert "Mọi cụm loa phát cùng lúc" in text_of(approver.get("/phat-theo-luot"))


def test_programs_choose_and_read_it(near, approver):
    asked = {"area": NHA_TRANG, "most": 2}
    told = approver.post("/api/v1/turns/areas", json=asked).json()
    assert (told["turns"], told["loudspeakers"], told["unplaced"]) == (2, len(near), 1)
    found = approver.get(f"/api/v1/turns/areas/{NHA_TRANG}").json()
    assert {one["node"]: one["turn"] for one in found}[near[1]] == 2
    assert [one["node"] for one in found if not one["placed"]] == [near[-1]]
    assert approver.get(f"/api/v1/turns/areas/{BAC_NHA_TRANG}").json() == []
    assert approver.delete(f"/api/v1/turns/areas/{NHA_TRANG}").status_code == 204


@pytest.mark.usefixtures("near")
def test_the_map_of_a_commune_shows_who_speaks_when(world, officer):
    assert "Lượt phát tin thông thường" not in officer.get(f"/ban-do?xa={NHA_TRANG}").text
    speak_in_turns(world)
    page = officer.get(f"/ban-do?xa={NHA_TRANG}").text
    assert 'aria-label="Lượt phát tin thông thường"' in page
    assert ", lượt 2" in page
    assert "chưa có vị trí, đọc ở lượt cuối" in page


@pytest.mark.usefixtures("near")
def test_lists_and_lines_say_the_turns_and_the_true_end(world, officer):
    speak_in_turns(world)
    bulletin, _ = world.submitted()
    airing = world.plan(bulletin, areas=[NHA_TRANG], seconds=3600)
    world.approve(bulletin)
    assert " · 2 lượt " in text_of(officer.get("/phat"))  # how long it is, is fixed with its recording
    world.advance()
    for page in ("/phat", f"/loa-xa?xa={NHA_TRANG}", f"/phat/{airing}"):
        assert "2 lượt, " in text_of(officer.get(page)), page
    told = officer.get(f"/api/v1/airings/{airing}").json()
    assert told["turns"] == 2
    assert told["over_at"] > told["starts_at"]


def test_listeners_are_told_the_true_end_and_that_it_goes_on_between_two_turns(world, client, near):
    speak_in_turns(world)
    made = Made(mp3(), 8_000)
    airing, _ = world.approved_airing(made=made, areas=[NHA_TRANG], seconds=60)
    world.advance()
    (event,) = Calendar.from_ical(client.get(f"/cong-khai/{NHA_TRANG}/lich.ics").text).walk("VEVENT")
    assert event["DURATION"].dt == timedelta(seconds=8 + 5 + 8)
    start = world.later(seconds=60)
    world.advance()
    world.tell(airing, made, "started", near[:1], at=start)
    world.later(seconds=10)
    world.tell(airing, made, "finished", near[:1], heard_ms=made.duration_ms)
    assert "đang phát" in client.get(f"/cong-khai/{NHA_TRANG}").text


@pytest.mark.usefixtures("near")
def test_who_writes_is_told_the_end_before_sending(world, officer):
    speak_in_turns(world)
    form = FORM | {
        "noi": "chon",
        "dia_ban": NHA_TRANG,
        "luc": "gio-khac",
        "ngay": "27/11/2026",
        "gio": "05:00",
    }
    page = text_of(officer.post("/tao-ban-tin/tom-tat", data=form))
    assert "loa gần nhau đọc lần lượt, 2 lượt, hết khoảng 05:" in page
    assert "lượt" not in text_of(officer.post("/tao-ban-tin/tom-tat", data=form | {"muc": "priority"}))


@pytest.mark.usefixtures("near")
def test_who_plans_what_exists_is_told_the_end_too(world, officer):
    speak_in_turns(world)
    bulletin, _ = world.submitted()
    when = {"noi": "chon", "dia_ban": NHA_TRANG, "muc": "routine", "am_luong": "70"}
    once = when | {"luc": "gio-khac", "ngay": "27/11/2026", "gio": "05:00"}
    told = text_of(officer.post(f"/ban-tin/{bulletin}/dat-lich/kip-gio", data=once))
    assert "Loa gần nhau đọc lần lượt, 2 lượt, hết khoảng 05:01." in told
    assert (
        text_of(officer.post(f"/ban-tin/{bulletin}/dat-lich/kip-gio", data=once | {"muc": "priority"})) == ""
    )
    rule = {"ban_tin": bulletin, "kieu": "hang-ngay", "gio": "17:00", "tu_ngay": "27/11/2026"}
    seen = text_of(officer.post("/lich/xem-truoc", data=when | rule))
    assert "2 lượt, mỗi lần hết sau khoảng 0:21" in seen
