"""How many times a person presses for each daily job, on a phone; typing is not counted."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from controller.features.airings.queries import get_airing
from controller.features.bulletins.queries import waiting_renderings
from controller.features.speaker_tests.service import prepare_test
from controller.model.emergency_states import Kind
from tests.browser.serving import PHONE, everywhere
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, TEXT, Made
from tests.integration.web.test_emergency_pages import prepared_of
from tests.support.stored_rows import airings_between, running_schedules
from tests.support.swelling_tone import mp3


@pytest.fixture
def at_most(clicks):
    @contextmanager
    def counted(most):
        before = clicks.number
        yield
        assert clicks.number - before <= most

    return counted


def write(page, title):
    page.get_by_role("link", name="Tạo bản tin").click()
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Lời sẽ đọc trên loa").fill(TEXT)


def test_an_officer_writes_repeats_and_moves(world, server, open_page, clicks, at_most):
    page = clicks.over(open_page("canbo", screen=PHONE))
    with at_most(5):
        write(page, "Phát 17 giờ hôm nay")
        everywhere(page)
        page.get_by_role("radio", name="17:00 hôm nay").check()
        page.get_by_role("button", name="Gửi duyệt").click()
        expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    (airing,) = world.ask(airings_between, world.now(), world.now() + timedelta(days=1))
    assert f"{airing.starts_at:%H:%M}" == "10:00"
    with at_most(8):
        write(page, "Lặp các ngày làm việc")
        page.get_by_role("button", name="Lưu nháp").click()
        page.get_by_role("button", name="Gửi duyệt").click()
        page.get_by_role("link", name="Đặt lịch lặp").click()
        page.get_by_label("Thứ Hai đến thứ Sáu").check()
        everywhere(page)
        page.get_by_label("Giờ phát").fill("05:30")
        page.get_by_role("button", name="Đặt lịch").click()
        expect(page.get_by_text(re.compile(r"^Đã (đặt|ghi) lịch\."))).to_be_visible()
    assert len(world.ask(running_schedules)) == 1
    planned, _ = world.approved_airing(title="Dời tôi", areas=[NHA_TRANG], seconds=3 * 3600)
    page.goto(f"{server.address}/phat/{planned}")
    with at_most(3):
        page.get_by_role("link", name="Dời giờ").click()
        page.get_by_label("Giờ", exact=True).fill("18:30")
        page.get_by_role("button", name="Dời giờ").click()
        expect(page.get_by_text("Đã dời giờ phát.")).to_be_visible()
    assert world.ask(get_airing, planned).state == "cancelled"


def test_an_officer_stops_in_two_and_has_the_month_in_three(world, server, open_page, clicks, at_most):
    airing, made = world.approved_airing(seconds=10)
    world.tell(airing, made, "fetched")
    start = world.later(seconds=10)
    world.advance()
    world.tell(airing, made, "started", at=start)
    page = clicks.over(open_page("canbo", screen=PHONE))
    with at_most(2):
        page.get_by_role("link", name="Dừng phát").click()
        page.get_by_role("button", name="Dừng phát").click()
        expect(page.locator("#tinh-trang")).to_contain_text("Đã dừng")
    assert world.hurried
    assert world.ask(get_airing, airing).state == "cancelled"
    page.goto(server.address)
    with at_most(3):
        page.locator(".more > summary").click()
        page.locator(".more-card").get_by_role("link", name="Báo cáo").click()
        with page.expect_download() as sheet:
            page.get_by_role("link", name="Excel").click()
    assert sheet.value.suggested_filename.endswith(".xlsx")


def test_a_technician_finds_the_lost_tries_one_and_adds_one(world, server, open_page, clicks, at_most):
    made = Made(mp3(), 8_000)
    bulletin = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, made)
    world.approve(bulletin.id, made)
    world.lose(world.nodes[:3])
    page = clicks.over(open_page("kythuat", screen=PHONE))
    with at_most(2):
        page.locator("#van-de").get_by_role("link", name=re.compile("^Nhận lo")).click()
        page.get_by_role("button", name=re.compile("Thử loa")).click()
        expect(page.get_by_text("mất kết nối nên chưa thử được")).to_be_visible()
    open_page.watch.forgive("409")
    page.goto(f"{server.address}/cum-loa/{world.nodes[9]}")
    with at_most(1):
        page.get_by_role("button", name=re.compile("Thử loa")).click()
        expect(page.locator("#thu-loa")).to_contain_text("Đang gửi bản thử")
    page.goto(f"{server.address}/cum-loa?xa={NHA_TRANG}")
    with at_most(3):
        page.get_by_role("link", name="Gắn cụm loa").click()
        page.get_by_label("Tên cụm loa").fill("Cụm 3, chợ Đầm")
        page.get_by_role("button", name="Tạo mã").click()
        expect(page.locator("#ma-gan")).to_be_visible()


def test_an_emergency_is_called_with_three_and_confirmed_with_two(world, open_page, clicks, at_most):
    prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    page = clicks.over(open_page("canbo", screen=PHONE))
    with at_most(3):
        page.get_by_role("link", name="Phát khẩn").first.click()
        page.get_by_role("link", name="Khẩn cấp: lũ").click()
        page.get_by_label("Mật khẩu của bạn, để ký").fill(PASSWORDS["canbo"])
        page.get_by_role("button", name="Gọi phát khẩn tới toàn tỉnh").click()
        expect(page.locator("#khan-tinh-trang")).to_contain_text("Chờ người thứ hai xác nhận")
    assert world.hurried == []
    second = clicks.over(open_page("duyet", screen=PHONE))
    with at_most(2):
        second.locator("#thanh-khan").get_by_role("link").first.click()
        second.get_by_label("Mật khẩu của bạn, để ký").fill(PASSWORDS["duyet"])
        second.get_by_role("button", name="Xác nhận, phát ngay").click()
        expect(second.locator("#khan-tinh-trang")).to_contain_text("Đang phát khẩn")


def test_alone_and_without_a_reason_nothing_sounds(world, open_page):
    prepared = prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    page = open_page("duyet", f"/khan/goi?ban={prepared}", screen=PHONE)
    page.get_by_label("Mật khẩu của bạn, để ký").fill(PASSWORDS["duyet"])
    page.get_by_role("button", name="Phát ngay một mình tới toàn tỉnh").click()
    expect(page.get_by_role("alert").filter(has_text="phải ghi lý do")).to_be_visible()
    open_page.watch.forgive("422")
    page.get_by_label("Mật khẩu của bạn, để ký").fill(PASSWORDS["duyet"])
    page.get_by_label("Lý do phát một mình").fill("Đập tràn")
    page.get_by_label("Lý do phát một mình").press("Enter")  # waits for a second person: the safe one
    expect(page.locator("#khan-tinh-trang")).to_contain_text("Chờ người thứ hai xác nhận")
    assert world.hurried == []
