"""Pages that only a sent form, or a mistake, leads to: how a person comes there, for the pictures."""

import pyotp
from playwright.sync_api import expect

from controller.features.accounts.administration import reset_password
from controller.features.accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    has_second_factor,
)
from controller.features.listening_tests.files import tests_in
from controller.features.listening_tests.service import folder_of
from tests.browser.serving import sign_in
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS
from tests.support.old_letters import tcvn3

_LETTER = (
    "Tiêm phòng dại cho chó, mèo\n\nThông báo số 12/TB-UBND, ngày 20 tháng 11 năm 2026.\n\n"
    "Đề nghị bà con đưa chó, mèo đến trụ sở ủy ban nhân dân\nphường trước 17 giờ ngày 30/11/2026."
)
_NOTICE = (
    "UBND phường tổ chức tiêm phòng tại các TDP từ 7h30 ngày 30/11/2026.\nMọi thắc mắc xin gọi 0258.3822115."
)


def _send(page, button):
    """Press it and wait for the page that answers: what is looked at next must be there."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def take_words_out(page, address, world):
    """Bring a text in the letters of twenty years ago."""
    del world
    sign_in(page, address, "canbo")
    page.goto(f"{address}/tao-ban-tin")
    page.get_by_text("Lấy chữ từ tệp").click()
    file = {"name": "thong-bao.txt", "mimeType": "text/plain", "buffer": tcvn3(_LETTER)}
    page.locator("input[type=file]").first.set_input_files(file)
    _send(page, "Xem chữ lấy được")


def make_a_code(page, address, world):
    """Make a code for a new node."""
    del world
    sign_in(page, address, "kythuat")
    page.goto(f"{address}/gan-cum-loa?xa={NHA_TRANG}")
    page.get_by_label("Tên cụm loa").fill("Cụm 3, chợ Xóm Mới")
    _send(page, "Tạo mã gắn")
    expect(page.locator("#ma-gan")).to_be_visible()


def make_a_sheet(page, address, world):
    """Make codes for a list of loudspeakers."""
    del world
    sign_in(page, address, "kythuat")
    page.goto(f"{address}/gan-cum-loa/danh-sach")
    lines = [f"Cụm {n}, tổ dân phố {n};{NHA_TRANG};IP-60;0905 123 45{n}" for n in range(1, 9)]
    page.get_by_label("Hoặc dán bảng").fill("\n".join(["Tên;Địa bàn;Thiết bị;Điện thoại", *lines]))
    _send(page, "Xem thử")
    codes_wait = page.get_by_label("Tạo mã khác")
    if codes_wait.count():  # of the other screen
        codes_wait.check()
    _send(page, "Làm và xem tờ mã")
    expect(page.locator(".code-sheet li")).to_have_count(8)


def report(page, address, world):
    """Report a loudspeaker as anybody may."""
    page.goto(f"{address}/cong-khai/bao/{world.nodes[30]}")
    page.locator("input[name=viec]").first.check()
    _send(page, "Gửi")


def open_an_account(page, address, world):
    """Open an account; its first password is shown once."""
    del world
    sign_in(page, address, "quantri")
    page.goto(f"{address}/nguoi-dung/them")
    page.get_by_label("Tên đăng nhập").fill(f"hanh.vt{page.viewport_size['width'] % 100}")  # one a screen
    page.get_by_label("Họ và tên").fill("Võ Thị Hạnh")
    page.get_by_label("Địa bàn").select_option(NHA_TRANG)
    page.get_by_label("Mật khẩu của bạn").fill(PASSWORDS["quantri"])
    _send(page, "Tạo tài khoản và mật khẩu")


def be_asked_for_a_code(page, address, world):
    """Enter a password whose person has a second factor."""
    person = world.people["kythuat"]
    if not world.ask(has_second_factor, person.id):
        secret = world.do(begin_second_factor, by=person, place="").secret
        world.do(confirm_second_factor, pyotp.TOTP(secret).at(world.now()), by=person)
    page.goto(f"{address}/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("kythuat")
    page.get_by_label("Mật khẩu").fill(PASSWORDS["kythuat"])
    _send(page, "Đăng nhập")
    assert "/dang-nhap/ma" in page.url


def choose_a_password(page, address, world):
    """Enter with a password that an administrator gave."""
    given = "cấp cho lần đầu"
    world.do(reset_password, world.people["xanhatrang"].id, given, by=None)
    page.goto(f"{address}/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("xanhatrang")
    page.get_by_label("Mật khẩu").fill(given)
    _send(page, "Đăng nhập")
    assert "/tai-khoan/doi-mat-khau" in page.url


def go_astray(page, address, world):
    """Follow a wrong address."""
    del world
    sign_in(page, address, "canbo")
    page.goto(f"{address}/ban-tin/khong-co")


def listen(page, address, world):
    """Begin a listening test as anybody may who has its address."""
    [test] = tests_in(folder_of(world.settings))
    page.goto(f"{address}/nghe-thu/{test.id}")
    _send(page, "Bắt đầu nghe")


def write_for_the_ear(page, address, world):
    """Type a bulletin, and ask how one word of it can be read."""
    del world
    sign_in(page, address, "canbo")
    page.goto(f"{address}/tao-ban-tin")
    page.get_by_role("textbox", name="Tiêu đề").fill("Tiêm phòng dại cho chó, mèo")
    page.locator("#noi_dung").fill(_NOTICE)
    page.locator("[data-spot]", has_text="TDP").first.click()
    expect(page.locator("[data-use]").first).to_be_visible()
    page.locator("#loi-nghe").scroll_into_view_if_needed()


def move_on_the_line(page, address, world):
    """Move an airing on the day's line to where another one is; nothing is sent yet."""
    del world
    sign_in(page, address, "xanhatrang")
    page.goto(f"{address}/loa-xa")
    page.locator("[data-moves]").first.focus()
    for key in ["PageDown"] * 6 + ["ArrowRight"] * 13:
        page.keyboard.press(key)
    expect(page.locator("#doi-tren-duong")).to_contain_text("15:17 → 17:00")


WAYS = {
    "soan-nghe": write_for_the_ear,
    "loa-xa-doi-gio": move_on_the_line,
    "nghe-thu-cau": listen,
    "lay-chu": take_words_out,
    "gan-ma": make_a_code,
    "to-ma-gan": make_a_sheet,
    "bao-xong": report,
    "mat-khau-moi": open_an_account,
    "loi": go_astray,
    "dang-nhap-ma": be_asked_for_a_code,
    "doi-mat-khau": choose_a_password,
}
