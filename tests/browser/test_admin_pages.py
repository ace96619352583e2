"""The technician's and the administrator's pages in a real browser: live, legible, by keyboard, on paper."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from controller.features.doctor.invariants import invariants
from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.lexicon.service import add_entry
from controller.features.plans.policy_signing import sign_policy
from controller.features.reports.service import note_aired
from controller.model.emergency_states import Kind
from tests.browser.serving import PHONE
from tests.browser.test_legible import WIDTHS
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_emergency_pages import prepared_of


@pytest.fixture
def filled(world):
    world.aired(without=world.nodes[:3], reasons=[(world.nodes[9], "power-lost")])
    while world.do(note_aired):
        pass
    world.lose(world.nodes[3:6])
    rule = {"administrator": world.people["quantri"], "password": PASSWORDS["quantri"]}
    world.do(sign_policy, area=PROVINCE, **rule)
    world.do(sign_policy, area=NHA_TRANG, loudest_volume=70, **rule)
    world.do(add_entry, written="KDC", spoken="khu dân cư", by=world.approver)
    alarm = prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    call = WantedCall([PROVINCE], alarm)
    called = world.do(
        call_alone, call, "Đập tràn.", by=world.approver, password=PASSWORDS["duyet"], times=world.times
    ).row
    return {"alarm": alarm, "called": called.id}


def test_the_map_and_its_table_change_without_a_reload(world, open_page):
    page = open_page("kythuat", "/ban-do")
    cell = page.locator(f"#v-{NHA_TRANG}")
    expect(cell).to_have_class(re.compile("tone-good"))
    page.evaluate("() => { document.body.dataset.mark = 'same page' }")
    world.lose([f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"])
    expect(cell).to_have_class(re.compile("tone-bad"))
    expect(cell).to_have_attribute("aria-label", re.compile("mất kết nối, 0 trên 2"))
    expect(page.locator(f"#h-{NHA_TRANG}")).to_contain_text("Mất kết nối")
    assert page.evaluate("() => document.body.dataset.mark") == "same page"


@pytest.mark.nightly  # test_outlined_map does it each time, on the same page with outlines
def test_a_commune_of_the_map_is_reached_and_opened_by_keyboard(open_page):
    page = open_page("kythuat", "/ban-do")
    page.get_by_role("link", name="Bỏ qua bản đồ, đến bảng").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cell:focus")).to_have_count(1)
    page.locator(f"#v-{NHA_TRANG}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phường Nha Trang")


def test_a_list_of_lost_nodes_follows_what_happens(world, open_page):
    page = open_page("kythuat", "/cum-loa?trang_thai=offline")
    expect(page.locator("#danh-sach")).to_contain_text("Không có cụm loa nào như vậy")
    world.lose(world.nodes[:2])
    expect(page.locator("#danh-sach .line")).to_have_count(2)
    expect(page.locator("#tong-quan")).to_contain_text("Mất kết nối 2")


def test_communes_are_found_while_typing_without_accents_and_stay_so(world, open_page):
    page = open_page("kythuat", "/cum-loa")
    page.get_by_label("Tìm cụm loa").fill("dien kh")
    shown = page.locator("#danh-sach li:visible")
    expect(shown).to_have_count(1)
    world.lose(world.nodes[:1])
    expect(page.locator("#tong-quan")).to_contain_text("Mất kết nối 1")
    expect(shown).to_have_count(1)


@pytest.mark.usefixtures("filled")
def test_a_policy_is_previewed_and_signed_on_a_telephone(open_page):
    page = open_page("quantri", f"/quy-dinh/{NHA_TRANG}", screen=PHONE)
    page.get_by_label("Âm lượng lớn nhất (%)").fill("55")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.locator("#xem-truoc")).to_contain_text("Sẽ phát nhỏ hơn đã đặt")
    page.get_by_label("Mật khẩu của bạn").fill(PASSWORDS["quantri"])
    page.get_by_role("button", name="Ký và áp dụng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ký quy định mới.")
    expect(page.get_by_role("row", name="Âm lượng lớn nhất")).to_contain_text("55%")


@pytest.mark.usefixtures("filled")
def test_a_report_on_paper_is_one_document_without_buttons(open_page):
    page = open_page("duyet", "/bao-cao")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Xem")).to_be_hidden()
    expect(page.get_by_text("Độc lập – Tự do – Hạnh phúc")).to_be_visible()
    expect(page.get_by_text("Thủ trưởng đơn vị")).to_be_visible()
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 less its margins, at 96 pixels an inch
    room, needed = page.evaluate(WIDTHS)
    assert needed <= room
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in sheets} == {(595, 842)}
    assert "Tạo bản tin" not in "".join(sheet.extract_text() for sheet in sheets)


def test_an_emergency_takes_three_clicks_and_is_stopped_by_two_from_anywhere(world, open_page, clicks):
    world.bring_online()
    prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    elsewhere = clicks.over(open_page("kythuat", "/ban-do", screen=PHONE))
    expect(elsewhere.locator(".alarm-line")).to_have_count(0)
    page = clicks.over(open_page("duyet", "/ban-tin", screen=PHONE))
    page.get_by_role("link", name="Phát khẩn").first.click()
    page.get_by_role("link", name="Khẩn cấp: lũ").click()
    page.get_by_label("Lý do phát một mình").fill("Đập tràn")
    page.get_by_label("Mật khẩu của bạn, để ký").fill(PASSWORDS["duyet"])
    page.get_by_role("button", name="Phát ngay một mình tới toàn tỉnh").click()
    expect(page.locator("#khan-tinh-trang")).to_contain_text("Đang phát khẩn")
    assert clicks.number <= 3
    # a page that was open before hears of it by its stream
    expect(elsewhere.locator(".alarm-line")).to_contain_text("Đang phát khẩn: Khẩn cấp: lũ")
    elsewhere.get_by_role("link", name="Dừng").click()
    elsewhere.get_by_role("button", name="Dừng ngay").click()
    expect(elsewhere.locator("#khan-tinh-trang")).to_contain_text("Đã dừng")
    assert clicks.number <= 3 + 2
    expect(page.locator("#khan-tinh-trang")).to_contain_text("Đã dừng")
    expect(page.locator(".alarm-line")).to_have_count(0)


def test_the_day_of_the_pictures_holds_nothing_that_must_not_be(world, shown):
    assert shown
    assert world.ask(invariants, now=world.now()) == []
