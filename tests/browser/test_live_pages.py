import time

from playwright.sync_api import expect

from tests.integration.web.site_world import PROVINCE, Made
from tests.support.swelling_tone import mp3

LONG = Made(mp3(8, 440), 424_000)


def mark(page):
    """Leave a mark that a reload would wipe out."""
    page.evaluate("() => { document.body.dataset.mark = 'same page' }")


def assert_same_page(page):
    assert page.evaluate("() => document.body.dataset.mark") == "same page"


def test_the_day_comes_alive_without_a_reload(world, open_page):
    page = open_page("canbo")
    expect(page.get_by_text("Không có gì đang phát")).to_be_visible()
    mark(page)
    bulletin, rendering = world.submitted(rendered=False)
    airing = world.plan(bulletin, areas=[PROVINCE], seconds=30)
    world.speak(rendering, 7, 12)
    expect(page.get_by_text("Đang đọc câu 7/12")).to_be_visible()
    world.render(rendering, LONG)
    expect(page.locator("#chuan-bi")).to_be_hidden()
    world.approve(bulletin, LONG)
    world.advance()
    world.publish()
    expect(page.locator("#dang-phat").get_by_text("Đang gửi tới loa")).to_be_visible()
    world.tell(airing, LONG, "fetched", world.nodes[:100])
    expect(page.get_by_label("Đã tải về loa: 100 trên 130 cụm loa")).to_be_visible()
    start = world.later(seconds=30)
    world.advance()
    world.tell(airing, LONG, "started", world.nodes[:100], at=start)
    expect(page.locator("#dang-phat .on-air")).to_be_visible()
    expect(page.locator("#tom-tat")).to_contain_text("Đang phát 1 bản tin")
    expect(page.locator("#van-de")).to_contain_text("65 xã, phường bình thường, 50 đang phát.")
    world.later(milliseconds=424_000)
    world.tell(airing, LONG, "finished", world.nodes[:99], heard_ms=424_000)
    world.later(seconds=30)
    world.advance()
    expect(page.locator("#vua-phat")).to_contain_text("99/130 cụm loa đã phát hết")
    expect(page.locator("#vua-phat audio")).to_be_visible()
    assert_same_page(page)


def test_an_airing_is_followed_to_its_end(world, open_page):
    airing, made = world.approved_airing(seconds=20)
    page = open_page("canbo", f"/phat/{airing}")
    mark(page)
    world.tell(airing, made, "fetched")
    expect(page.get_by_label("Đã tải về loa: 130 trên 130 cụm loa")).to_be_visible()
    start = world.later(seconds=20)
    world.advance()
    world.tell(airing, made, "started", at=start, spread_ms=10)
    expect(page.locator("#tinh-trang")).to_contain_text("cùng lúc")
    page.get_by_text("Xem danh sách 130 cụm loa").click()
    row = page.locator("#hang-loa-22366-1")
    expect(row).to_contain_text("Đang phát")
    world.later(seconds=8)
    world.tell(airing, made, "finished", heard_ms=8_000)
    expect(row).to_contain_text("Phát hết")
    world.later(seconds=15)
    world.advance()
    expect(page.locator("#tinh-trang")).to_contain_text("Độ phủ")
    expect(page.locator("#tinh-trang")).to_contain_text("100,0%")
    assert_same_page(page)


def test_what_a_person_opened_stays_open_and_what_plays_goes_on(world, open_page):
    airing, made = world.approved_airing(seconds=600)
    page = open_page("canbo", f"/phat/{airing}")
    page.get_by_text("Cách loa đọc").click()
    spoken = page.locator("#mo-cach-doc .spoken")
    expect(spoken).to_be_visible()
    page.evaluate("() => document.getElementById('nghe-ban-tin').play()")
    world.tell(airing, made, "fetched", world.nodes[:65])
    expect(page.get_by_label("Đã tải về loa: 65 trên 130 cụm loa")).to_be_visible()
    expect(spoken).to_be_visible()
    page.wait_for_timeout(500)
    playing = page.evaluate(
        "() => { const a = document.getElementById('nghe-ban-tin'); return [a.paused, a.currentTime] }"
    )
    assert playing[0] is False
    assert playing[1] > 0


def test_a_node_that_goes_away_is_seen_to_go(world, open_page):
    page = open_page("kythuat", f"/cum-loa/{world.nodes[0]}")
    expect(page.locator("#tinh-trang")).to_contain_text("Sẵn sàng")
    world.lose(world.nodes[:1])
    expect(page.locator("#tinh-trang")).to_contain_text("Mất kết nối")


def test_running_clocks_run_by_the_servers_time(world, open_page):
    _, _ = world.approved_airing(seconds=90)
    page = open_page("canbo")
    clock = page.locator("#dang-phat [data-until]")
    expect(clock).to_have_text("còn 1 phút 28 giây")
    world.later(seconds=0)
    expect(clock).to_have_text("còn 1 phút 26 giây")


def test_a_lost_server_is_told_at_once_with_the_age_of_what_is_seen_and_heals(world, server, open_page):
    page = open_page("canbo")
    banner = page.locator("#mat-ket-noi")
    expect(page.locator("#tom-tat")).to_be_visible()
    page.wait_for_timeout(500)
    expect(banner).to_be_hidden()
    mark(page)
    server.stop()
    expect(banner).to_be_visible(timeout=15_000)
    expect(banner).to_contain_text("Mất kết nối với máy chủ.")
    expect(banner).to_contain_text("giây trước)")
    world.lose(world.nodes[:2])
    server.start()
    expect(banner).to_be_hidden(timeout=20_000)
    expect(page.locator("#van-de")).to_contain_text("Phường Bắc Nha Trang")
    assert_same_page(page)
    open_page.watch.forgive("sse:error")


def test_one_page_holds_one_stream_and_leaves_none_behind(world, server, open_page):
    page = open_page("canbo")
    live = server.site.state.live
    for path in ("/phat", "/", "/cum-loa/loa-22366-1", "/cum-loa", "/"):
        page.goto(server.address + path)
    expect(page.locator("#tom-tat")).to_be_visible()
    page.wait_for_timeout(1_000)
    assert live._viewers.total() == 1
    page.close()
    until = time.monotonic() + 60
    while live._viewers and time.monotonic() < until:
        world.changes.note()
        time.sleep(0.05)
    assert not live._viewers


def test_a_session_that_ends_leads_to_the_door(world, server, open_page):
    page = open_page("canbo")
    expect(page.locator("#tom-tat")).to_be_visible()
    world.later(hours=9)
    server.stop()
    server.start()
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible(timeout=20_000)
    open_page.watch.forgive("sse:error", "401")
