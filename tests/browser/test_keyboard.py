"""The daily job by the keyboard alone: sign in, write, hand in, listen, approve, and stop."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from controller.features.airings.queries import get_airing
from controller.features.bulletins.queries import rendering_of
from controller.features.consent.service import answer_airing
from tests.integration.web.site_world import PASSWORDS, TEXT
from tests.support.stored_rows import airings_between, bulletins

FARTHEST = 120
"""Presses of Tab within which whatever is wanted has to be reached."""


def reach(page, wanted):
    """Press Tab until the element has the focus, which must be seen there."""
    element = wanted.element_handle()  # to look for it at each press takes most of the time
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        is_there, has_focus = element.evaluate("e => [e.isConnected, e === document.activeElement]")
        if not is_there:  # news have come in its place
            element = wanted.element_handle()
        if has_focus:
            box = element.bounding_box()
            assert box is not None
            assert 0 <= box["y"] < page.viewport_size["height"], f"{wanted} is out of sight"
            return
    pytest.fail(f"{wanted} is not reached by {FARTHEST} presses of Tab")


def type_into(page, label, text):
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.insert_text(text)


def press(page, role, name):
    reach(page, page.get_by_role(role, name=name).first)
    page.keyboard.press("Enter")


def signed_in(page, name):
    page.get_by_label("Tên đăng nhập").evaluate("e => e.blur()")
    type_into(page, "Tên đăng nhập", name)
    type_into(page, "Mật khẩu", PASSWORDS[name])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hôm nay", exact=True)).to_be_visible()


def test_from_signing_in_to_stopping_by_keyboard_alone(world, open_page):
    officer = open_page(path="/dang-nhap", reduced_motion="reduce")
    signed_in(officer, "canbo")
    press(officer, "link", "Tạo bản tin")
    type_into(officer, "Tiêu đề", "Lịch tiêm phòng")
    type_into(officer, "Lời sẽ đọc trên loa", TEXT)
    for role, name in (
        ("radio", "Toàn tỉnh"),
        ("checkbox", "Đúng, loa ở cả"),
        ("radio", "Ngay khi được duyệt"),
    ):
        reach(officer, officer.get_by_role(role, name=name))
        officer.keyboard.press("Space")
    press(officer, "button", "Gửi duyệt")
    expect(officer.get_by_text("Đã gửi duyệt.")).to_be_visible()
    bulletin = world.ask(bulletins)[0].id
    made = world.render(world.ask(rendering_of, bulletin, 1).id)

    approver = open_page(path="/dang-nhap", reduced_motion="reduce")
    signed_in(approver, "duyet")
    reach(approver, approver.locator("#can-lam a").first)
    approver.keyboard.press("Enter")
    reach(approver, approver.locator("#hang-cho a").first)
    approver.keyboard.press("Enter")
    reach(approver, approver.locator("#nghe-ban-tin"))
    with approver.expect_response("**/tep/*.mp3"):
        approver.keyboard.press("Space")
    world.later(seconds=8)
    expect(approver.locator("#da-nghe")).to_contain_text("Bạn đã nghe hết.", timeout=20_000)
    type_into(approver, "Mật khẩu của bạn, để ký duyệt", PASSWORDS["duyet"])
    approver.keyboard.press("Enter")
    expect(approver.get_by_text("Đã duyệt bản tin.")).to_be_visible()

    (airing,) = world.ask(airings_between, world.now() - timedelta(hours=1), world.now() + timedelta(hours=3))
    world.do(answer_airing, airing.id, agrees=True, by=world.people["xanhatrang"])
    world.advance()
    world.publish()
    airing = world.ask(get_airing, airing.id)
    world.later(seconds=max(0, (airing.starts_at - world.now()).total_seconds()))
    world.tell(airing.id, made, "fetched")
    world.advance()
    world.tell(airing.id, made, "started")
    officer.goto(officer.url.partition("/ban-tin")[0])
    press(officer, "link", "Dừng phát")
    press(officer, "button", "Dừng phát")
    expect(officer.locator("#tinh-trang")).to_contain_text("Đã dừng")
    assert world.ask(get_airing, airing.id).state == "cancelled"
