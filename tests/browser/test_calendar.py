import re
from datetime import date, time

import pytest
from playwright.sync_api import expect

from controller.features.airings.queries import get_airing
from controller.features.schedules.service import schedule_bulletin
from schedules.recurrence import Daily
from tests.browser.serving import ON_SCREENS, everywhere
from tests.integration.web.site_world import NHA_TRANG
from tests.support.stored_rows import running_schedules
from tests.support.when_typed import DAYS, NO_DAYS, NO_TIMES, TIMES


def approved(world, title="Bản tin sáng"):
    bulletin, _ = world.submitted(title)
    world.approve(bulletin)
    return bulletin


@ON_SCREENS
def test_an_officer_has_a_bulletin_repeat_every_day_in_six_clicks(world, open_page, clicks, screen):
    bulletin = approved(world)
    page = clicks.over(open_page("canbo", f"/ban-tin/{bulletin}", screen=screen))
    page.get_by_role("link", name="Đặt lịch lặp").click()
    page.get_by_label("Hằng ngày").check()
    page.get_by_label("Giờ phát").fill("05:30")
    page.keyboard.press("Tab")  # a field has changed when it is left
    expect(page.locator("#xem-truoc")).to_contain_text("05:30 hằng ngày, từ 25/11/2026 đến hết 25/02/2027;")
    expect(page.locator("#xem-truoc")).to_contain_text("10 lần tới")
    page.get_by_label("Bỏ Thứ Sáu, 27/11/2026").check()
    expect(page.locator("#xem-truoc")).to_contain_text("bỏ 1 lần")
    expect(page.locator("#xem-truoc .dates").first).not_to_contain_text("Thứ Sáu, 27/11/2026")
    everywhere(page)
    page.get_by_role("button", name="Đặt lịch").click()
    expect(page.get_by_text(re.compile(r"^Đã (đặt|ghi) lịch\."))).to_be_visible()
    assert len(world.ask(running_schedules)) == 1
    assert clicks.number <= 6


@ON_SCREENS
def test_a_day_and_a_time_are_typed_as_people_here_write_them(world, open_page, screen):
    page = open_page("canbo", f"/lich/tao?ban_tin={approved(world)}", screen=screen)
    page.get_by_label("Hằng ngày").check()
    first, at = page.get_by_role("textbox", name="Từ ngày"), page.get_by_label("Giờ phát")
    expect(first).to_have_value("25/11/2026")
    first.fill("")
    first.press_sequentially("01122026")  # a telephone's figures have no slash
    expect(first).to_have_value("01/12/2026")
    expect(page.locator("#tu_ngay ~ .echo, .when:has(#tu_ngay) + .echo")).to_have_text("Thứ Ba, 01/12/2026")
    at.fill("17g5")
    at.blur()
    expect(at).to_have_value("17:05")
    expect(page.locator("#xem-truoc")).to_contain_text("17:05 hằng ngày, từ 01/12/2026 đến")
    first.fill("31/11/2026")
    first.blur()
    expect(page.get_by_text("Ghi ngày như 24/11/2026.")).to_be_visible()
    assert first.evaluate("field => field.validationMessage") == "Ghi ngày như 24/11/2026."


def test_a_day_is_chosen_on_the_browsers_own_calendar(world, open_page):
    page = open_page("canbo", f"/lich/tao?ban_tin={approved(world)}")
    page.get_by_role("button", name="Mở lịch để chọn: từ ngày").click()
    page.locator(".when:has(#tu_ngay) .when-native").evaluate(
        "native => { native.value = '2026-12-05'; "
        "native.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(page.get_by_role("textbox", name="Từ ngày")).to_have_value("05/12/2026")
    expect(page.locator("#xem-truoc")).to_contain_text("từ 05/12/2026 đến")
    everywhere(page)
    page.get_by_role("button", name="Đặt lịch").click()
    expect(page.get_by_text(re.compile(r"^Đã (đặt|ghi) lịch\."))).to_be_visible()
    (schedule,) = world.ask(running_schedules)
    assert "20261205" in schedule.rule


def test_a_slot_is_dragged_to_another_day_and_keeps_its_time(world, open_page):
    airing, _ = world.approved_airing(title="Kéo tôi", areas=[NHA_TRANG], seconds=3600)
    page = open_page("canbo", "/lich")
    slot = page.locator(".slot", has_text="Kéo tôi")
    slot.drag_to(page.locator('[data-day="2026-11-27"]'))
    expect(page.get_by_text("Đã dời giờ phát.")).to_be_visible()
    expect(page.locator("#tinh-trang")).to_contain_text("12:40, Thứ Sáu, 27/11/2026")
    assert world.ask(get_airing, airing).state == "cancelled"


def test_an_occurrence_that_is_not_made_yet_is_dragged_too(world, open_page):
    rule = Daily(at=time(17), first=date(2026, 12, 30), times=1)
    world.do(schedule_bulletin, approved(world), areas=[NHA_TRANG], rule=rule, by=world.officer)
    page = open_page("canbo", "/lich/tuan/2026-12-28")
    page.locator(".slot", has_text="Dự kiến").drag_to(page.locator('[data-day="2026-12-31"]'))
    expect(page.get_by_text("Đã dời lần phát.")).to_be_visible()
    expect(page.get_by_text("dời sang 17:00, Thứ Năm, 31/12/2026")).to_be_visible()


@ON_SCREENS
def test_the_week_follows_what_others_plan(world, open_page, screen):
    page = open_page("canbo", "/lich", screen=screen)
    expect(page.locator('[data-day="2026-11-26"]')).to_contain_text("Không có lượt phát.")
    bulletin = approved(world, "Vừa đặt")
    world.plan(bulletin, areas=[NHA_TRANG], seconds=24 * 3600)
    expect(page.locator('[data-day="2026-11-26"]')).to_contain_text("Vừa đặt")


@pytest.mark.nightly  # the pages and forms of test_schedule_pages, sent by a browser
def test_a_schedule_needs_no_script(world, open_page):
    bulletin = approved(world)
    page = open_page("canbo", f"/lich/tao?ban_tin={bulletin}", java_script_enabled=False)
    page.get_by_label("Hằng ngày").check()
    page.get_by_role("button", name="Xem trước").click()
    expect(page.locator("#xem-truoc")).to_contain_text("05:00 hằng ngày")
    everywhere(page)
    page.get_by_role("button", name="Đặt lịch").click()
    expect(page.get_by_text(re.compile(r"^Đã (đặt|ghi) lịch\."))).to_be_visible()
    page.get_by_role("link", name="Thứ Sáu, 27/11/2026").click()
    page.get_by_label("Giờ").fill("06:45")
    page.get_by_role("button", name="Dời giờ").click()
    expect(page.get_by_text("dời sang 06:45, Thứ Sáu, 27/11/2026")).to_be_visible()


_LEAVE_WITH_EACH = """(field, texts) => texts.map(text => {
  field.value = text;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  return [field.value, field.validity.valid];
})"""
"""What a field shows, and whether it is valid, after a text was typed and the field left."""


def test_the_script_reads_days_and_times_as_the_server_does(open_page):
    page = open_page("canbo", "/lich/tao")
    day, clock = page.get_by_label("Từ ngày", exact=True), page.get_by_label("Giờ phát")
    for field, good, bad in (
        (day, {text: f"{on:%d/%m/%Y}" for text, on in DAYS.items()}, NO_DAYS),
        (clock, {text: f"{at:%H:%M:%S}".removesuffix(":00") for text, at in TIMES.items()}, NO_TIMES),
    ):
        wanted = {text: [shown, True] for text, shown in good.items()} | {text: [text, False] for text in bad}
        found = field.evaluate(_LEAVE_WITH_EACH, list(wanted))
        assert dict(zip(wanted, found, strict=True)) == wanted
