"""The sheet of codes: made from a list on a telephone, printed on A4, each code whole and readable."""

import re
from io import BytesIO

import pytest
import segno
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from devices.enrolment import qr_payload
from tests.browser.serving import PHONE
from tests.browser.test_legible import WIDTHS, faults_on
from tests.integration.web.site_world import NHA_TRANG

_A_PAGE = 8
_BORDER = 4  # modules of white around a code


@pytest.fixture
def list_file(tmp_path):
    lines = [f"Cụm loa số {n} ở một nơi có tên khá dài, tổ dân phố {n};{NHA_TRANG}" for n in range(1, 20)]
    file = tmp_path / "loa.csv"
    file.write_text("\n".join(["Tên;Địa bàn", *lines, "Cụm lạc;99999"]), "utf-8-sig")
    return file


def sheet_of(open_page, list_file):
    page = open_page("kythuat", "/gan-cum-loa", screen=PHONE)
    page.get_by_role("link", name="Gắn nhiều cụm loa").click()
    page.get_by_label("Tệp CSV").set_input_files(list_file)
    page.get_by_role("button", name="Xem thử").click()
    expect(page.locator(".list-said")).to_have_text(re.compile("19 mới, 1 sai"))
    assert faults_on(page, wide=()) == []
    page.get_by_label("Chỉ làm những dòng đúng").check()
    page.get_by_role("button", name="Làm và xem tờ mã").click()
    expect(page.locator(".code-sheet li")).to_have_count(19)
    return page


def modules_of(card):
    """The dark modules of a code as they are drawn on the page, by rows."""
    picture = card.locator("img")
    side = int(picture.evaluate("one => one.naturalWidth")) // 4
    shot = Image.open(BytesIO(picture.screenshot())).convert("L")
    width, height = shot.size
    return [
        [
            shot.getpixel(((x + 0.5) * width / side, (y + 0.5) * height / side)) < 128
            for x in range(_BORDER, side - _BORDER)
        ]
        for y in range(_BORDER, side - _BORDER)
    ]


def test_a_list_becomes_a_sheet_whose_codes_are_whole_on_paper(world, open_page, list_file):
    page = sheet_of(open_page, list_file)
    room, needed = page.evaluate(WIDTHS)
    assert needed <= room
    card = page.locator(".code-sheet li").nth(7)
    card.scroll_into_view_if_needed()
    code = card.locator(".sheet-code").inner_text()
    welcome = world.welcome()
    made = segno.make(
        qr_payload(welcome.address, code.replace("-", ""), welcome.root_public), error="m", micro=False
    )
    assert modules_of(card) == [[bool(module) for module in row] for row in made.matrix]
    codes = page.locator(".sheet-code").all_inner_texts()
    paper = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in paper} == {(595, 842)}
    texts = [sheet.extract_text() for sheet in paper]  # a quarter of a second each
    assert [sum(code in text for code in codes) for text in texts] == [_A_PAGE, _A_PAGE, 3]
    for text in texts:
        assert text.count("Phường Nha Trang") == text.count("dùng một lần"), "no card is cut by a page's end"
        assert "In tờ mã" not in text
