"""A newcomer takes the tour of a trial to its end; search is reached from any page by keys and by touch."""

from playwright.sync_api import expect

from controller.features.bulletins.queries import rendering_of
from tests.browser.serving import DESKTOP, ON_SCREENS, PHONE, listen
from tests.browser.test_legible import WHOLE, faults, sideways, too_small
from tests.integration.web.site_world import NHA_TRANG, Made
from tests.integration.web.trial_world import NODE, begin_trial
from tests.support.stored_rows import bulletins, open_airings
from tests.support.swelling_tone import mp3


@ON_SCREENS
def test_a_newcomer_takes_the_tour_to_its_end(world, open_page, screen):
    begin_trial(world)
    page = open_page(path="/dang-nhap", screen=screen)
    strip = page.get_by_role("region", name="Xã mẫu")
    page.get_by_role("button", name="Cán bộ xã").click()
    expect(strip).to_contain_text("việc 1/6")
    assert [*faults(page, WHOLE), *sideways(page), *too_small(page)] == []
    strip.get_by_role("link", name="Làm ngay").click()
    page.get_by_label("Tiêu đề").fill("Họp thôn")
    page.get_by_label("Lời sẽ đọc trên loa").fill("Mời bà con đến họp lúc 19 giờ.")
    page.get_by_role("radio", name="Ngay khi được duyệt").check()
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(strip).to_contain_text("việc 2/6")
    bulletin = world.ask(bulletins)[0].id
    world.render(world.ask(rendering_of, bulletin, 1).id)

    strip.get_by_role("button", name="Sang vai cán bộ duyệt").click()
    page.wait_for_url(f"**/duyet/{bulletin}")
    listen(world, page)
    expect(strip).to_contain_text("việc 3/6")
    password = strip.locator("code").inner_text()
    page.get_by_label("Mật khẩu của bạn, để ký duyệt").fill(password)
    page.get_by_role("button", name="Duyệt cho phát").click()
    expect(strip).to_contain_text("việc 4/6")

    world.later(seconds=1)
    world.advance()
    airing, made = world.ask(open_airings)[0].id, Made(mp3(), 8_000)
    for kind in ("fetched", "started", "finished"):
        world.tell(airing, made, kind, [NODE], **({"heard_ms": 8_000} if kind == "finished" else {}))
    expect(strip).to_contain_text("việc 5/6")  # ticked off without a touch

    strip.get_by_role("button", name="Sang vai kỹ thuật viên").click()
    strip.get_by_role("button", name="Rút phích").click()
    expect(strip).to_contain_text("việc 6/6")
    strip.get_by_role("button", name="Cắm lại phích").click()
    expect(strip).to_contain_text("xong cả 6 việc")
    strip.get_by_role("button", name="Cất đi").click()
    expect(strip).to_have_count(0)


def test_search_is_reached_by_a_key_and_by_touch_and_followed_by_arrows(open_page):
    page = open_page("kythuat", "/lich", screen=DESKTOP)
    page.keyboard.press("/")
    page.keyboard.type("bac nha tr")
    hits = page.locator("#tim-nhanh [data-hit]")
    expect(hits.first).to_contain_text("Phường Bắc Nha Trang")
    page.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cum-loa/*")
    page.keyboard.press("Control+k")
    expect(page.locator("#tim-dau")).to_be_focused()
    phone = open_page("kythuat", "/lich", screen=PHONE)
    phone.get_by_role("link", name="Tìm", exact=True).click()
    phone.get_by_label("Tìm khắp nơi").fill(f"loa {NHA_TRANG}")
    expect(phone.locator("#tim-thay [data-hit]").first).to_contain_text("Cụm 1, Phường Nha Trang")
