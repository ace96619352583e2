"""Bulletins that begin with a template: few clicks, nothing lost, and nothing needs a script."""

import pytest
from playwright.sync_api import expect

from controller.features.templates.service import add_template
from tests.browser.serving import PHONE
from tests.integration.web.site_world import PROVINCE
from tests.support.nightly import amount
from tests.support.stored_rows import bulletins

TEXT = "Lời sẽ đọc trên loa"


@pytest.fixture
def market(world):
    kept = {"title": "Chợ phiên", "text": "Chợ họp ngày [ngày].", "area": PROVINCE}
    return world.do(add_template, **kept, by=world.approver).id


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    "scripts", amount([True], [True, False]), ids=amount(["scripts"], ["scripts", "no-scripts"])
)
def test_a_template_is_chosen_filled_and_handed_in_with_five_clicks(world, open_page, clicks, scripts):
    page = open_page("xanhatrang", "/tao-ban-tin", screen=PHONE, java_script_enabled=scripts)
    page = clicks.over(page) if scripts else page
    page.get_by_text("Dùng mẫu bản tin").click()
    page.get_by_role("link", name="Chợ phiên").click()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Chợ phiên")
    page.get_by_role("radio", name="Ngay khi được duyệt").check()
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_role("alert")).to_contain_text("Còn chỗ chưa điền: [ngày].")
    assert world.ask(bulletins) == []
    page.get_by_label(TEXT).fill("Chợ họp ngày 30/11/2026.")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    assert not scripts or clicks.number <= 5
    open_page.watch.forgive("409")


def test_words_that_were_begun_are_exchanged_only_when_asked(open_page, server):
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE)
    page.get_by_label("Tiêu đề").fill("Một nửa")
    page.get_by_label(TEXT).fill("Đang gõ dở")
    expect(page.locator("[data-draft-said]")).to_contain_text("Đã tự lưu lúc", timeout=15_000)
    page.goto(f"{server.address}/thu-vien")
    page.get_by_role("link", name="Dùng mẫu Lịch tiêm chủng").click()
    expect(page.get_by_label(TEXT)).to_have_value("Đang gõ dở")
    page.get_by_role("button", name="Thay bằng mẫu này").click()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Lịch tiêm chủng")
    page.reload()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Lịch tiêm chủng")
    assert page.url.endswith("/tao-ban-tin")


def test_words_that_lay_on_this_machine_alone_are_not_covered_by_a_template(open_page, server):
    page = open_page("canbo", "/tao-ban-tin")
    owner = page.locator("form[data-draft]").get_attribute("data-owner")
    lay = "key => localStorage.setItem(key, 'tieu_de=C%C5%A9&noi_dung=Ch%E1%BB%AF+c%C5%A9')"
    page.evaluate(lay, f"loa:nhap:{owner}:/nhap/moi")
    page.goto(f"{server.address}/tao-ban-tin?mau=hop-thon")
    expect(page.get_by_label(TEXT)).to_have_value("Chữ cũ")
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.locator("[data-draft-said]")).to_contain_text("Đã tự lưu lúc", timeout=15_000)
