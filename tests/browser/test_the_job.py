import re

import pytest
from playwright.sync_api import expect

from controller.features.bulletins.queries import get_bulletin, rendering_of
from tests.browser.serving import BOTH_SCREENS, ON_SCREENS, listen, listen_in_two_parts, sign_in
from tests.integration.web.site_world import PASSWORDS, TEXT
from tests.support.stored_rows import bulletins


@BOTH_SCREENS
def test_an_officer_writes_and_an_approver_approves_and_the_airing_goes_out(world, server, open_page, screen):
    officer = open_page(path="/dang-nhap", screen=screen)
    sign_in(officer, server.address, "canbo")
    officer.get_by_role("link", name="Tạo bản tin").click()
    officer.get_by_label("Tiêu đề").fill("Phòng, chống bão số 13")
    officer.get_by_label("Lời sẽ đọc trên loa").fill(TEXT)
    expect(officer.locator("[data-ear-sum]")).to_contain_text("phút")
    officer.get_by_role("radio", name="Chọn xã, phường").check()
    officer.get_by_label("Tìm xã, phường").fill("bac nha")
    expect(officer.locator("#ds-xa li:visible")).to_have_count(1)
    officer.get_by_label("Phường Bắc Nha Trang").check()
    officer.get_by_label("Tìm xã, phường").fill("dong hai")
    officer.get_by_label("Phường Đông Hải").check()
    officer.get_by_role("radio", name="Ngay khi được duyệt").check()
    officer.get_by_role("button", name="Gửi duyệt").click()
    expect(officer.get_by_text("Đã gửi duyệt.")).to_be_visible()
    bulletin = world.ask(bulletins)[0].id

    approver = open_page("duyet", screen=screen)
    approver.get_by_text("1 bản tin chờ bạn duyệt").click()
    approver.get_by_text("Phòng, chống bão số 13").click()
    expect(approver.get_by_text("Có thể duyệt khi âm thanh dựng xong.")).to_be_visible()
    world.render(world.ask(rendering_of, bulletin, 1).id)
    listen_in_two_parts(world, approver)
    approver.get_by_label("Mật khẩu của bạn, để ký duyệt").fill(PASSWORDS["duyet"])
    approver.get_by_role("button", name="Duyệt cho phát").click()
    expect(approver.get_by_text("Đã duyệt bản tin.")).to_be_visible()
    expect(approver.get_by_text("Không còn bản tin nào chờ duyệt")).to_be_visible()

    expect(officer.locator("#tinh-trang")).to_contain_text("Đã duyệt")
    world.advance()
    expect(officer.locator("#lan-phat")).to_contain_text("Đang gửi tới loa")
    expect(officer.locator("#lan-phat")).to_contain_text("Phường Bắc Nha Trang, Phường Đông Hải")


@ON_SCREENS
def test_an_approver_who_is_typing_a_password_is_not_disturbed_by_news(world, open_page, screen):
    bulletin, _ = world.submitted()
    page = open_page("duyet", f"/duyet/{bulletin}", screen=screen)
    field = page.get_by_label("Mật khẩu của bạn, để ký duyệt")
    field.fill("nửa mật kh")
    world.lose(world.nodes[:5])
    world.plan(bulletin, seconds=4000)
    expect(page.locator("#nghe")).to_contain_text("hôm nay, Toàn tỉnh Khánh Hòa")
    expect(field).to_have_value("nửa mật kh")
    expect(field).to_be_focused()


def test_a_button_that_sends_stays_pressed_though_the_page_changes_meanwhile(world, open_page):
    bulletin, _ = world.submitted()
    page = open_page("duyet", f"/duyet/{bulletin}")
    # as when the form is on its way: an event that a script makes sends nothing
    page.locator("#mau-duyet").evaluate(
        "form => { form.dataset.asked = '1'; form.dispatchEvent(new Event('submit', { bubbles: true })) }"
    )
    button = page.get_by_role("button", name="Duyệt cho phát")
    expect(button).to_be_disabled()
    world.plan(bulletin, seconds=4000)
    expect(page.locator("#nghe")).to_contain_text("hôm nay, Toàn tỉnh Khánh Hòa")
    expect(button).to_be_disabled()


def test_what_is_still_to_be_heard_is_not_said_any_more_once_it_is_heard(world, open_page):
    bulletin, _ = world.submitted()
    page = open_page("duyet", f"/duyet/{bulletin}")
    page.get_by_label("Mật khẩu của bạn, để ký duyệt").fill(PASSWORDS["duyet"])
    page.get_by_role("button", name="Duyệt cho phát").click()
    fault = page.get_by_text("Chưa duyệt: còn chỗ bạn chưa nghe")
    expect(fault).to_be_visible()
    open_page.watch.forgive("409")
    listen(world, page)
    expect(fault).to_be_hidden()


@pytest.mark.nightly  # test_words_and_sound presses the same button each time
def test_a_bulletin_is_returned_with_a_reason(world, open_page):
    bulletin, _ = world.submitted()
    page = open_page("duyet", f"/duyet/{bulletin}")
    page.get_by_text("Trả lại cho người soạn").click()
    page.get_by_label("Cần sửa gì (nếu muốn nói rõ)").fill("Ngày 26 là Thứ Năm.")
    page.get_by_role("button", name="Trả lại: Số liệu, ngày tháng chưa đúng.").click()
    expect(page.get_by_text("Đã trả lại bản tin cho người soạn.")).to_be_visible()
    found = world.ask(get_bulletin, bulletin)
    assert found.returned_reason == "Số liệu, ngày tháng chưa đúng. Ngày 26 là Thứ Năm."


def test_the_main_job_needs_no_script(world, server, open_page):
    page = open_page(path="/dang-nhap", java_script_enabled=False)
    sign_in(page, server.address, "canbo")
    page.get_by_role("link", name="Tạo bản tin").click()
    page.get_by_label("Tiêu đề").fill("Lịch tiêm phòng")
    page.get_by_label("Lời sẽ đọc trên loa").fill(TEXT)
    page.get_by_role("radio", name="Chọn xã, phường").check()
    page.get_by_label("Phường Đông Hải").check()
    page.get_by_role("radio", name="Ngay khi được duyệt").check()
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    bulletin = world.ask(bulletins)[0].id
    world.render(world.ask(rendering_of, bulletin, 1).id)
    other = open_page("duyet", f"/duyet/{bulletin}", java_script_enabled=False)
    player = other.locator("audio").first.get_attribute("src")
    assert other.request.get(server.address + player).ok  # no script presses a player's button here
    world.later(seconds=8)
    other.get_by_label("Tôi đã nghe hết bản âm thanh này").check()
    other.get_by_label("Mật khẩu của bạn, để ký duyệt").fill(PASSWORDS["duyet"])
    other.get_by_role("button", name="Duyệt cho phát").click()
    expect(other.get_by_text("Đã duyệt bản tin.")).to_be_visible()
    world.advance()
    page.reload()
    page.locator("#lan-phat a").first.click()
    expect(page.locator("#tinh-trang")).to_contain_text("Đang gửi tới loa")


def test_a_wrong_password_is_told_beside_the_form(open_page):
    page = open_page(path="/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Mật khẩu").fill("không phải mật khẩu")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert").filter(has_text="không đúng")).to_be_visible()
    expect(page).to_have_url(re.compile("/dang-nhap$"))
    open_page.watch.forgive("401")
