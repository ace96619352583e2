"""Loa xã tôi: what stands on the line of a day, a week and a month, and what a held airing would meet."""

import re
from datetime import date, time

import pytest

from controller.features.airings.queries import get_airing
from controller.features.schedules.queries import get_schedule
from controller.features.schedules.service import schedule_bulletin
from schedules.icalendar import from_text
from schedules.recurrence import Daily, Once
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG
from tests.integration.web.test_pages import text_of


@pytest.fixture
def commune(world, sign_in):
    world.bring_online()
    return sign_in("xanhatrang")


def planned(world, title, seconds, **more):
    bulletin, _ = world.submitted(title, by=world.people["xanhatrang"])
    world.approve(bulletin)
    return world.plan(bulletin, areas=[NHA_TRANG], seconds=seconds, by=world.people["xanhatrang"], **more)


def block(page, airing):
    return re.search(rf'<g id="l-{airing}"[^>]*>', page.text).group()


def test_the_day_shows_what_was_heard_and_what_comes(world, commune):
    heard = world.aired(title="Bản tin sáng")
    coming = planned(world, "Bản tin chiều", 5 * 3600)
    page = commune.get("/loa-xa")
    words = text_of(page)
    assert "Loa xã tôi Phường Nha Trang · Thứ Tư, 25/11/2026" in words
    assert "Trưa nay 2/2 loa đã đọc hết." in words
    assert "fate-heard" in block(page, heard)
    assert "data-move" not in block(page, heard)
    assert f'data-move="/phat/{coming}/doi"' in block(page, coming)
    assert "Trống 5 giờ" in words
    assert "style=" not in page.text
    assert text_of(commune.get("/")).count("Trưa nay 2/2 loa đã đọc hết.") == 1


def test_week_and_month_reach_as_far_as_schedules_do(world, commune):
    bulletin, _ = world.submitted("Chúc Tết")
    world.approve(bulletin)
    rule = Daily(at=time(5, 30), first=date(2027, 2, 5), last=date(2027, 2, 10))
    world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer)
    week = commune.get("/loa-xa?xem=tuan&ngay=2027-02-08")
    assert week.text.count("fate-expected") == 3 + 1  # Monday to Wednesday, and the key
    month = commune.get("/loa-xa?xem=thang&ngay=2027-02-08")
    assert month.text.count('class="day-line') == 28
    assert month.text.count("fate-expected") == 6 + 1
    assert commune.get("/loa-xa?ngay=hom-nay").status_code == 404


def test_who_sees_the_province_chooses_a_commune_and_a_commune_sees_no_other(commune, officer):
    page = officer.get(f"/loa-xa?xa={BAC_NHA_TRANG}")
    assert f'value="{BAC_NHA_TRANG}" selected' in page.text
    assert commune.get(f"/loa-xa?xa={BAC_NHA_TRANG}").status_code == 404
    assert "<select" not in commune.get("/loa-xa").text


def test_what_a_held_airing_would_meet_is_told_before_it_is_dropped(world, commune):
    first = planned(world, "Bản tin chiều", 5 * 3600)  # 16:40
    held = planned(world, "Bản tin tối", 8 * 3600)
    free = commune.get(f"/phat/{held}/doi/thu?ngay=2026-11-25&gio=18:00")
    assert "Không trùng với lượt nào." in text_of(free)
    met = text_of(commune.get(f"/phat/{held}/doi/thu?ngay=2026-11-25&gio=16:40"))
    assert "Trùng giờ với “Bản tin chiều” ở Phường Nha Trang" in met
    assert "Giờ này đã qua." in text_of(commune.get(f"/phat/{held}/doi/thu?ngay=2026-11-25&gio=06:00"))
    assert world.ask(get_airing, first).state == world.ask(get_airing, held).state == "planned"


def test_an_occurrence_far_ahead_is_held_against_the_rules(world, commune):
    def schedule(title, at, day):
        bulletin, _ = world.submitted(title)
        world.approve(bulletin)
        rule = Once(at=at, first=day)
        return world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer).id

    day = date(2027, 2, 6)
    schedule("Chúc Tết", time(5, 30), day)
    held = schedule("Bản tin sáng", time(7), day)
    asked = f"/lich/{held}/lan/doi/thu?luc=2027-02-06T00:00:00%2B00:00&ngay=2027-02-06"
    assert "Trùng giờ với «Chúc Tết» ở Phường Nha Trang" in text_of(commune.get(f"{asked}&gio=05:30"))
    assert "Không trùng với lượt nào." in text_of(commune.get(f"{asked}&gio=06:00"))


def test_an_airing_far_ahead_does_not_meet_itself_and_each_other_is_told_once(world, commune):
    planned(world, "Chúc Tết", 30 * 86400)  # 25 December, 11:40
    held = planned(world, "Bản tin trưa", 30 * 86400 + 3600)
    asked = f"/phat/{held}/doi/thu?ngay=2026-12-25"
    assert "Không trùng với lượt nào." in text_of(commune.get(f"{asked}&gio=12:40"))
    assert text_of(commune.get(f"{asked}&gio=11:40")).count("Chúc Tết") == 1


def test_a_move_sent_from_the_line_leads_back_to_it(world, commune):
    held = planned(world, "Bản tin tối", 8 * 3600)
    sent = {"ngay": "2026-11-25", "gio": "18:05", "ve": "loa-xa"}
    reply = commune.post(f"/phat/{held}/doi", data=sent)
    assert reply.headers["location"] == "/loa-xa?ngay=2026-11-25&xong=doi"
    page = text_of(commune.get(reply.headers["location"]))
    assert "Đã dời giờ phát." in page
    assert "18:05" in page
    planned(world, "Bản tin chiều", 5 * 3600)
    second = planned(world, "Bản tin khuya", 9 * 3600)
    refused = commune.post(f"/phat/{second}/doi", data=sent | {"gio": "16:40"})
    assert refused.status_code == 409
    assert "Trùng giờ với «Bản tin chiều»" in refused.text


def test_an_occurrence_is_moved_from_the_line_as_its_schedule_says(world, sign_in):
    bulletin, _ = world.submitted("Bản tin sáng")
    world.approve(bulletin)
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    row = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer).id
    sent = {"luc": "2026-12-20T10:00:00+00:00", "ngay": "2026-12-20", "gio": "18:00", "ve": "loa-xa"}
    reply = sign_in("canbo").post(f"/lich/{row}/lan/doi", data=sent)
    assert reply.headers["location"] == "/loa-xa?ngay=2026-12-20&xong=doi"
    assert len(from_text(world.ask(get_schedule, row).rule).moved) == 1
