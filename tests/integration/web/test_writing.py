import re
from datetime import timedelta

import pytest

from controller.features.airings.queries import targets_of
from controller.features.bulletins.queries import get_bulletin, get_revision
from controller.features.bulletins.service import return_bulletin
from controller.features.plans.policy_signing import sign_policy
from controller.model.bulletin_states import BulletinState
from devices.statements import QuietHours
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.support.stored_rows import airings_between, bulletins

FORM = {
    "tieu_de": "Lịch tiêm phòng",
    "noi_dung": "Ngày 30/11/2026 tiêm phòng tại trạm y tế.\r\nMời bà con đến đúng giờ.",
    "noi": "tat-ca",
    "ca_vung": "1",
    "luc": "ngay",
    "muc": "routine",
    "am_luong": "70",
    "viec": "gui",
}

WHERE = {"noi": "tat-ca", "ca_vung": "1"}


def all_airings(world):
    return world.ask(airings_between, world.now() - timedelta(days=9), world.now() + timedelta(days=9))


def test_one_form_makes_a_submitted_bulletin_and_its_airing_and_wakes_the_station(world, officer):
    reply = officer.post("/tao-ban-tin", data=FORM)
    assert reply.status_code == 303
    found = world.ask(bulletins)[0]
    assert reply.headers["location"] == f"/ban-tin/{found.id}?xong=gui"
    assert found.state is BulletinState.SUBMITTED
    assert world.ask(get_revision, found.id, 1).text.endswith("trạm y tế.\nMời bà con đến đúng giờ.")
    airing = all_airings(world)[0]
    assert world.ask(targets_of, [airing.id])[airing.id] == (PROVINCE,)
    assert airing.latest_start_at - airing.starts_at == timedelta(hours=2)
    assert world.wakes == 1
    page = officer.get(reply.headers["location"]).text
    assert "Đã gửi duyệt. Loa chỉ phát khi bản tin được duyệt và đã đặt giờ phát." in page


def test_chosen_communes_and_a_chosen_hour_are_kept(world, officer):
    form = FORM | {"noi": "chon", "dia_ban": ["22366", "22333"], "luc": "gio-khac", "muc": "priority"}
    form |= {"ngay": "2026-11-26", "gio": "05:30", "am_luong": "90"}
    assert officer.post("/tao-ban-tin", data=form).status_code == 303
    airing = all_airings(world)[0]
    assert world.ask(targets_of, [airing.id])[airing.id] == ("22333", "22366")
    assert airing.starts_at.isoformat() == "2026-11-25T22:30:00+00:00"
    assert (airing.grade, airing.volume) == ("priority", 90)


def test_a_bulletin_for_one_commune_belongs_to_that_commune(world, officer):
    officer.post("/tao-ban-tin", data=FORM | {"noi": "chon", "dia_ban": [NHA_TRANG]})
    assert world.ask(bulletins)[0].area == NHA_TRANG


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tieu_de": " "}, "tiêu đề"),
        ({"tieu_de": "x" * 400}, "Tiêu đề dài quá"),
        ({"noi_dung": ""}, ""),
        ({"noi_dung": "   \n "}, ""),
        ({"noi_dung": "chữ " * 60_000}, ""),
        ({"noi_dung": "một\x00hai"}, ""),
        ({"noi": "chon"}, "ít nhất một xã"),
        ({"noi": ""}, "Hãy chọn nơi phát"),
        ({"ca_vung": ""}, "Loa ở cả 65 xã, phường sẽ phát"),
        ({"luc": ""}, "Hãy chọn giờ phát"),
        ({"noi": "chon", "dia_ban": ["99999"]}, "Không có địa bàn nào mang mã 99999"),
        ({"luc": "gio-khac", "ngay": "2026-11-01", "gio": "05:30"}, "đã qua"),
        ({"luc": "gio-khac"}, "chọn đủ ngày và giờ"),
        ({"muc": "loudest"}, "Mức ưu tiên không đúng"),
        ({"muc": "emergency"}, "Tin khẩn cấp không đặt trước được"),
        ({"am_luong": "700"}, "Âm lượng"),
        ({"am_luong": "-1"}, "Âm lượng"),
    ],
)
def test_what_cannot_be_is_refused_in_words_keeps_what_was_typed_and_leaves_nothing(
    world, officer, change, words
):
    reply = officer.post("/tao-ban-tin", data=FORM | change)
    assert reply.status_code in {403, 422}
    fault = re.search(r'role="alert">.*?<span>(.*?)</span>', reply.text, re.DOTALL).group(1)
    assert words in fault
    assert len(fault) > 10
    if "tieu_de" not in change:
        assert 'value="Lịch tiêm phòng"' in reply.text
    if "noi_dung" not in change:
        assert "tiêm phòng tại trạm y tế" in reply.text
    assert world.ask(bulletins) == []
    assert all_airings(world) == []


def test_a_draft_is_kept_without_an_airing_and_submitted_later(world, officer):
    place = officer.post("/tao-ban-tin", data=FORM | {"viec": "nhap"}).headers["location"]
    found = world.ask(bulletins)[0]
    assert place == f"/ban-tin/{found.id}?xong=nhap"
    assert found.state is BulletinState.DRAFT
    assert all_airings(world) == []
    assert officer.post(f"/ban-tin/{found.id}/gui").status_code == 303
    assert world.ask(get_bulletin, found.id).state is BulletinState.SUBMITTED


def test_a_returned_bulletin_is_mended_and_handed_in_again(world, officer):
    bulletin, _ = world.submitted()
    world.do(return_bulletin, bulletin, reason="Sai ngày.", by=world.approver)
    page = officer.get(f"/ban-tin/{bulletin}/sua").text
    assert "Sai ngày." in page
    assert "chằng chống nhà cửa" in page
    reply = officer.post(f"/ban-tin/{bulletin}/sua", data={"tieu_de": "Bão số 13", "noi_dung": "Bản mới."})
    assert reply.status_code == 303
    found = world.ask(get_bulletin, bulletin)
    assert (found.state, found.revision, found.title) == (BulletinState.SUBMITTED, 2, "Bão số 13")


def test_an_empty_mending_is_refused_and_shown_again(world, officer):
    bulletin = world.draft()
    reply = officer.post(f"/ban-tin/{bulletin}/sua", data={"tieu_de": "Mới", "noi_dung": " "})
    assert reply.status_code == 422
    assert 'value="Mới"' in reply.text
    assert world.ask(get_bulletin, bulletin).revision == 1


def test_an_approved_bulletin_gets_another_airing(world, officer):
    bulletin, _ = world.submitted()
    world.approve(bulletin)
    assert officer.get(f"/ban-tin/{bulletin}/dat-lich").status_code == 200
    late = officer.post(
        f"/ban-tin/{bulletin}/dat-lich",
        data=WHERE | {"luc": "gio-khac", "ngay": "2026-11-01", "gio": "05:00"},
    )
    assert late.status_code == 422
    assert "đã qua" in late.text
    reply = officer.post(f"/ban-tin/{bulletin}/dat-lich", data=WHERE | {"luc": "ngay"})
    assert reply.headers["location"] == f"/phat/{all_airings(world)[0].id}"


def test_a_commune_officer_cannot_air_beyond_the_own_commune(world, sign_in):
    reply = sign_in("xanhatrang").post("/tao-ban-tin", data=FORM | {"noi": "chon", "dia_ban": ["22333"]})
    assert reply.status_code == 403
    assert "không thuộc phạm vi" in reply.text
    assert world.ask(bulletins) == []


@pytest.mark.parametrize("name", ["duyet", "canbo"])
def test_nobody_is_offered_to_plan_an_emergency_which_is_called(sign_in, name):
    page = sign_in(name).get("/tao-ban-tin").text
    assert 'value="priority"' in page
    assert 'value="emergency"' not in page


def test_a_time_in_quiet_hours_is_refused_with_what_was_typed_and_the_first_allowed_hour(world, officer):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.people["quantri"],
        password=PASSWORDS["quantri"],
        quiet_hours=(QuietHours(begins="21:30", ends="04:45"),),
        minutes_a_day=1440,
    )
    tomorrow = f"{world.now() + timedelta(days=1):%Y-%m-%d}"
    reply = officer.post("/tao-ban-tin", data=FORM | {"luc": "gio-khac", "ngay": tomorrow, "gio": "03:15"})
    assert reply.status_code == 409
    assert "rơi vào giờ yên lặng" in reply.text
    assert "04:45 sáng mai" in reply.text
    assert "tiêm phòng tại trạm y tế" in reply.text
    assert world.ask(bulletins) == []


def test_two_at_once_are_told_with_choices_and_the_choice_is_kept(world, officer):
    at = {"luc": "gio-khac", "ngay": f"{world.now() + timedelta(days=1):%Y-%m-%d}", "gio": "11:00"}
    assert officer.post("/tao-ban-tin", data=FORM | at).status_code == 303
    reply = officer.post("/tao-ban-tin", data=FORM | at | {"tieu_de": "Tin thứ hai"})
    assert reply.status_code == 409
    assert 'name="trung" value="after"' in reply.text
    assert len(all_airings(world)) == 1
    reply = officer.post("/tao-ban-tin", data=FORM | at | {"tieu_de": "Tin thứ hai", "trung": "after"})
    assert reply.status_code == 303
    first, second = all_airings(world)
    assert timedelta() < second.starts_at - first.starts_at < timedelta(minutes=2)


def test_nothing_is_chosen_beforehand_for_who_has_more_than_one_commune(officer, sign_in):
    page = officer.get("/tao-ban-tin").text
    assert not re.findall(r'name="(?:noi|luc|ca_vung)"[^>]* checked', page)
    assert "Đúng, loa ở cả 65 xã, phường sẽ phát" in page
    commune = sign_in("xanhatrang").get("/tao-ban-tin").text
    assert 'name="noi"' not in commune
    assert not re.findall(r'name="luc"[^>]* checked', commune)
