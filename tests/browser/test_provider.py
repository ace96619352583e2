"""Signing in by an OpenID provider in Chromium: there over its page, and back."""

import pytest
from playwright.sync_api import expect

from controller.settings import Settings
from tests.browser.serving import serving
from tests.browser.test_legible import faults_on
from tests.integration.web.by_provider import provider_before
from tests.integration.web.site_world import PASSWORDS


@pytest.fixture
def address(world):
    world.real_clock = True
    with provider_before(world), serving(world) as server:
        world.settings = Settings(home=world.settings.home, address=server.address)
        yield server.address


def test_a_person_signs_in_there_and_works_here(page, address):
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/dang-nhap?den=/tai-khoan")
    assert faults_on(page) == []
    page.get_by_role("link", name="Đăng nhập bằng tài khoản Sở").click()
    expect(page.get_by_role("heading", name="Đăng nhập cơ quan")).to_be_visible()
    page.get_by_role("button", name="an.nguyen").click()
    expect(page.get_by_role("heading", name="Nguyễn Văn An")).to_be_visible()
    assert page.url == f"{address}/tai-khoan"
    page.get_by_role("link", name="Đăng nhập lại").click()
    page.get_by_role("button", name="an.nguyen").click()
    expect(page.get_by_role("heading", name="Nguyễn Văn An")).to_be_visible()
    assert faults_on(page) == []
    assert complaints == []


def test_an_own_account_is_linked_by_a_form_and_a_link(page, address):
    page.goto(f"{address}/dang-nhap?den=/tai-khoan")
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Mật khẩu").fill(PASSWORDS["canbo"])
    page.get_by_role("button", name="Đăng nhập").click()
    card = page.locator("#co-quan")
    card.get_by_label("Mật khẩu của bạn").fill(PASSWORDS["canbo"])
    card.get_by_role("button", name="Nối tài khoản").click()
    page.get_by_role("link", name="Tiếp tục").click()
    page.get_by_role("button", name="an.nguyen").click()
    expect(page.get_by_text("Đã nối với tài khoản cơ quan.")).to_be_visible()
    assert faults_on(page) == []
