import html
import re
from datetime import date, time

import pytest

from controller.features.schedules import page_queries
from controller.features.schedules.calendar import SHOWN_A_DAY
from controller.features.schedules.service import schedule_bulletin
from schedules.recurrence import Weekday, Weekly
from tests.integration.web.site_world import NHA_TRANG, PROVINCE
from tests.integration.web.test_pages import queries_of, text_of


@pytest.mark.usefixtures("schedule")
def test_the_week_begins_on_monday_and_shows_holidays_and_the_lunar_day(officer):
    page = text_of(officer.get("/lich"))
    assert "23/11/2026 đến 29/11/2026" in page
    assert page.index("Thứ Hai 23/11 · 15/10 âm lịch") < page.index("Chủ nhật 29/11 · 21/10 âm lịch")
    assert "Thứ Ba 24/11 · 16/10 âm lịch Nghỉ: Ngày Văn hóa Việt Nam" in page
    assert "Thứ Tư, hôm nay 25/11" in page
    assert "17:00 lặp lại Bản tin sáng Phường Nha Trang Chờ xã đồng ý" in page


@pytest.mark.usefixtures("schedule")
def test_what_is_not_made_yet_is_foretold(officer):
    page = text_of(officer.get("/lich?ngay=2027-01-06", follow_redirects=True))
    assert "04/01/2027 đến 10/01/2027" in page
    assert page.count("17:00 lặp lại Bản tin sáng Phường Nha Trang Dự kiến") == 7


def test_a_crowded_day_has_a_page_of_its_own(world, officer):
    bulletin, _ = world.submitted("Tin ngắn")
    for hour in range(15):
        world.plan(bulletin, areas=[NHA_TRANG], seconds=1800 + hour * 600)
    assert "Còn 3 lượt" in text_of(officer.get("/lich"))
    assert text_of(officer.get("/lich/ngay/2026-11-25")).count("Tin ngắn") == 15


def test_a_day_of_a_whole_province_goes_on_where_its_page_ends(world, officer, monkeypatch):
    monkeypatch.setattr(page_queries, "_MOST_A_DAY", 6)
    for place in range(15):
        bulletin, _ = world.submitted(f"Tin số {place};")
        world.plan(bulletin, areas=[NHA_TRANG], seconds=3600 + place // 5 * 1800)  # five at a time
    seen, address, pages = set(), f"/lich/ngay/2026-11-25?xa={NHA_TRANG}", 0
    while address:
        page, pages = officer.get(address), pages + 1
        seen |= set(re.findall(r"Tin số \d+;", page.text))
        assert f'href="/lich/tuan/2026-11-23?xa={NHA_TRANG}"' in page.text
        assert ("Từ đầu ngày" in page.text) == (pages > 1)
        further = re.search(r'href="([^"]*tu=[^"]*)">Xem tiếp từ [\d:]+ \(còn \d+ lượt\)', page.text)
        address = further and html.unescape(further[1])
        assert pages < 9
    assert len(seen) == 15
    assert pages == 3


def test_more_at_once_than_a_page_holds_says_so_and_leads_nowhere_again(world, officer, monkeypatch):
    monkeypatch.setattr(page_queries, "_MOST_A_DAY", 2)
    bulletin, _ = world.submitted("Tin cùng giờ")
    for _ in range(3):
        world.plan(bulletin, areas=[NHA_TRANG], seconds=3600)
    at = re.search(r"tu=([\d:]+)", officer.get("/lich/ngay/2026-11-25").text)[1]
    page = officer.get(f"/lich/ngay/2026-11-25?tu={at}")
    assert "Còn 1 lượt nữa cùng giờ" in text_of(page)
    assert "Xem tiếp" not in page.text
    assert "từ 23:59" in text_of(officer.get("/lich/ngay/2026-11-25?tu=23:59"))
    assert officer.get("/lich/ngay/2026-11-25?tu=25:00").status_code == 404


def test_one_commune_is_looked_at_alone(world, officer):
    for area, title in ((NHA_TRANG, "Tin Nha Trang"), ("22333", "Tin nơi khác"), (PROVINCE, "Tin cả tỉnh")):
        bulletin, _ = world.submitted(title)
        world.plan(bulletin, areas=[area], seconds=3600)
    page = text_of(officer.get(f"/lich?xa={NHA_TRANG}"))
    assert "Tin Nha Trang" in page
    assert "Tin cả tỉnh" in page
    assert "Tin nơi khác" not in page


def test_a_week_that_cannot_be_is_not_there(officer):
    for day in ("2026-13-01", "abc", "0001-01-01", "9999-12-31"):
        assert officer.get(f"/lich/tuan/{day}").status_code == 404


def test_the_calendar_takes_the_same_number_of_queries_however_much_there_is(world, officer, bulletin):
    def lay_down():
        rule = Weekly(at=time(6), first=date(2026, 11, 25), weekdays=frozenset(Weekday))
        world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer)

    lay_down()
    for path in ("/lich", "/lich/tuan/2027-01-04", "/lich/danh-sach"):
        few = queries_of(world, officer, path)
        lay_down()
        assert queries_of(world, officer, path) == few <= 20


def test_a_full_day_shows_the_first_cards_and_counts_the_others(world, officer, bulletin):
    early = world.plan(bulletin, seconds=3600)
    later = {}
    for number in range(SHOWN_A_DAY, 0, -1):  # all at one instant: then by their titles
        text, _ = world.submitted(f"Bản tin số {number:02}")
        later[number] = world.plan(text, seconds=7200)
    page = officer.get("/lich").text
    shown = list(dict.fromkeys(re.findall(r'class="[^"]*" href="/phat/([^"/]+)"', page)))
    assert shown == [early, *(later[number] for number in range(1, SHOWN_A_DAY))]
    assert "Còn 1 lượt" in page
