"""The day as a line: an airing is moved by dragging and by keys; three troubles are found from the home."""

import re

from playwright.sync_api import expect

from controller.features.airings.queries import get_airing
from tests.browser.serving import ON_SCREENS
from tests.integration.web.site_world import NHA_TRANG
from tests.support.stored_rows import note_vitals, open_airings


def planned(world, title, seconds):
    bulletin, _ = world.submitted(title, by=world.people["xanhatrang"])
    world.approve(bulletin)
    return world.plan(bulletin, areas=[NHA_TRANG], seconds=seconds, by=world.people["xanhatrang"])


def place(page, airing, minutes=0):
    """Where an airing's middle is on the screen, or so many minutes after it."""
    page.locator(".day-line").scroll_into_view_if_needed()
    box, line = page.locator(f"#l-{airing}").bounding_box(), page.locator(".day-line svg").bounding_box()
    return box["x"] + box["width"] / 2 + minutes * line["width"] / 1440, line["y"] + line["height"] / 2


@ON_SCREENS
def test_an_airing_is_moved_by_dragging_and_by_keys(world, open_page, screen):
    planned(world, "Bản tin chiều", 5 * 3600)  # 16:40
    held = planned(world, "Bản tin tối", 8 * 3600)  # 19:40
    page = open_page("xanhatrang", "/loa-xa", screen=screen)
    panel = page.locator("#doi-tren-duong")
    x, y = place(page, held)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(place(page, held, minutes=-180)[0], y, steps=6)
    expect(panel).to_contain_text("«Bản tin tối»: 19:40 → 16:40")
    expect(panel).to_contain_text("Trùng giờ với “Bản tin chiều”")  # before it is dropped
    expect(page.locator(".air.struck")).to_have_count(1)
    page.mouse.up()
    panel.get_by_role("button", name="+5 phút").click()
    expect(panel).to_contain_text("Không trùng với lượt nào.")
    panel.get_by_role("button", name="Dời giờ").click()
    expect(page.get_by_text("Đã dời giờ phát.")).to_be_visible()
    (moved,) = [one for one in world.ask(open_airings) if one.starts_at.minute == 45]
    assert f"{moved.starts_at:%H:%M}" == "09:45"
    assert world.ask(get_airing, held).state == "cancelled"

    handle = page.locator(f"[data-moves='l-{moved.id}']")
    handle.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(panel).to_contain_text("16:45 → 16:48")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(handle).to_be_focused()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text("16:45 → 16:59")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Dời giờ")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã dời giờ phát.")).to_be_visible()
    assert {f"{one.starts_at:%H:%M}" for one in world.ask(open_airings)} == {"09:40", "09:59"}


@ON_SCREENS
def test_three_planted_troubles_are_found_in_two_touches(world, open_page, server, clicks, screen):
    world.do(note_vitals, [world.vitals(world.nodes[77], 5, amplifier_ok=False)])
    world.lose([world.nodes[40], world.nodes[41]])
    bulletin, _ = world.submitted("Lịch tiêm phòng")
    world.plan(bulletin, areas=[NHA_TRANG], seconds=2 * 3600)
    page = clicks.over(open_page("kythuat", screen=screen))
    expect(page.locator("#tom-tat")).to_contain_text("3 chỗ có vấn đề")
    expect(page.locator("#van-de")).to_contain_text("63 xã, phường bình thường. 128/130 cụm loa trực tuyến.")
    for cause, button, found in (
        ("Tăng âm báo hỏng", "Nhận lo", "Tăng âm báo hỏng"),
        ("Cả 2 cụm loa mất kết nối.", "Xem cụm loa", "Mất kết nối"),
        ("Chờ duyệt. 13:40 hôm nay", "Mở bản tin", "Chờ duyệt"),
    ):
        page.goto(server.address)
        before = clicks.number
        trouble = page.locator("#van-de li").filter(has_text=cause)
        trouble.get_by_role("link", name=re.compile(button)).click()
        expect(page.locator("main")).to_contain_text(found)
        assert clicks.number - before <= 2
