"""The network goes in the middle: what was typed waits in the browser, and is sent once."""

import pytest
from playwright.sync_api import expect

from controller.features.bulletins.queries import get_revision
from tests.browser.serving import PHONE
from tests.support.stored_rows import bulletins

CUT = ("ERR_INTERNET_DISCONNECTED", "ServiceWorker", "Failed to load resource", "Failed to fetch")
TEXT = "Trạm y tế mời bà con đưa trẻ đi tiêm."


@pytest.fixture
def cut(open_page):
    """Cuts the network of a page, and forgives what its browser says of that."""
    yield lambda page: page.context.set_offline(True)
    open_page.watch.forgive(*CUT)


def fill(page):
    page.get_by_label("Tiêu đề").fill("Lịch tiêm phòng")
    page.get_by_label("Lời sẽ đọc trên loa").fill(TEXT)
    page.get_by_role("radio", name="Chọn xã, phường").check()
    page.get_by_label("Phường Đông Hải").check()
    page.get_by_role("radio", name="Ngay khi được duyệt").check()


def test_what_is_sent_without_a_network_waits_and_is_sent_once_when_it_is_back(world, server, open_page, cut):
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE)
    fill(page)
    cut(page)
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.locator("#hang-gui")).to_contain_text("«Lịch tiêm phòng» đang chờ trên máy này")
    assert not world.ask(bulletins)
    page.context.set_offline(False)
    expect(page.locator("#hang-gui")).to_contain_text("Đã gửi bản tin «Lịch tiêm phòng»", timeout=20_000)
    (sent,) = world.ask(bulletins)
    assert (sent.state, world.ask(get_revision, sent.id, 1).text) == ("submitted", TEXT)
    page.goto(server.address)
    expect(page.locator("h1").first).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('loa:gui:'))") == []
    assert len(world.ask(bulletins)) == 1


def test_what_waits_goes_only_when_its_own_officer_is_back(world, server, open_page, cut, seeds):
    """Somebody else signs in while the page of the one before is still open: it sends, and is refused."""
    left = open_page("canbo", "/tao-ban-tin")
    fill(left)
    cut(left)
    left.get_by_role("button", name="Gửi duyệt").click()
    expect(left.locator("#hang-gui")).to_contain_text("đang chờ trên máy này")
    sign_in(left, server, seeds, "xanhatrang")
    with left.expect_response("**/gui-sau") as refused:
        left.context.set_offline(False)
    assert refused.value.status == 403
    page = open_page.watch.over(left.context.new_page())
    page.goto(server.address)
    expect(page.locator("h1").first).to_be_visible()
    assert (page.locator("#hang-gui").count(), world.ask(bulletins)) == (0, [])
    left.close()
    sign_in(page, server, seeds, "canbo")
    page.goto(server.address)
    expect(page.locator("#hang-gui")).to_contain_text("Đã gửi bản tin")
    (sent,) = world.ask(bulletins)
    assert sent.author == world.officer.id
    open_page.watch.forgive("403")


def sign_in(page, server, seeds, name):
    page.context.add_cookies([{"name": "loa", "value": seeds.tokens[name], "url": server.address}])


def test_opened_without_a_network_there_is_an_empty_form_and_nothing_of_anybody(
    world, server, open_page, cut
):
    page = open_page("canbo", "/", screen=PHONE, service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = page.evaluate(
        "caches.keys().then(names => caches.open(names[0])).then(one => one.keys())"
        ".then(found => found.map(each => new URL(each.url).pathname))"
    )
    assert all(one == "/ngoai-tuyen" or one.startswith("/tinh/") for one in kept)
    cut(page)
    page.goto(f"{server.address}/ban-tin")
    expect(page.get_by_role("heading", name="Không có mạng", exact=True)).to_be_visible()
    assert "Nguyễn Thị Hoa" not in page.content()
    page.get_by_label("Tiêu đề").fill("Chợ phiên")
    page.get_by_label("Lời sẽ đọc trên loa").fill(TEXT)
    page.get_by_role("button", name="Giữ trên máy này").click()
    expect(page.locator("#hang-gui")).to_contain_text("«Chợ phiên» đang chờ trên máy này")
    page.context.set_offline(False)
    page.goto(server.address)
    expect(page.locator("#hang-gui")).to_contain_text("Đã gửi bản tin «Chợ phiên»")
    (made,) = world.ask(bulletins)
    assert (made.title, made.state) == ("Chợ phiên", "draft")
