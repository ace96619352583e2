"""Takes the pictures of docs/images from the real pages; `make screenshots` calls it."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.administration_shown import tell_of_the_house
from tests.browser.serving import CONTEXT, DESKTOP, LAUNCH, PHONE, serving, sign_in
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, Made, Seeds, mp3

IMAGES = Path(__file__).parents[2] / "docs" / "images"
GUIDE = Path(__file__).parents[2] / "controller" / "web" / "static" / "tro-giup"
_SMALL = PHONE | {"device_scale_factor": 1, "viewport": {"width": 390, "height": 683}}
_TALLEST = 1700  # a picture in a document; the rest of a long page looks like its middle
_LONG = Made(mp3(8, 440), 424_000)


def tell_a_day(world):
    """Let a morning go by in the province; return what the pictures show."""
    away = [world.nodes[17], world.nodes[40], world.nodes[41]]
    world.bring_online()
    world.later(minutes=1)
    world.lose(away)
    world.aired(
        title="Lịch tiêm chủng mở rộng tháng 12", without=away, reasons=[(world.nodes[8], "power-lost")]
    )
    world.later(minutes=35)
    waiting, _ = world.submitted("Quyết định 1322/QĐ-UBND về phòng, chống đuối nước")
    world.plan(waiting, seconds=4 * 3600 + 400)
    made, rendering = world.submitted("Thông báo cắt điện sửa lưới", rendered=False)
    world.plan(made, areas=[NHA_TRANG, BAC_NHA_TRANG], seconds=6 * 3600)
    world.speak(rendering, 7, 12)
    live, _ = world.approved_airing(made=_LONG, seconds=20, grade="priority")
    world.approved_airing(title="Hướng dẫn phân loại rác tại nhà", seconds=17 * 3600)
    there = [node for node in world.nodes if node not in away]
    world.tell(live, _LONG, "fetched", there[:-4])
    world.later(seconds=20)
    world.advance()
    world.tell(live, _LONG, "started", there[:-9], spread_ms=14)
    world.later(seconds=97)
    world.bring_online(without=away, sounding=live)
    return {"live": live, "waiting": waiting, "node": there[2]}


def take(page, address, path, name, folder):
    """Take one picture of a page, as far down as a document needs."""
    page.goto(address + path)
    page.wait_for_timeout(400)
    height = min(page.evaluate("document.documentElement.scrollHeight"), _TALLEST)
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(150)
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})


def take_code(page, address, file):
    """Take the picture of a code for a new node."""
    page.goto(f"{address}/gan-cum-loa?xa={NHA_TRANG}")
    page.get_by_label("Tên cụm loa").fill("Cụm 3, chợ Xóm Mới")
    page.get_by_role("button", name="Tạo mã gắn").click()
    page.locator("#ma-gan").wait_for()
    page.screenshot(path=file, full_page=True)


def take_for_the_guide(browser, address, seeds, shown, folder):
    """Take the small pictures of the page Trợ giúp, one screen of a phone each."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [
        ("canbo", "/", "hom-nay"),
        ("canbo", "/tao-ban-tin", "tao-ban-tin"),
        ("canbo", "/lich", "lich-phat"),
        ("duyet", f"/duyet/{shown['waiting']}", "cho-duyet"),
    ]
    for who, path, picture in pictures:
        context = browser.new_context(**CONTEXT, **_SMALL)
        context.add_cookies([{"name": "loa", "value": seeds.tokens[who], "url": address}])
        page = context.new_page()
        page.goto(address + path)
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{picture}.png")
        context.close()


def main(folder):
    """Take every picture on a wide screen and on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        seeds = Seeds(Path(kept))
        (Path(kept) / "world").mkdir()
        world = seeds.world(Path(kept) / "world")
        shown = tell_a_day(world)
        alarm = tell_of_the_house(world, shown["node"])
        browser = playwright.chromium.launch(**LAUNCH)
        with serving(world) as server:
            for suffix, screen in (("", DESKTOP), ("-dien-thoai", PHONE)):
                pages = [
                    ("canbo", "/", "hom-nay"),
                    ("canbo", f"/phat/{shown['live']}", "luot-phat"),
                    ("canbo", "/tao-ban-tin", "tao-ban-tin"),
                    ("canbo", "/lich", "lich-phat"),
                    ("duyet", f"/duyet/{shown['waiting']}", "cho-duyet"),
                    ("duyet", "/thu-vien?thu=Họp TDP số 5 lúc 19h30 ngày 26/11", "thu-vien"),
                    ("duyet", "/bao-cao", "bao-cao"),
                    ("duyet", f"/khan/goi?ban={alarm}", "phat-khan"),
                    ("kythuat", "/su-co", "su-co"),
                    ("kythuat", "/ban-do", "ban-do"),
                    ("kythuat", "/cum-loa", "cum-loa-cay"),
                    ("kythuat", f"/cum-loa/{shown['node']}", "cum-loa"),
                    ("quantri", f"/quy-dinh/{NHA_TRANG}", "quy-dinh"),
                    ("quantri", "/nhat-ky", "nhat-ky"),
                    ("quantri", "/nguoi-dung/duyet", "nguoi-dung"),
                    ("quantri", "/cai-dat", "cai-dat"),
                ]
                context = browser.new_context(**CONTEXT, **screen)
                take(context.new_page(), server.address, "/dang-nhap", f"dang-nhap{suffix}", folder)
                context.close()
                for name in ("canbo", "duyet", "kythuat", "quantri"):
                    context = browser.new_context(**CONTEXT, **screen)
                    page = context.new_page()
                    sign_in(page, server.address, name)
                    for who, path, picture in pages:
                        if who == name:
                            take(page, server.address, path, picture + suffix, folder)
                    if name == "kythuat":
                        take_code(page, server.address, folder / f"gan-ma{suffix}.png")
                    context.close()
            if folder == IMAGES:
                take_for_the_guide(browser, server.address, seeds, shown, GUIDE)
        browser.close()
        world.store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
