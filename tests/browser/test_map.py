"""Bản đồ to work with: names, zoom, finding, choosing; and from the code on a pole to a heard test."""

import re

from playwright.sync_api import expect

from controller.features.bulletins.queries import waiting_renderings
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import place_nodes, positions_of
from controller.features.speaker_tests.results import recent_test
from controller.features.speaker_tests.service import prepare_test
from controller.model.fleet import PositionSource
from tests.browser.serving import ON_SCREENS, PHONE
from tests.browser.test_legible import faults, sideways, sideways_at_200_percent, usual_faults
from tests.integration.web.site_world import NHA_TRANG, Made
from tests.support.swelling_tone import mp3

NODE, OTHER = f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"
SHOWN = """() => [...document.querySelectorAll('.map-picture .label.named text:last-of-type')].map(one => {
  const box = one.getBoundingClientRect();
  return [one.textContent.trim(), box.left, box.top, box.right, box.bottom];
})"""


UNNAMED = """() => [...document.querySelectorAll('#bang-dia-ban tr[data-cell]')].filter(row => {
  const field = document.getElementById('tim'), name = row.dataset.name.replace(/^\\d+ /, '');
  field.value = name.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const label = document.querySelector(`.label[data-cell="${row.dataset.cell}"]`);
  return label && !label.classList.contains('named');
}).map(row => row.dataset.name)"""
"""Communes whose name is not shown after it was typed, without accents; Trường Sa has its frame."""


def names(page):
    """The names that are seen, after none of them was found to cover another."""
    found = page.evaluate(SHOWN)
    for place, (one, left, top, right, bottom) in enumerate(found):
        for other, x, y, u, v in found[:place]:
            assert left >= u or x >= right or top >= v or y >= bottom, (one, other)
    return {name for name, *_ in found}


@ON_SCREENS
def test_every_commune_is_named_found_and_zoomed_to(open_page, screen):
    page = open_page("kythuat", "/ban-do", screen=screen)
    first = names(page)
    assert len(first) >= (12 if screen is PHONE else 25)
    picture = page.locator(".map-picture")
    assert page.evaluate(UNNAMED) == []
    page.get_by_role("button", name="Xem cả tỉnh").click()
    expect(picture).not_to_have_class(re.compile("zoomed"))
    page.locator(f"#v-{NHA_TRANG}").focus()
    page.keyboard.press("+")
    expect(picture).to_have_class(re.compile("zoomed"))
    page.keyboard.press("0")
    expect(picture).not_to_have_class(re.compile("zoomed"))
    page.get_by_role("searchbox", name="Tìm xã, phường").fill("dien khanh")
    expect(page.locator(".cell.sought")).to_have_count(1)
    assert "Diên Khánh" in names(page)
    assert sideways(page) == []
    assert sideways_at_200_percent(page) == []
    assert faults(page) == []
    page.get_by_role("searchbox", name="Tìm xã, phường").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Diên Khánh")


@ON_SCREENS
def test_a_pole_is_placed_by_the_phone_and_by_a_touch_and_seen_there(world, server, open_page, screen):
    placed = [Placed(OTHER, 12.2500, 109.1900)]
    world.do(place_nodes, placed, source=PositionSource.FILE, by=world.people["kythuat"])
    page = open_page("kythuat", f"/cum-loa/{NODE}/vi-tri", screen=screen)
    page.context.grant_permissions(["geolocation"], origin=server.address)
    page.context.set_geolocation({"latitude": 12.2451, "longitude": 109.1943, "accuracy": 9})
    page.get_by_role("button", name="Lấy vị trí điện thoại").click()
    expect(page.locator("[data-place-said]")).to_contain_text("đúng trong 9 m")
    page.get_by_role("button", name="Lưu vị trí").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi vị trí")
    assert world.ask(positions_of, [NODE])[NODE].accuracy_m == 9
    page.goto(f"{server.address}/cum-loa/{NODE}/vi-tri")
    page.locator(".map-picture").click()
    expect(page.locator("[data-place-said]")).to_contain_text("Đã chọn trên bản đồ")
    assert usual_faults(page) == []
    page.get_by_role("button", name="Lưu vị trí").click()
    page.wait_for_url(re.compile("xong=vi-tri"))
    assert world.ask(positions_of, [NODE])[NODE].source == "map"
    page.goto(f"{server.address}/ban-do?xa={NHA_TRANG}")
    expect(page.locator("a.speaker")).to_have_count(2)
    assert faults(page) == []
    page.locator("a.speaker").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phường Nha Trang")


def test_communes_are_chosen_on_the_map(open_page):
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE)
    page.get_by_role("radio", name="Chọn xã, phường").check()
    page.get_by_text("Chọn trên bản đồ").click()
    page.locator(f"#c-{NHA_TRANG}").click()
    expect(page.get_by_role("checkbox", name="Phường Nha Trang", exact=True)).to_be_checked()
    expect(page.locator("[data-chosen-said]")).to_contain_text("Đã chọn 1: Phường Nha Trang.")
    page.locator(f"#c-{NHA_TRANG}").click()
    expect(page.get_by_role("checkbox", name="Phường Nha Trang", exact=True)).not_to_be_checked()


def test_from_the_code_on_a_pole_to_a_heard_test_in_two_touches(world, open_page, clicks):
    made = Made(mp3(), 8_000)
    bulletin = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, made)
    world.approve(bulletin.id, made)
    page = clicks.over(open_page("kythuat", f"/cong-khai/bao/{NODE}", screen=PHONE))
    expect(page).to_have_url(re.compile(f"/cum-loa/{NODE}#thu-loa$"))
    before = clicks.number
    expect(page.get_by_role("button", name="Thử loa")).to_be_in_viewport()
    page.get_by_role("button", name="Thử loa").click()
    expect(page.locator("#thu-loa")).to_contain_text("Đang gửi bản thử")
    airing = world.ask(recent_test, NODE, world.now()).airing
    world.advance()
    world.tell(airing, made, "started", [NODE])
    page.get_by_role("button", name="Nghe rõ").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi: nghe rõ.")
    assert clicks.number - before == 2
    assert usual_faults(page) == []


def test_a_list_of_places_is_looked_at_on_a_phone_and_then_set(open_page, world):
    page = open_page("kythuat", "/ban-do/vi-tri", screen=PHONE)
    lines = [f"{NODE};12,2453;109,1943", f"{OTHER};21,03;105,85", "khong-co;12,3;109,2"]
    page.get_by_label("Hoặc dán bảng").fill("\n".join(lines))
    page.get_by_role("button", name="Xem thử").click()
    expect(page.locator(".list-said")).to_contain_text("2 sai.")
    said = page.locator("td:has(.tone-bad)").first.bounding_box()
    assert said["width"] > 390 / 3, "room for a sentence"
    assert page.get_by_role("columnheader", name="Dòng").bounding_box()["height"] < 50, "a word on one line"
    assert usual_faults(page) == []
    assert sideways(page) == []
    assert sideways_at_200_percent(page) == []
    page.get_by_label("Chỉ làm những dòng đúng").check()
    page.get_by_role("button", name="Ghi vị trí").click()
    page.wait_for_url(re.compile("xong=nhap"))
    assert world.ask(positions_of, [NODE])[NODE].latitude == 12.2453
