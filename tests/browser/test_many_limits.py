"""An administrator changes limits of many communes on a telephone: chosen, checked, signed."""

from playwright.sync_api import expect

from controller.features.plans.queries import published_policy
from tests.browser.serving import PHONE
from tests.browser.test_legible import faults_on
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS


def test_limits_of_chosen_communes_are_checked_then_signed_on_a_telephone(world, open_page):
    airing, _ = world.approved_airing(areas=(NHA_TRANG,), seconds=7200)
    page = open_page("quantri", "/quy-dinh", screen=PHONE)
    page.get_by_role("link", name="Đổi nhiều nơi").click()
    assert faults_on(page, wide=()) == []
    page.get_by_label("Tìm xã, phường").fill("nha trang")
    page.get_by_label("Phường Nha Trang", exact=True).check()
    page.get_by_label("Phường Bắc Nha Trang").check()
    page.get_by_label("Đổi giờ yên lặng").check()
    spans = (("00:00", "12:00"), ("12:00", "00:00"))
    for n, (begins, ends) in enumerate(spans):
        page.get_by_label("Từ").nth(n).fill(begins)
        page.get_by_label("đến").nth(n).fill(ends)
    page.get_by_role("button", name="Xem từng nơi sẽ đổi gì").click()
    expect(page.locator(".list-said")).to_contain_text("2 nơi sẽ đổi")
    expect(page.locator(f'a[href="/phat/{airing}"]')).to_be_visible()
    assert faults_on(page, wide=()) == []
    page.get_by_label("Mật khẩu của bạn").fill(PASSWORDS["quantri"])
    page.get_by_role("button", name="Ký và áp dụng").click()
    expect(page.get_by_text("Đã ký quy định mới của các địa bàn đã chọn.")).to_be_visible()
    for area in (NHA_TRANG, BAC_NHA_TRANG):
        assert len(world.ask(published_policy, area).quiet_hours) == 2
