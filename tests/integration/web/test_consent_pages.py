"""A commune's officer is asked on Hôm nay, and answers there, on the page of what it is about, or by JSON."""

from datetime import date, time

import pytest

from controller.features.airings.queries import get_airing
from controller.features.bulletins.service import submit_bulletin
from controller.features.schedules.service import schedule_bulletin
from controller.model.airing_states import AiringState
from devices.ids import Grade
from schedules.recurrence import Daily
from tests.integration.web.site_world import NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import text_of


@pytest.fixture
def commune(sign_in):
    return sign_in("xanhatrang")


@pytest.fixture
def airing(world):
    """An airing in one commune, approved, planned from above, that nobody has answered."""
    bulletin, _ = world.submitted("Lịch tiêm chủng")
    world.approve(bulletin)
    return world.plan(bulletin, areas=[NHA_TRANG], seconds=7200, agreed=False)


@pytest.fixture
def schedule(world):
    bulletin, _ = world.submitted("Bản tin chiều")
    world.approve(bulletin)
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    return world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.approver).id


def state(world, airing):
    world.advance()
    return world.ask(get_airing, airing).state


def test_hom_nay_asks_the_commune_and_the_navigation_counts_it(commune, airing, schedule):
    page = commune.get("/")
    assert "Chờ xã trả lời: Lịch tiêm chủng" in page.text
    assert "Chờ xã trả lời: Bản tin chiều" in page.text
    assert 'aria-label="2 việc chờ xã trả lời">2<' in page.text
    for place in (f"/phat/{airing}", f"/lich/{schedule}"):
        assert f'action="{place}/tra-loi"' in page.text


def test_nobody_is_promised_what_the_commune_has_not_agreed_to(commune, client, airing):
    place = f"/cong-khai/{NHA_TRANG}"
    assert "Chờ xã đồng ý" in commune.get("/").text
    assert "Lịch tiêm chủng" not in client.get(place).text
    assert "Lịch tiêm chủng" not in client.get(f"{place}/lich.ics").text
    commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "dong-y"})
    assert "Chờ xã đồng ý" not in commune.get("/").text
    assert "Lịch tiêm chủng" in client.get(place).text
    assert "Lịch tiêm chủng" in client.get(f"{place}/lich.ics").text


def test_nobody_is_asked_about_a_draft(world, commune):
    bulletin = world.draft("Chưa soạn xong")
    world.plan(bulletin, areas=[NHA_TRANG], seconds=7200, agreed=False)
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.approver)
    assert "Chờ xã trả lời" not in commune.get("/").text
    world.do(submit_bulletin, bulletin, by=world.officer)
    assert commune.get("/").text.count("Chờ xã trả lời: Chưa soạn xong") == 2


def test_the_provinces_bulletin_is_chosen_where_its_page_led_to_the_form(world, commune):
    bulletin, _ = world.submitted("Lịch tiêm chủng")
    world.approve(bulletin)
    assert f'href="/lich/tao?ban_tin={bulletin}"' in commune.get(f"/ban-tin/{bulletin}").text
    form = commune.get(f"/lich/tao?ban_tin={bulletin}").text
    assert f'<option value="{bulletin}" selected>Lịch tiêm chủng' in form


def test_others_are_not_asked(approver, officer, airing):
    assert airing
    for client in (approver, officer):
        page = client.get("/")
        assert "Chờ xã trả lời" not in page.text
        assert "việc chờ xã trả lời" not in page.text


def test_the_button_on_hom_nay_lets_it_go_and_leads_back(world, commune, airing):
    reply = commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "dong-y", "ve": "hom-nay"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/?xong=tra-loi")
    page = commune.get(reply.headers["location"])
    assert "Đã ghi câu trả lời của xã." in page.text
    assert "Chờ xã trả lời" not in page.text
    assert state(world, airing) is AiringState.DELIVERING


def test_a_no_is_taken_back_on_the_airings_page(world, commune, approver, airing):
    commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "khong", "ly_do": "Có lễ tang."})
    assert "Xã bạn đã trả lời không phát lượt này." in text_of(commune.get(f"/phat/{airing}"))
    seen = text_of(approver.get(f"/phat/{airing}"))
    assert "Không phát (1): Phường Nha Trang" in seen
    assert "tra-loi" not in approver.get(f"/phat/{airing}").text
    commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "dong-y"})
    assert state(world, airing) is AiringState.DELIVERING


def test_what_was_not_agreed_to_is_told_where_it_was_missed(world, commune, approver, airing):
    commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "khong"})
    assert state(world, airing) is AiringState.MISSED
    assert "Chưa được xã đồng ý" in text_of(approver.get("/"))
    (notice,) = approver.get("/api/v1/notices").json()
    assert notice["kind"] == "not-agreed"
    late = commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "dong-y"})
    assert late.status_code == 409
    assert "Đã quá giờ trả lời" in late.text


def test_a_schedule_is_answered_once(commune, schedule):
    assert "Chờ xã bạn trả lời." in text_of(commune.get(f"/lich/{schedule}"))
    commune.post(f"/lich/{schedule}/tra-loi", data={"tra_loi": "dong-y"})
    assert "Xã bạn đã đồng ý phát theo lịch này." in text_of(commune.get(f"/lich/{schedule}"))
    assert "Chờ xã trả lời" not in commune.get("/").text


def test_a_word_that_is_neither_yes_nor_no_is_refused(commune, airing):
    assert commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "co-le"}).status_code == 422


def test_programs_ask_and_answer_by_json(commune, approver, airing, schedule):
    asked = commune.get("/api/v1/questions").json()
    assert [(one["subject"], one["id"]) for one in asked] == [("airing", airing), ("schedule", schedule)]
    assert approver.get("/api/v1/questions").json() == []
    said = commune.post(f"/api/v1/airings/{airing}/answer", json={"agrees": False, "reason": "Bận."}).json()
    assert (said["area"], said["agrees"], said["reason"]) == (NHA_TRANG, False, "Bận.")
    commune.post(f"/api/v1/schedules/{schedule}/answer", json={"agrees": True})
    of_airing = approver.get(f"/api/v1/airings/{airing}/answers").json()
    of_schedule = approver.get(f"/api/v1/schedules/{schedule}/answers").json()
    assert of_airing == {"agreed": [], "declined": [NHA_TRANG], "unanswered": []}
    assert of_schedule == {"agreed": [NHA_TRANG], "declined": [], "unanswered": []}
    refused = approver.post(f"/api/v1/airings/{airing}/answer", json={"agrees": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "airing.not-asked")


@pytest.fixture
def pair(world):
    """Two priority airings at once in the commune: the province's, and the commune's own."""
    made = []
    for title, areas, by in (
        ("Cấm biển", [PROVINCE], world.approver),
        ("Họp dân", [NHA_TRANG], world.people["xanhatrang"]),
    ):
        bulletin, _ = world.submitted(title, by=world.people["canbo"])
        world.approve(bulletin)
        made.append(world.plan(bulletin, areas=areas, seconds=8 * 3600, grade=Grade.PRIORITY, by=by))
    return made


def test_hom_nay_lets_the_commune_say_which_goes_first(world, commune, approver, pair):
    wide, own = pair
    asked = commune.get("/").text
    assert "Hai bản tin ưu tiên trùng giờ ở xã bạn" in asked
    assert 'aria-label="1 việc chờ xã trả lời">1<' in asked
    assert "trùng giờ ở xã bạn" not in approver.get("/").text
    reply = commune.post("/phat/thu-tu", data={"truoc": own, "sau": wide})
    page = commune.get(reply.headers["location"])
    assert "Đã xếp thứ tự." in page.text
    assert "trùng giờ ở xã bạn" not in page.text
    assert world.ask(get_airing, wide).starts_at == world.ask(get_airing, own).starts_at


def test_the_calendar_says_what_meets_and_lets_the_commune_choose(commune, approver, pair):
    wide, own = pair
    told = text_of(commune.get("/lich"))
    assert told.count("Phát trước: ") == 2
    assert "Chọn bản tin phát trước, bản kia phát ngay sau" in told
    others = text_of(approver.get("/lich"))
    assert "Phát trước: " not in others
    assert "Phải nhường" in others
    assert f'href="/phat/{wide}/doi"' in approver.get("/lich").text
    done = commune.post("/phat/thu-tu", data={"truoc": wide, "sau": own, "ve": "lich"})
    assert done.headers["location"] == "/lich?xong=thu-tu"
    after = text_of(commune.get("/lich?xong=thu-tu"))
    assert "Đã xếp thứ tự" in after
    assert "Phát trước: " not in after


def test_the_calendar_says_what_still_waits_for_a_yes(commune, airing):
    assert "Lịch tiêm chủng Phường Nha Trang Chờ xã đồng ý" in text_of(commune.get("/lich"))
    commune.post(f"/phat/{airing}/tra-loi", data={"tra_loi": "dong-y"})
    assert "Lịch tiêm chủng Phường Nha Trang Đã đặt lịch" in text_of(commune.get("/lich"))


def test_programs_see_collisions_and_put_them_in_order(world, commune, pair):
    wide, own = pair
    (one,) = commune.get("/api/v1/collisions").json()
    assert {one["one"]["airing"], one["other"]["airing"]} == {wide, own}
    done = commune.post("/api/v1/collisions/order", json={"first": wide, "then": own}).json()
    assert done["airing"] == own
    assert world.ask(get_airing, own).starts_at.isoformat() == done["starts_at"].replace("Z", "+00:00")
    refused = commune.post("/api/v1/collisions/order", json={"first": wide, "then": wide})
    assert refused.json()["code"] == "airing.no-collision"
