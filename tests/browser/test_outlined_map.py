"""Bản đồ drawn from outlines, in a real browser: seen, clicked, by keyboard, alive; how they come there."""

import re

import pytest
from playwright.sync_api import expect

from controller.features.maps.outlines import communes_to_outline, keep_outlines, prepare_outlines
from tests.browser.serving import ON_SCREENS
from tests.browser.test_legible import faults, sideways, usual_faults
from tests.integration.web.site_world import NHA_TRANG
from tests.support.made_outlines import made_outlines

BAC_AI_TAY, TRUONG_SA = "22786", "22736"


@pytest.fixture
def content(world):
    return made_outlines({code: one.centre for code, one in world.ask(communes_to_outline).items()})


@pytest.fixture
def outlined(world, content):
    prepared = prepare_outlines(content, world.ask(communes_to_outline))
    world.do(keep_outlines, prepared, by=world.people["quantri"])


@pytest.mark.usefixtures("outlined")
def test_the_outlines_are_seen_and_lead_to_their_communes(server, open_page):
    page = open_page("kythuat", "/ban-do")
    expect(page.locator("a.cell")).to_have_count(65)
    wide = page.locator(f"#v-{BAC_AI_TAY} use").first.bounding_box()
    assert wide["width"] > 20
    assert wide["height"] > 20
    for code, name in ((BAC_AI_TAY, "Bác Ái Tây"), (TRUONG_SA, "Trường Sa")):
        page.goto(f"{server.address}/ban-do")
        page.locator(f"#v-{code}").click()
        page.wait_for_url(re.compile(f"/ban-do\\?xa={code}$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)


@pytest.mark.usefixtures("outlined")
def test_an_outline_is_reached_and_opened_by_keyboard_and_stays_alive(world, open_page):
    page = open_page("kythuat", "/ban-do")
    cell = page.locator(f"#v-{NHA_TRANG}")
    expect(cell).to_have_class(re.compile("tone-good"))
    world.lose([f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"])
    expect(cell).to_have_class(re.compile("tone-bad"))
    page.get_by_role("link", name="Bỏ qua bản đồ, đến bảng").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cell:focus")).to_have_count(1)
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phường Nha Trang")


@pytest.mark.usefixtures("outlined")
@ON_SCREENS
def test_the_outlined_map_is_legible(open_page, screen):
    page = open_page("quantri", "/ban-do", screen=screen)
    expect(page.locator(".map-picture")).to_be_visible()
    assert sideways(page) == []
    assert faults(page) == []


def test_an_administrator_brings_a_file_and_whoever_looks_is_told(content, open_page):
    looking = open_page("kythuat", "/ban-do")
    expect(looking.locator("a.cell")).to_have_count(65)
    page = open_page("quantri", "/ban-do")
    page.get_by_role("link", name="Ranh giới").click()
    file = {"name": "xa.geojson", "mimeType": "application/geo+json", "buffer": content}
    page.get_by_label("Tệp GeoJSON").set_input_files(file)
    page.get_by_role("button", name="Nhập ranh giới").click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhập ranh giới.")
    expect(page.locator("main")).to_contain_text("65/65 xã, phường")
    assert usual_faults(page) == []
    expect(looking.locator("#ban-do")).to_contain_text("Hình bản đồ vừa được đổi.")
    expect(looking.locator("#bang-dia-ban tbody tr")).to_have_count(65)
    looking.get_by_role("link", name="Xem bản đồ mới").click()
    expect(looking.locator("a.cell")).to_have_count(65)
    expect(looking.locator("#ban-do")).to_contain_text("Ranh giới do tỉnh nhập ngày")
