from datetime import date, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from controller.listeners.usecases import report_trouble
from controller.operators.delegating import delegate_approval
from controller.operators.permissions import Act
from controller.operators.tokens import create_token
from controller.operators.usecases import create_operator
from controller.programmes.usecases import schedule_bulletin
from devices.messages import NodeId
from schedules.recurrence import Daily
from schedules.skips import Skips
from tests.browser.serving import DESKTOP, PHONE
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = "() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]"
NARROW = PHONE | {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def places(world):
    """An address of each kind of page, with something on it, and who looks."""
    airing = world.aired(without=world.nodes[:3], reasons=[(world.nodes[9], "power-lost")])
    waiting, _ = world.submitted("Quyết định 1322/QĐ-UBND về công tác phòng, chống đuối nước trẻ em")
    planned = world.plan(waiting, seconds=4000)
    daily = Daily(at=time(17), first=date(2026, 11, 25))
    schedule = world.do(
        schedule_bulletin,
        waiting,
        areas=[NHA_TRANG],
        rule=daily,
        by=world.officer,
        skips=Skips(days_off=True),
    ).id
    asked = world.plan(waiting, seconds=9000, agreed=False)
    for by in ("duyet", "xanhatrang"):
        world.plan(waiting, areas=[NHA_TRANG], seconds=30_000, grade="priority", by=world.people[by])
    world.lose(world.nodes[3:6])
    lend_and_give_a_token(world)
    _, code = world.do(
        report_trouble, NodeId(f"loa-{NHA_TRANG}-1"), trouble="broken", words="Loa rè từ sáng, nghe không rõ."
    )
    return [
        (None, "/dang-nhap"),
        ("canbo", "/"),
        ("xanhatrang", "/"),
        ("xanhatrang", f"/phat/{asked}"),
        ("canbo", "/phat"),
        ("canbo", f"/phat/{airing}"),
        ("canbo", f"/phat/{airing}/cum-loa"),
        ("canbo", "/lich"),
        ("canbo", "/lich/danh-sach"),
        ("canbo", f"/lich/tao?ban_tin={waiting}"),
        ("canbo", f"/lich/{schedule}"),
        ("canbo", f"/lich/{schedule}/lan?luc=2026-11-30T10:00:00Z"),
        ("canbo", f"/lich/{schedule}/sua"),
        ("canbo", f"/lich/{schedule}/ket-thuc"),
        ("canbo", "/lich/ngay/2026-11-25"),
        ("canbo", f"/ban-tin/{waiting}/sua"),
        ("duyet", f"/ban-tin/{waiting}/rut"),
        ("duyet", f"/phat/{planned}/dung"),
        ("duyet", f"/phat/{planned}/doi"),
        ("canbo", f"/ban-tin/{waiting}/lich-su"),
        ("canbo", "/phan-anh"),
        ("canbo", f"/phan-anh/ma-dan?xa={NHA_TRANG}"),
        ("duyet", "/tro-giup"),
        (None, "/cong-khai"),
        (None, f"/cong-khai/{NHA_TRANG}"),
        (None, f"/cong-khai/{NHA_TRANG}/ban-tin/{airing}"),
        (None, f"/cong-khai/bao/loa-{NHA_TRANG}-1"),
        (None, f"/cong-khai/tra-loi?ma={code}"),
        ("canbo", "/cum-loa"),
        ("canbo", f"/cum-loa/{world.nodes[2]}"),
        ("canbo", "/tao-ban-tin"),
        ("canbo", "/ban-tin"),
        ("duyet", "/duyet"),
        ("duyet", f"/duyet/{waiting}"),
        ("duyet", f"/ban-tin/{waiting}"),
        ("duyet", f"/ban-tin/{waiting}/dat-lich"),
        ("duyet", "/tai-khoan"),
        ("duyet", "/tai-khoan/ma-xac-thuc"),
    ]


def lend_and_give_a_token(world):
    """Fill the page Tài khoản of the approver."""
    until = world.now() + timedelta(days=9)
    world.do(
        create_operator,
        name="duyetxa",
        display_name="Trần Thị Thu Duyệt",
        roles={"approver"},
        area=NHA_TRANG,
        password=PASSWORDS["duyet"],
        by=None,
    )
    world.do(delegate_approval, to="duyetxa", area=PROVINCE, until=until, by=world.approver)
    asked = {"acts": [Act.SEE, Act.STOP], "area": PROVINCE, "expires_at": until, "of": world.approver}
    world.do(create_token, name="Bảng điện tử ở quảng trường 2 tháng 4", **asked)


def faults(page):
    """What axe finds against WCAG 2.2 AA, light and dark; no script may be injected: it is evaluated."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [fault for scheme in ("dark", "light") for fault in _faults_in(page, scheme)]


def _faults_in(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + "
        "n.any.map(a => a.message).join(' ')).join(' | ')))",
        TAGS,
    )
    return [f"{page.url} ({scheme}): {fault}" for fault in found]


def sideways(page):
    """Whether the page is wider than its screen."""
    room, needed = page.evaluate(WIDTHS)
    return [f"{page.url}: {needed} in {room}"] if needed > room else []


def sideways_at_320(page):
    """Whether the page is wider than the smallest telephone."""
    return _sideways_at(page, NARROW["viewport"])


def sideways_at_200_percent(page):
    """Whether the page is wider than 1,280 pixels that are looked at twice as large."""
    return _sideways_at(page, {"width": 640, "height": 450})


def _sideways_at(page, size):
    before = page.viewport_size
    page.set_viewport_size(size)
    found = sideways(page)
    page.set_viewport_size(before)
    return found


def too_small(page):
    """What a finger would have to press, and is too low for it."""
    found = page.evaluate(
        "() => [...document.querySelectorAll('button, .btn, .line, .places a, summary, select, "
        "input:not([type=hidden], [type=radio], [type=checkbox]), .chip span, .check')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    return [f"{page.url}: {what}" for what in found]


@pytest.mark.timeout(400)  # thirty pages, each loaded and searched: half a minute where nothing else runs
@pytest.mark.parametrize(
    "look",
    [
        (DESKTOP, [sideways, faults]),
        (PHONE, [sideways, too_small, sideways_at_320, sideways_at_200_percent, faults]),
    ],
    ids=["desktop", "phone"],
)
def test_every_page_can_be_read_and_pressed(places, open_page, server, look):
    screen, checks = look
    found, pages = [], {}
    for name, path in places:
        if name not in pages:
            pages[name] = open_page(name, path, screen=screen, reduced_motion="reduce")
        answer = pages[name].goto(server.address + path)
        assert (path, answer.status) == (path, 200)
        found += [fault for check in checks for fault in check(pages[name])]
    assert found == []


def test_the_font_is_ours_and_speaks_vietnamese(open_page):
    page = open_page("canbo")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_timeout(300)
    loaded = page.evaluate(
        "() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )
    assert set(loaded) == {"Be Vietnam Pro"}


def test_nothing_is_asked_of_another_server(open_page, server):
    asked = []
    page = open_page("canbo")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/")
    page.goto(f"{server.address}/tao-ban-tin")
    page.wait_for_timeout(300)
    assert asked
    assert all(url.startswith(server.address) for url in asked)


def test_a_keyboard_reaches_the_words_and_the_way_to_write(open_page):
    page = open_page("canbo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#noi-dung")).to_be_focused()
